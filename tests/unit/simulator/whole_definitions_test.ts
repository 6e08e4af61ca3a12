import { assertEquals } from "@std/assert";
import type { Input } from "../../../demo/simulator/request/input.ts";
import { awslogs, ecr, register, role, secret } from "../../harness/simulator_definitions.ts";

const wholeFargate: Input = {
  family: "whole-fargate_1",
  networkMode: "awsvpc",
  requiresCompatibilities: ["EC2", "FARGATE"],
  cpu: ".5 vCPU",
  memory: "1 GB",
  taskRoleArn: role,
  executionRoleArn: role,
  pidMode: "task",
  ephemeralStorage: { sizeInGiB: 21 },
  runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
  enableFaultInjection: true,
  tags: [{ key: "team", value: "core" }],
  volumes: [
    { name: "scratch" },
    { name: "data", configuredAtLaunch: true },
    {
      name: "efs",
      efsVolumeConfiguration: {
        fileSystemId: "fs-1",
        rootDirectory: "/",
        transitEncryption: "ENABLED",
        transitEncryptionPort: 2_999,
        authorizationConfig: { accessPointId: "fsap-1", iam: "ENABLED" },
      },
    },
    { name: "s3", s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:x" } },
  ],
  containerDefinitions: [
    {
      name: "app",
      image: `${ecr.split(":")[0]}@sha256:${"0a".repeat(32)}`,
      cpu: 256,
      memory: 512,
      memoryReservation: 256,
      essential: true,
      entryPoint: ["/app"],
      command: ["serve"],
      user: "1000:1000",
      workingDirectory: "/",
      readonlyRootFilesystem: true,
      privileged: false,
      interactive: true,
      pseudoTerminal: true,
      versionConsistency: "disabled",
      startTimeout: 2,
      stopTimeout: 120,
      environment: [{ name: "STAGE", value: "prod" }, { name: "EMPTY", value: "" }],
      environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/app.env" }],
      secrets: [secret, { name: "NAME", valueFrom: "/app/name" }],
      portMappings: [
        { containerPort: 80, hostPort: 80, protocol: "tcp", name: "http", appProtocol: "http2" },
        { containerPortRange: "8000-8010", protocol: "udp" },
      ],
      mountPoints: [
        { sourceVolume: "scratch", containerPath: "/scratch" },
        { sourceVolume: "data", containerPath: "/data", readOnly: true },
        { sourceVolume: "efs", containerPath: "/efs" },
        { sourceVolume: "s3", containerPath: "/s3" },
      ],
      dependsOn: [
        { containerName: "init", condition: "SUCCESS" },
        { containerName: "router", condition: "START" },
      ],
      healthCheck: {
        command: ["CMD-SHELL", "true"],
        interval: 5,
        timeout: 60,
        retries: 10,
        startPeriod: 0,
      },
      linuxParameters: {
        initProcessEnabled: true,
        capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] },
        tmpfs: [{ containerPath: "/run", size: 64, mountOptions: ["noexec", "mode=755"] }],
      },
      ulimits: [{ name: "nofile", softLimit: 1_024, hardLimit: 65_535 }],
      systemControls: [{ namespace: "net.ipv4.tcp_keepalive_time", value: "500" }],
      dockerLabels: { "com.example": "x" },
      restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 },
      logConfiguration: { logDriver: "awsfirelens", options: { Name: "cloudwatch" } },
      repositoryCredentials: { credentialsParameter: "registry" },
    },
    {
      name: "init",
      image: "public.ecr.aws/docker/library/busybox:1",
      essential: false,
      logConfiguration: {
        logDriver: "awslogs",
        options: { ...awslogs, "awslogs-stream-prefix": "init", mode: "non-blocking" },
      },
    },
    {
      name: "router",
      image: "amazon/aws-for-fluent-bit:stable",
      firelensConfiguration: { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } },
      volumesFrom: [{ sourceContainer: "app", readOnly: true }],
    },
  ],
};

const wholeEc2: Input = {
  family: "whole-ec2",
  networkMode: "bridge",
  requiresCompatibilities: ["EC2"],
  cpu: "192 vCPU",
  memory: "2048",
  taskRoleArn: "app",
  executionRoleArn: "exec",
  pidMode: "host",
  ipcMode: "none",
  placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type =~ g5.*" }],
  volumes: [
    { name: "host", host: { sourcePath: "/data" } },
    {
      name: "docker",
      dockerVolumeConfiguration: {
        scope: "shared",
        autoprovision: true,
        driver: "local",
        driverOpts: { type: "tmpfs" },
        labels: { a: "b" },
      },
    },
  ],
  containerDefinitions: [
    {
      name: "app",
      image: "registry.example.com/app:1",
      cpu: 0,
      memory: 1_024,
      memoryReservation: 1_024,
      links: ["db:database"],
      hostname: "app",
      privileged: true,
      disableNetworking: false,
      dnsServers: ["10.0.0.2"],
      dnsSearchDomains: ["internal"],
      extraHosts: [{ hostname: "db", ipAddress: "10.0.0.3" }],
      dockerSecurityOptions: ["no-new-privileges", "apparmor:unconfined", "label:type:x"],
      credentialSpecs: ["credentialspecdomainless:arn:aws:ssm:us-east-1:123456789012:parameter/a"],
      stopTimeout: 600,
      portMappings: [{ containerPort: 80, hostPort: 8_080 }, { containerPort: 81 }],
      mountPoints: [{ sourceVolume: "host", containerPath: "/data" }, { sourceVolume: "docker" }],
      linuxParameters: {
        capabilities: { add: ["NET_ADMIN", "SYS_TIME"], drop: ["MKNOD"] },
        devices: [{ hostPath: "/dev/fuse", containerPath: "/dev/fuse", permissions: ["read"] }],
        sharedMemorySize: 64,
        maxSwap: 0,
        swappiness: 100,
      },
      ulimits: [{ name: "memlock", softLimit: 1, hardLimit: -1 }],
      systemControls: [{ namespace: "kernel.shmmax", value: "1" }],
      resourceRequirements: [{ type: "GPU", value: "2" }],
      dependsOn: [{ containerName: "db", condition: "HEALTHY" }],
      secrets: [secret],
      logConfiguration: {
        logDriver: "splunk",
        options: { "splunk-url": "https://splunk" },
        secretOptions: [{ ...secret, name: "splunk-token" }],
      },
    },
    {
      name: "db",
      image: ecr,
      memoryReservation: 512,
      healthCheck: { command: ["CMD", "true"] },
      logConfiguration: { logDriver: "awslogs", options: awslogs },
    },
  ],
};

Deno.test("RegisterTaskDefinition takes a whole definition for Fargate and one for EC2", () => {
  const forFargate = register(wholeFargate);
  assertEquals(forFargate["compatibilities"], ["EC2", "FARGATE"]);
  assertEquals([forFargate["cpu"], forFargate["memory"]], ["512", "1024"]);
  assertEquals(register(wholeEc2)["compatibilities"], ["EC2", "EXTERNAL"]);
});

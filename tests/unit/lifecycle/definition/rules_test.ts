import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { definitionProblems, hclPath } from "../../../../src/lifecycle/definition/rules.ts";

type Changes = Record<string, unknown>;

/** A definition that Fargate takes, with changes to it and to its only container. */
function definition(task: Changes, container: Changes = {}): RegisterTaskDefinitionCommandInput {
  return {
    family: "web",
    networkMode: "awsvpc",
    containerDefinitions: [{ name: "app", image: "nginx:1", ...container }],
    ...task,
  } as unknown as RegisterTaskDefinitionCommandInput;
}

const app = "containerDefinitions[0]";
const awslogs = (options: Record<string, string>) => ({
  executionRoleArn: "exec",
  containerDefinitions: [{
    name: "app",
    image: "nginx:1",
    logConfiguration: { logDriver: "awslogs", options },
  }],
});
const pair = (first: Changes, second: Changes = {}) => ({
  containerDefinitions: [
    { name: "app", image: "nginx:1", ...first },
    { name: "side", image: "busybox:1", ...second },
  ],
});
const secrets = [{ name: "TOKEN", valueFrom: "token" }];
const refused: Record<string, { task?: Changes; container?: Changes; path: string }> = {
  "no container": { task: { containerDefinitions: [] }, path: "containerDefinitions" },
  "no essential container": { container: { essential: false }, path: "containerDefinitions" },
  "a name twice": { task: pair({}, { name: "app" }), path: "containerDefinitions" },
  "a launch type that is none": {
    task: { requiresCompatibilities: ["FARGTE"] },
    path: "requiresCompatibilities[0]",
  },
  "an operating system that is none": {
    task: { runtimePlatform: { operatingSystemFamily: "PLAN9" } },
    path: "runtimePlatform.operatingSystemFamily",
  },
  "a dependency on itself": {
    container: { dependsOn: [{ containerName: "app", condition: "START" }] },
    path: `${app}.dependsOn[0].containerName`,
  },
  "a wait for the end of what must not end": {
    task: pair({ dependsOn: [{ containerName: "side", condition: "SUCCESS" }] }),
    path: `${app}.dependsOn[0].condition`,
  },
  "a wait for health that nobody checks": {
    task: pair({ dependsOn: [{ containerName: "side", condition: "HEALTHY" }] }),
    path: `${app}.dependsOn[0].condition`,
  },
  "volumes from nowhere": {
    container: { volumesFrom: [{ sourceContainer: "side" }] },
    path: `${app}.volumesFrom[0].sourceContainer`,
  },
  "a mount of no volume": {
    container: { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] },
    path: `${app}.mountPoints[0].sourceVolume`,
  },
  "more reserved than there is": {
    container: { memory: 128, memoryReservation: 256 },
    path: `${app}.memoryReservation`,
  },
  "a secret that is a variable too": {
    task: { executionRoleArn: "exec" },
    container: { secrets, environment: [{ name: "TOKEN", value: "x" }] },
    path: `${app}.secrets`,
  },
  "secrets without a role to read them": { container: { secrets }, path: "executionRoleArn" },
  "logs without a role to write them": {
    task: {
      ...awslogs({ "awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p" }),
      executionRoleArn: undefined,
    },
    path: "executionRoleArn",
  },
  "a private image without a role to pull it": {
    container: { image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1" },
    path: "executionRoleArn",
  },
  "logs to no region": {
    task: awslogs({ "awslogs-group": "g", "awslogs-stream-prefix": "p" }),
    path: `${app}.logConfiguration.options`,
  },
  "logs without a prefix": {
    task: awslogs({ "awslogs-group": "g", "awslogs-region": "r" }),
    path: `${app}.logConfiguration.options`,
  },
  "a log driver of instances": {
    container: { logConfiguration: { logDriver: "syslog" } },
    path: `${app}.logConfiguration.logDriver`,
  },
  "another host port": {
    container: { portMappings: [{ containerPort: 80, hostPort: 8080 }] },
    path: `${app}.portMappings[0].hostPort`,
  },
  "a host name of its own": { container: { hostname: "web" }, path: `${app}.hostname` },
  "links": { container: { links: ["side"] }, path: `${app}.links` },
  "root on the host": { container: { privileged: true }, path: `${app}.privileged` },
  "a GPU": {
    container: { resourceRequirements: [{ type: "GPU", value: "1" }] },
    path: `${app}.resourceRequirements`,
  },
  "shared memory": {
    container: { linuxParameters: { sharedMemorySize: 64 } },
    path: `${app}.linuxParameters.sharedMemorySize`,
  },
  "a capability": {
    container: { linuxParameters: { capabilities: { add: ["SYS_PTRACE", "NET_ADMIN"] } } },
    path: `${app}.linuxParameters.capabilities.add`,
  },
  "a stop that takes too long": { container: { stopTimeout: 121 }, path: `${app}.stopTimeout` },
  "more CPU in its containers than it has": {
    task: { cpu: "256" },
    container: { cpu: 512 },
    path: "cpu",
  },
  "a container larger than it": {
    task: { memory: "512" },
    container: { memory: 1024, memoryReservation: 128 },
    path: `${app}.memory`,
  },
  "more reserved than it has": {
    task: { ...pair({ memory: 400 }, { memory: 400 }), memory: "512" },
    path: "memory",
  },
  "a port twice": {
    task: pair({ portMappings: [{ containerPort: 80 }] }, {
      portMappings: [{ containerPort: 80 }],
    }),
    path: "containerDefinitions[1].portMappings[0].containerPort",
  },
  "a volume twice": { task: { volumes: [{ name: "a" }, { name: "a" }] }, path: "volumes[1].name" },
  "an open volume that nobody mounts": {
    task: { volumes: [{ name: "a", configuredAtLaunch: true }] },
    path: "volumes[0]",
  },
  "a file system by IAM without encryption": {
    task: {
      volumes: [{
        name: "a",
        efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { iam: "ENABLED" } },
      }],
    },
    path: "volumes[0].efsVolumeConfiguration.transitEncryption",
  },
  "logs to a router that there is not": {
    container: { logConfiguration: { logDriver: "awsfirelens" } },
    path: `${app}.logConfiguration.logDriver`,
  },
  "a proxy that is no container": {
    task: { proxyConfiguration: { containerName: "envoy" } },
    path: "proxyConfiguration.containerName",
  },
  "an image of a private registry without a role": {
    container: { repositoryCredentials: { credentialsParameter: "arn" } },
    path: "executionRoleArn",
  },
  "a folder of the host": {
    task: { volumes: [{ name: "data", host: { sourcePath: "/data" } }] },
    path: "volumes[0].host.sourcePath",
  },
  "a Docker volume": {
    task: { volumes: [{ name: "data", dockerVolumeConfiguration: { scope: "task" } }] },
    path: "volumes[0].dockerVolumeConfiguration",
  },
  "another network mode": { task: { networkMode: "bridge" }, path: "networkMode" },
  "the host's processes": { task: { pidMode: "host" }, path: "pidMode" },
};
for (const [name, { task, container, path }] of Object.entries(refused)) {
  Deno.test(`Fargate is asked for no definition with ${name}`, () => {
    const problems = definitionProblems(definition(task ?? {}, container), "FARGATE");
    assertEquals(problems.map(({ path }) => path), [path]);
  });
}

Deno.test("instances take what Fargate does not", () => {
  const onInstances = definition({ networkMode: "bridge", pidMode: "host", ipcMode: "host" }, {
    privileged: true,
    links: ["side"],
    hostname: "web",
    stopTimeout: 600,
    portMappings: [{ containerPort: 80, hostPort: 8080 }],
    logConfiguration: { logDriver: "syslog" },
    linuxParameters: { sharedMemorySize: 64, capabilities: { add: ["NET_ADMIN"] } },
  });
  assertEquals(definitionProblems(onInstances, "EC2"), []);
});

Deno.test("an external instance has no network interfaces to give", () => {
  const problems = definitionProblems(definition({}), "EXTERNAL");
  assertEquals(problems.map(({ path }) => path), ["networkMode"]);
});

Deno.test("a path in AWS's names is told in the jobspec's", () => {
  assertEquals(
    hclPath("containerDefinitions[0].portMappings[1].hostPort"),
    "container[0].port_mapping[1].host_port",
  );
  assertEquals(hclPath("volumes[2].host.sourcePath"), "volume[2].host.source_path");
  assertEquals(hclPath("executionRoleArn"), "execution_role_arn");
});

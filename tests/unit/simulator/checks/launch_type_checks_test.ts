import { assertEquals } from "@std/assert";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  awslogs,
  containers,
  ec2,
  ecr,
  fargate,
  linux,
  logs,
  mps,
  ports,
  refuses,
  register,
  resource,
} from "../../../harness/simulator_definitions.ts";

const ulimit = (...ulimits: Input[]) => ec2({ ulimits });

refuses("RegisterTaskDefinition refuses what Fargate does not have", {
  "another network mode": [
    fargate({}, { networkMode: "bridge" }),
    "Fargate only supports network",
  ],
  "no CPU": [fargate({}, { cpu: null }), "Fargate requires that 'cpu' be defined"],
  "no memory": [
    fargate({ memory: 512 }, { memory: null }),
    "Fargate requires that 'memory' be defined",
  ],
  "no such size": [
    fargate({}, { memory: "1536" }),
    "No Fargate configuration exists for given values: 256 CPU, 1536 memory",
  ],
  "half a vCPU of Windows": [
    fargate({}, {
      cpu: "512",
      memory: "1024",
      runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
    }),
    "No Fargate configuration exists",
  ],
  "eight vCPUs of Windows": [
    fargate({}, {
      cpu: "8 vCPU",
      memory: "16 GB",
      runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
    }),
    "No Fargate configuration exists",
  ],
  "a privileged container": [fargate({ privileged: true }), "'privileged' setting be 'false'"],
  "no network in a container": [
    fargate({ disableNetworking: true }),
    "Fargate compatible task definitions do not support disableNetworking",
  ],
  "security options": [
    fargate({ dockerSecurityOptions: ["no-new-privileges"] }),
    "do not support dockerSecurityOptions",
  ],
  devices: [fargate(linux({ devices: [{ hostPath: "/dev/x" }] })), "do not support devices"],
  "shared memory": [fargate(linux({ sharedMemorySize: 64 })), "do not support sharedMemorySize"],
  swap: [fargate(linux({ maxSwap: 0 })), "do not support maxSwap"],
  swappiness: [fargate(linux({ swappiness: 10 })), "do not support swappiness"],
  "a capability": [
    fargate(linux({ capabilities: { add: ["SYS_PTRACE", "NET_ADMIN"] } })),
    "NET_ADMIN is not allowed on Fargate",
  ],
  "the host's path": [
    fargate({}, { volumes: [{ name: "v", host: { sourcePath: "/data" } }] }),
    "do not support sourcePath",
  ],
  "a Docker volume": [
    fargate({}, { volumes: [{ name: "v", dockerVolumeConfiguration: { scope: "task" } }] }),
    "do not support dockerVolumeConfiguration",
  ],
  "an IPC mode": [
    fargate({}, { ipcMode: "task" }),
    "Tasks using the Fargate launch type do not support ipcMode",
  ],
  "the host's processes": [
    fargate({}, { pidMode: "host" }),
    "The supported value for pidMode is 'task'",
  ],
  "placement constraints": [
    fargate({}, { placementConstraints: [{ type: "memberOf", expression: "x" }] }),
    "do not support constraints",
  ],
  "a GPU": [fargate(resource({ type: "GPU", value: "1" })), "do not support GPU resource"],
  "a stop timeout of 121 s": [fargate({ stopTimeout: 121 }), "stopTimeout of at most 120"],
  "a start timeout of 121 s": [fargate({ startTimeout: 121 }), "startTimeout of at most 120"],
  "another log driver": [
    fargate(logs("json-file")),
    "json-file is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
  ],
  "awslogs without a prefix": [
    fargate(logs("awslogs", awslogs)),
    "include awslogs-stream-prefix",
  ],
  "awslogs without a role": [
    fargate(logs("awslogs", { ...awslogs, "awslogs-stream-prefix": "p" })),
    "execution role ARN to support log driver awslogs",
  ],
  "a private image without a role": [
    fargate({ image: ecr }),
    "execution role ARN to support ECR images",
  ],
  "a router's file in S3": [
    fargate({
      firelensConfiguration: {
        type: "fluentbit",
        options: {
          "config-file-type": "s3",
          "config-file-value": "arn:aws:s3:::bucket/fluent.conf",
        },
      },
    }),
    "does not support FirelensConfiguration config file from 's3'",
  ],
});

refuses("RegisterTaskDefinition refuses what External and Managed Instances do not have", {
  "awsvpc outside": [
    ec2({}, { networkMode: "awsvpc", requiresCompatibilities: ["EXTERNAL"] }),
    "External compatible task definitions do not support network mode 'awsvpc'",
  ],
  "a shared GPU outside": [
    ec2(resource({ type: "GPU", sharingStrategy: mps }), {
      requiresCompatibilities: ["EXTERNAL"],
    }),
    "do not support sharingStrategy",
  ],
  "bridge on Managed Instances": [
    ec2({}, { requiresCompatibilities: ["MANAGED_INSTANCES"] }),
    "do not support network mode 'bridge'",
  ],
  "fluentd on Managed Instances": [
    ec2(logs("fluentd"), { networkMode: "host", requiresCompatibilities: ["MANAGED_INSTANCES"] }),
    "do not support log driver 'fluentd'",
  ],
  "labels on Managed Instances": [
    ec2({ dockerLabels: { a: "b" } }, {
      networkMode: "host",
      requiresCompatibilities: ["MANAGED_INSTANCES"],
    }),
    "do not support dockerLabels",
  ],
});

/** What is accepted, with the launch types that it is compatible with. */
const accepted: Record<string, readonly [input: Input, compatibilities: readonly string[]]> = {
  "the least": [ec2(), ["EC2", "EXTERNAL"]],
  "the least for Fargate": [fargate(), ["EC2", "FARGATE", "MANAGED_INSTANCES"]],
  "awsvpc without a size": [ec2({}, { networkMode: "awsvpc" }), ["EC2", "MANAGED_INSTANCES"]],
  "what only EC2 and outside have": [
    ec2({ privileged: true, stopTimeout: 600 }, { networkMode: "host" }),
    ["EC2", "EXTERNAL", "MANAGED_INSTANCES"],
  ],
  "memory as a reservation": [ec2({ memory: null, memoryReservation: 6 }), ["EC2", "EXTERNAL"]],
  "as much as the task has": [
    containers({ a: { cpu: 512, memory: 1_024 }, b: { cpu: 512, memory: 1_024 } }, {
      cpu: "1 vCPU",
      memory: "2 GB",
    }),
    ["EC2", "EXTERNAL"],
  ],
  "members that nobody knows": [ec2({ imagee: 1 }, { revision: 7 }), ["EC2", "EXTERNAL"]],
  "members that are null": [ec2({ command: null }, { volumes: null }), ["EC2", "EXTERNAL"]],
  "any protocol, which is tcp": [
    ec2(ports({ containerPort: 80, protocol: "sctp" })),
    ["EC2", "EXTERNAL"],
  ],
  "host ports that the host chooses": [
    containers({
      a: ports({ containerPort: 80, hostPort: 0 }),
      b: ports({ containerPort: 80, hostPort: 0 }),
    }),
    ["EC2", "EXTERNAL"],
  ],
  "one port for two protocols of two containers": [
    containers(
      {
        a: ports({ containerPort: 53, protocol: "tcp" }),
        b: ports({ containerPort: 53, protocol: "udp" }),
      },
      { networkMode: "host" },
    ),
    ["EC2", "EXTERNAL", "MANAGED_INSTANCES"],
  ],
  "no limits": [ulimit({ name: "core", softLimit: -1, hardLimit: -1 }), ["EC2", "EXTERNAL"]],
  "all GPUs": [ec2(resource({ type: "GPU", value: "ALL" })), ["EC2", "EXTERNAL"]],
  "a shared GPU": [ec2(resource({ type: "GPU", sharingStrategy: mps })), ["EC2"]],
  "Neuron devices": [
    ec2(resource({ type: "NeuronDevice", value: "ALL" }), { networkMode: "host" }),
    ["MANAGED_INSTANCES"],
  ],
  "roles by their short names": [
    ec2({}, { taskRoleArn: "app", executionRoleArn: "exec" }),
    ["EC2", "EXTERNAL"],
  ],
  "four vCPUs of Windows": [
    fargate({}, {
      cpu: "4 vCPU",
      memory: "8 GB",
      runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
    }),
    ["EC2", "FARGATE"],
  ],
};
Deno.test("RegisterTaskDefinition takes what is right, and tells what it is for", async (t) => {
  for (const [name, [input, compatibilities]] of Object.entries(accepted)) {
    await t.step(name, () => {
      assertEquals([...register(input)["compatibilities"] as string[]].sort(), compatibilities);
    });
  }
});

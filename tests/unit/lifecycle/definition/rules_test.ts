import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import type { AddProblem } from "../../../../src/config/field.ts";
import { definitionProblems } from "../../../../src/lifecycle/definition/rules.ts";
import {
  containers,
  fargate,
  first,
  onInstances,
  refusesEach,
  takesEach,
} from "../../../harness/definitions.ts";

const on = (launchType: string | undefined) =>
(
  definition: RegisterTaskDefinitionCommandInput,
  add: AddProblem,
) => definitionProblems(definition, launchType).forEach(({ path, text }) => add(path, text));

const secrets = [{ name: "TOKEN", valueFrom: "token" }];
const awslogs = {
  logDriver: "awslogs",
  options: { "awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p" },
};
const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1";

refusesEach("a task on Fargate", {
  "a PID mode that is none": [fargate({}, { pidMode: "none" }), "pidMode", '"host", "task"'],
  "a launch type that is none": [
    fargate({}, { requiresCompatibilities: ["FARGTE"] }),
    "requiresCompatibilities[0]",
    'must be one of "EC2", "FARGATE"',
    'got "FARGTE"',
  ],
  "an operating system that is none": [
    fargate({}, { runtimePlatform: { operatingSystemFamily: "PLAN9" } }),
    "runtimePlatform.operatingSystemFamily",
    'must be "LINUX"',
    'got "PLAN9"',
  ],
  "an architecture that is none": [
    fargate({}, { runtimePlatform: { cpuArchitecture: "arm64" } }),
    "runtimePlatform.cpuArchitecture",
    '"X86_64", "ARM64"',
  ],
  "Windows on ARM": [
    fargate({}, {
      runtimePlatform: {
        cpuArchitecture: "ARM64",
        operatingSystemFamily: "WINDOWS_SERVER_2022_CORE",
      },
    }),
    "runtimePlatform.cpuArchitecture",
    'must be "X86_64" with WINDOWS_SERVER_2022_CORE; got "ARM64"',
  ],
  "too little storage": [
    fargate({}, { ephemeralStorage: { sizeInGiB: 20 } }),
    "ephemeralStorage.sizeInGiB",
    "must be from 21 to 200; got 20",
  ],
  "a proxy that is no container": [
    fargate({}, { proxyConfiguration: { containerName: "envoy" } }),
    "proxyConfiguration.containerName",
    'got "envoy"',
  ],
  "a proxy of another kind": [
    fargate({}, { proxyConfiguration: { containerName: "app", type: "ENVOY" } }),
    "proxyConfiguration.type",
    'must be "APPMESH"',
  ],
  "a tag without a key": [
    fargate({}, { tags: [{ key: "", value: "x" }] }),
    "tags[0].key",
    "1 to 128 letters",
  ],
  "a tag twice": [
    fargate({}, { tags: [{ key: "a", value: "x" }, { key: "a", value: "y" }] }),
    "tags[1].key",
    'got "a" twice',
  ],
  "a tag with a value of other characters": [
    fargate({}, { tags: [{ key: "a", value: "x;y" }] }),
    "tags[0].value",
    'got "x;y"',
  ],
  "Elastic Inference": [
    fargate({}, { inferenceAccelerators: [{ deviceName: "a", deviceType: "eia1.medium" }] }),
    "inferenceAccelerators",
    "AWS no longer has",
  ],
  "an execution role that is empty": [
    fargate({}, { executionRoleArn: "" }),
    "executionRoleArn",
    'got ""; leave it out',
  ],
  "a task role that is empty": [fargate({}, { taskRoleArn: "" }), "taskRoleArn", "leave it out"],
  "a role that is a placeholder": [
    fargate({}, { executionRoleArn: "${ROLE}" }),
    "executionRoleArn",
    'must be a role\'s name or ARN; got "${ROLE}"',
  ],
  "secrets without a role to read them": [fargate({ secrets }), "executionRoleArn", '"TOKEN"'],
  "secrets with an empty role to read them": [
    fargate({ secrets }, { executionRoleArn: "" }),
    "executionRoleArn",
    'got ""',
  ],
  "logs without a role to write them": [
    fargate({ logConfiguration: awslogs }),
    "executionRoleArn",
    "logs to CloudWatch",
  ],
  "an image of ECR without a role to pull it": [
    fargate({ image: ecr }),
    "executionRoleArn",
    "private repository of ECR",
  ],
  "an image of a private registry without a role": [
    fargate({ repositoryCredentials: { credentialsParameter: "arn" } }),
    "executionRoleArn",
    "private registry",
  ],
}, on("FARGATE"));

refusesEach("a task on EC2", {
  "a network mode that is none": [
    onInstances({}, { networkMode: "awsvp" }),
    "networkMode",
    'must be one of "awsvpc", "bridge", "host", "none"; got "awsvp"',
  ],
  "a constraint of another kind": [
    onInstances({}, { placementConstraints: [{ type: "distinctInstance", expression: "x" }] }),
    "placementConstraints[0].type",
    'must be "memberOf"',
  ],
  "a constraint without an expression": [
    onInstances({}, { placementConstraints: [{ type: "memberOf" }] }),
    "placementConstraints[0].expression",
    "got nothing",
  ],
  "a Neuron device": [
    onInstances({ resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] }),
    `${first}.resourceRequirements[0].type`,
    "only Managed Instances",
  ],
  "memory for no container": [onInstances({ memory: undefined }), `${first}.memory`],
}, on("EC2"));

refusesEach("a task on EXTERNAL", {
  "network mode awsvpc": [onInstances({}, { networkMode: "awsvpc" }), "networkMode", "EXTERNAL"],
}, on("EXTERNAL"));

takesEach("a task on EC2", {
  "what Fargate does not have": onInstances({
    privileged: true,
    links: ["side"],
    hostname: "web",
    stopTimeout: 600,
    portMappings: [{ containerPort: 80, hostPort: 8080 }],
    logConfiguration: { logDriver: "syslog" },
    linuxParameters: { sharedMemorySize: 64, capabilities: { add: ["NET_ADMIN"] } },
  }, {
    pidMode: "host",
    ipcMode: "host",
    ...containers({
      app: { links: ["side"], privileged: true, stopTimeout: 600, hostname: "web" },
      side: { linuxParameters: { sharedMemorySize: 64 } },
    }),
  }),
  "an image of ECR, which the instance's role pulls": onInstances({ image: ecr }),
}, on("EC2"));

takesEach("a task wherever ECS runs it", {
  "a Neuron device for Managed Instances": onInstances({
    resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }],
  }, { requiresCompatibilities: ["MANAGED_INSTANCES"], networkMode: "host" }),
}, on(undefined));

Deno.test("all that is wrong with a definition is told at once", () => {
  const definition = fargate({ cpu: -1, image: "" }, { networkMode: "bridge", pidMode: "host" });
  assertEquals(definitionProblems(definition, "FARGATE").map(({ path }) => path).sort(), [
    `${first}.cpu`,
    `${first}.image`,
    "networkMode",
    "pidMode",
  ]);
});

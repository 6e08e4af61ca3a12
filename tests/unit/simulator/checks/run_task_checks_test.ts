import { assertEquals } from "@std/assert";
import type { Input, Tag } from "../../../../demo/simulator/request/input.ts";
import type { Model } from "../../../../demo/simulator/state/model.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import {
  assertRefused,
  ec2,
  emptyModel,
  fargate,
  region,
  register,
  role,
} from "../../../harness/simulator_definitions.ts";

const network = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
const onFargate = { launchType: "FARGATE", networkConfiguration: network };
const secret = { name: "TOKEN", valueFrom: "/token" };
const override = (one: Input) => ({ overrides: { containerOverrides: [{ name: "app", ...one }] } });
const strategy = (...capacityProviderStrategy: Input[]) => ({
  capacityProviderStrategy,
  networkConfiguration: network,
});
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `${prefix}${index}`, value: "v" }));

function run(definition: Input, request: Input, model: Model = emptyModel()) {
  register(definition, model);
  const input = { cluster: "main", taskDefinition: "web", ...request };
  return perform(model, region, "RunTask", input) as { tasks: { tags: Tag[] }[] };
}

/** What is refused: the definition, the request, words of the message, and its type. */
type Row = readonly [definition: Input, request: Input, says: string, type?: string];

const refused: Record<string, Row> = {
  "a number for a text": [ec2(), { group: 1 }, "(group)", "SerializationException"],
  "a text for the count": [ec2(), { count: "1" }, "(count)", "SerializationException"],
  "a definition of another region": [
    ec2(),
    { taskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1" },
    "Invalid Region in ARN",
  ],
  "a cluster of another region": [
    ec2(),
    { cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/main" },
    "Invalid Region in ARN",
  ],
  "Managed Instances as a launch type": [
    ec2({}, { networkMode: "host" }),
    { launchType: "MANAGED_INSTANCES" },
    "Specify a capacity provider strategy",
  ],
  "Fargate for what is not for it": [
    ec2(),
    { launchType: "FARGATE" },
    "Task definition does not support launch_type FARGATE",
  ],
  "External for what is not for it": [
    ec2({}, { networkMode: "awsvpc" }),
    { launchType: "EXTERNAL", networkConfiguration: network },
    "Task definition does not support launch_type EXTERNAL",
  ],
  "a strategy of Fargate and others": [
    fargate(),
    strategy({ capacityProvider: "FARGATE", weight: 1 }, { capacityProvider: "group", weight: 1 }),
    "cannot contain a mix of capacity providers",
  ],
  "a strategy without weight": [
    fargate(),
    strategy({ capacityProvider: "FARGATE", base: 1 }, { capacityProvider: "FARGATE_SPOT" }),
    "must have a weight greater than zero",
  ],
  "tags over 50 with the definition's": [
    fargate({}, { tags: numbered("a", 30) }),
    { ...onFargate, propagateTags: "TASK_DEFINITION", tags: numbered("b", 21) },
    "The maximum number of tags is 50",
  ],
  "the tags of a service": [ec2(), { propagateTags: "SERVICE" }, "propagateTags must be one of"],
  "ECS Exec without a task role": [
    fargate(),
    { ...onFargate, enableExecuteCommand: true },
    "a valid taskRoleArn is not being used",
  ],
  "20 GiB of storage": [
    fargate(),
    { ...onFargate, overrides: { ephemeralStorage: { sizeInGiB: 20 } } },
    "between 21 and 200",
  ],
  "storage on EC2": [
    ec2(),
    { overrides: { ephemeralStorage: { sizeInGiB: 30 } } },
    "only supported for Fargate",
  ],
  "CPU that is none": [ec2(), { overrides: { cpu: "much" } }, "Invalid 'cpu' setting for task"],
  "a size that Fargate has not": [
    fargate(),
    { ...onFargate, overrides: { cpu: "4 vCPU" } },
    "No Fargate configuration exists",
  ],
  "memory of 5 MiB": [ec2(), override({ memory: 5 }), "memory must be between 6"],
  "a container over its task": [
    fargate(),
    { ...onFargate, ...override({ memory: 1_024 }) },
    "The 'memory' setting for container 'app' is greater than for the task",
  ],
  "a task under its container": [
    ec2({ memory: 512 }),
    { overrides: { memory: "256" } },
    "The 'memory' setting for container 'app' is greater than for the task",
  ],
  "a limit under the definition's reservation": [
    ec2({ memory: null, memoryReservation: 128 }),
    override({ memory: 64 }),
    "'memory' must be greater than or equal to 'memoryReservation'",
  ],
  "a variable that is a secret": [
    ec2({ secrets: [secret] }, { executionRoleArn: role }),
    override({ environment: [{ name: "TOKEN", value: "1" }] }),
    "The secret name must be unique",
    "ClientException",
  ],
  "a variable twice": [
    ec2(),
    override({ environment: [{ name: "A", value: "1" }, { name: "A", value: "2" }] }),
    "Environment variable 'A' is specified more than once",
    "ClientException",
  ],
  "an environment file that is none": [
    ec2(),
    override({ environmentFiles: [{ type: "s3", value: "bucket/a.env" }] }),
    "Invalid arn syntax",
    "ClientException",
  ],
  "half a GPU": [
    ec2(),
    override({ resourceRequirements: [{ type: "GPU", value: "0.5" }] }),
    "Invalid value '0.5' for resource GPU",
    "ClientException",
  ],
  "a GPU of Fargate": [
    fargate(),
    { ...onFargate, ...override({ resourceRequirements: [{ type: "GPU", value: "1" }] }) },
    "Resource requirements are not supported with FARGATE",
  ],
  "a role that is none": [
    ec2(),
    { overrides: { taskRoleArn: "a b" } },
    "Role is not valid",
    "ClientException",
  ],
  "more constraints than ten with the definition's": [
    ec2({}, { placementConstraints: [{ type: "memberOf", expression: "x" }] }),
    { placementConstraints: Array(10).fill({ type: "distinctInstance" }) },
    "at most 10 items",
  ],
};
Deno.test("RunTask refuses what is wrong in itself or for the definition", async (t) => {
  for (const [name, row] of Object.entries(refused)) {
    const [definition, request, says, type = "InvalidParameterException"] = row;
    await t.step(name, () => assertRefused(() => run(definition, request), type, says));
  }
});

const accepted: Record<string, readonly [definition: Input, request: Input]> = {
  "sizes in vCPUs and GB": [
    fargate(),
    { ...onFargate, overrides: { cpu: ".5 vCPU", memory: "1 GB" } },
  ],
  "a size half of which is the definition's": [
    fargate(),
    { ...onFargate, overrides: { memory: "2048" } },
  ],
  "the most of a container": [fargate(), { ...onFargate, ...override({ memory: 512, cpu: 256 }) }],
  "21 GiB of storage": [
    fargate(),
    { ...onFargate, overrides: { ephemeralStorage: { sizeInGiB: 21 } } },
  ],
  "ECS Exec with the definition's role": [
    fargate({}, { taskRoleArn: role }),
    { ...onFargate, enableExecuteCommand: true },
  ],
  "ECS Exec outside with a role of its own": [
    ec2(),
    { launchType: "EXTERNAL", enableExecuteCommand: true, overrides: { taskRoleArn: role } },
  ],
  "a weight beside a base": [
    fargate(),
    strategy(
      { capacityProvider: "FARGATE", base: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 1 },
    ),
  ],
  "all GPUs": [ec2(), override({ resourceRequirements: [{ type: "GPU", value: "ALL" }] })],
};
Deno.test("RunTask takes what is right", async (t) => {
  for (const [name, [definition, request]] of Object.entries(accepted)) {
    await t.step(name, () => assertEquals(run(definition, request).tasks.length, 1));
  }
});

Deno.test("a task has its definition's tags where it is asked for, and its own before them", () => {
  const definition = fargate({}, { tags: [{ key: "a", value: "1" }, { key: "b", value: "1" }] });
  const request = { ...onFargate, tags: [{ key: "b", value: "2" }, { key: "c", value: "2" }] };
  assertEquals(run(definition, request).tasks[0]?.tags, request.tags);
  const propagated = run(definition, { ...request, propagateTags: "TASK_DEFINITION" });
  assertEquals(propagated.tasks[0]?.tags, [{ key: "a", value: "1" }, ...request.tags]);
  const many = fargate({}, { tags: numbered("a", 30) });
  const same = { ...onFargate, propagateTags: "TASK_DEFINITION", tags: numbered("a", 50) };
  assertEquals(run(many, same).tasks[0]?.tags.length, 50);
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type DefinitionFacts, factsOf } from "../../../../src/lifecycle/definition/facts.ts";
import {
  problemsWith,
  withoutUnsuitableDefaults,
} from "../../../../src/lifecycle/start/definition_fit.ts";
import { containers, fargate, type Json, onInstances } from "../../../harness/definitions.ts";
import { configOf } from "../../../harness/world.ts";

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
const onFargate = (task: Json = {}): DefinitionFacts =>
  factsOf(
    { ...fargate({}, task), taskDefinitionArn: arn, compatibilities: ["EC2", "FARGATE"] },
    "",
  );
const onBridge = (task: Json = {}): DefinitionFacts =>
  factsOf({ ...onInstances({}, task), taskDefinitionArn: arn, compatibilities: ["EC2"] }, "");
const onEc2 = { launch_type: "EC2", network_configuration: null };
const subnets = { aws_vpc_configuration: { subnets: ["subnet-1"] } };
const ebs = (name: string) => ({
  volume_configuration: [{
    name,
    managed_ebs_volume: { role_arn: "arn:aws:iam::123456789012:role/ebs", size_in_gib: 1 },
  }],
});
const secret = containers({ app: { secrets: [{ name: "TOKEN", valueFrom: "x" }] } });

const refused: Record<
  string,
  { task: Json; definition: DefinitionFacts; path: string; says: string[] }
> = {
  "a container that there is not": {
    task: { container: "db" },
    definition: onFargate(),
    path: "container",
    says: ['must be a container of web:7, which is "app"; got "db"'],
  },
  "an override of a container that there is not": {
    task: { overrides: { container: [{ name: "app" }, { name: "db" }] } },
    definition: onFargate(),
    path: "overrides.container[1].name",
    says: ['must be a container of web:7, which is "app"; got "db"'],
  },
  "a variable that is a secret": {
    task: { overrides: { container: [{ name: "app", environment: { TOKEN: "x" } }] } },
    definition: onFargate(secret),
    path: 'overrides.container[0].environment["TOKEN"]',
    says: ["must be left out, as web:7 has a secret of that name; got a string of 1 character"],
  },
  "no subnets for awsvpc": {
    task: onEc2,
    definition: onFargate(),
    path: "network_configuration.aws_vpc_configuration.subnets",
    says: ['must have 1 to 16 subnets for network mode "awsvpc", which web:7 has; got []'],
  },
  "subnets for the bridge": {
    task: { launch_type: "EC2", network_configuration: subnets },
    definition: onBridge(),
    path: "network_configuration.aws_vpc_configuration.subnets",
    says: ['must be left out for network mode "bridge", which web:7 has; got ["subnet-1"]'],
  },
  "a launch type that the definition is not for": {
    task: { ...onEc2, launch_type: "EXTERNAL" },
    definition: onBridge(),
    path: "launch_type",
    says: ['must be one that web:7 can run on: "EC2"; got "EXTERNAL"'],
  },
  "Fargate by its provider, for a definition that is not for it": {
    task: {
      launch_type: null,
      network_configuration: subnets,
      capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    },
    definition: { ...onFargate(), compatibilities: ["EC2"] },
    path: "capacity_provider_strategy",
    says: ['must be one that web:7 can run on: "EC2"; got "FARGATE"'],
  },
  "Exec without a role": {
    task: { enable_execute_command: true },
    definition: onFargate(),
    path: "enable_execute_command",
    says: [
      "must be left out, or overrides.task_role_arn be set, as web:7 has no task role; got true",
    ],
  },
  "half a size that does not go with the definition's": {
    task: { overrides: { cpu: 4096 } },
    definition: onFargate(),
    path: "overrides.memory",
    says: ["must be 8192, or a multiple of 1024 up to 30720", "cpu = 4096; got 2048, of web:7"],
  },
  "a volume that the definition has not": {
    task: ebs("data"),
    definition: onFargate(),
    path: "volume_configuration[0].name",
    says: ['must be a volume that web:7 leaves to be configured at launch: none; got "data"'],
  },
  "a quarter of a vCPU for Windows": {
    task: { overrides: { cpu: 256, memory: 512 } },
    definition: onFargate({
      runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
    }),
    path: "overrides.cpu",
    says: ["must be one of 1024, 2048, 4096, as web:7 is for Windows on Fargate; got 256"],
  },
  "a volume that is left open": {
    task: {},
    definition: onFargate({ volumes: [{ name: "data", configuredAtLaunch: true }] }),
    path: "volume_configuration",
    says: ['must be set, as web:7 leaves volume "data" to be configured; got nothing'],
  },
};
for (const [name, { task, definition, path, says }] of Object.entries(refused)) {
  Deno.test(`a task with ${name} is refused by its path`, () => {
    const problems = problemsWith(configOf(task), definition, "config.task");
    assertEquals(problems.map((problem) => problem.path), [`config.task.${path}`]);
    for (const words of says) assertStringIncludes(problems[0]?.text ?? "", words);
  });
}

Deno.test("a task that suits its definition has no problem", () => {
  const open = onFargate({ volumes: [{ name: "data", configuredAtLaunch: true }] });
  assertEquals(problemsWith(configOf(ebs("data")), open, "config.task"), []);
  assertEquals(problemsWith(configOf(onEc2), onBridge(), "config.task"), []);
  const unknown = { ...onFargate(), compatibilities: undefined };
  assertEquals(problemsWith(configOf({}), unknown, "config.task"), []);
});

Deno.test("the plugin's network and Exec are left out where they do not suit, and the task's own are not", () => {
  const config = configOf({ enable_execute_command: true });
  const defaulted = { ...config, defaults: { network: true, execute_command: true } };
  const without = withoutUnsuitableDefaults(defaulted, onBridge());
  assertEquals(without.network_configuration.aws_vpc_configuration.subnets, undefined);
  assertEquals(without.enable_execute_command, undefined);
  assertEquals(withoutUnsuitableDefaults(config, onBridge()), config);
  assertEquals(withoutUnsuitableDefaults(defaulted, onFargate({ taskRoleArn: "app" })), defaulted);
  assertEquals(withoutUnsuitableDefaults(defaulted, undefined), defaulted);
});

import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

const fargate = {
  task_definition: "web",
  launch_type: "FARGATE",
  network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
};
const vpc = "config.task.network_configuration.aws_vpc_configuration";
const source = 'config.task.task_definition must be "family", "family:revision" or a task ' +
  "definition's ARN, or else definition or definition_json must be set; got nothing";

const refused: Record<string, [task: Record<string, unknown> | null, text: string]> = {
  "no task block": [null, source],
  "an empty task definition": [{ task_definition: "" }, source],
  "two sources of a definition": [
    { task_definition: "web", definition: { family: "x", container: [{ name: "a", image: "b" }] } },
    'config.task.task_definition must be left out beside definition; got "web"',
  ],
  "a definition twice": [
    {
      definition: { family: "x", container: [{ name: "a", image: "b" }] },
      definition_json: '{"family":"x","containerDefinitions":[{"name":"a","image":"b"}]}',
    },
    "config.task.definition_json must be left out beside definition; " +
    'got a map with the keys "family", "containerDefinitions"',
  ],
  "Fargate without subnets": [
    { task_definition: "web", launch_type: "FARGATE" },
    `${vpc}.subnets must have 1 to 16 subnets for launch_type "FARGATE"; got []`,
  ],
  "Fargate Spot without subnets": [
    {
      task_definition: "web",
      capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    },
    `${vpc}.subnets must have 1 to 16 subnets for Fargate; got []`,
  ],
  "security groups without subnets": [
    {
      task_definition: "web",
      network_configuration: { aws_vpc_configuration: { security_groups: ["sg-1"] } },
    },
    `${vpc}.subnets must have 1 to 16 subnets for security_groups; got []`,
  ],
  "a public address on EC2": [
    {
      task_definition: "web",
      launch_type: "EC2",
      network_configuration: {
        aws_vpc_configuration: { subnets: ["s"], assign_public_ip: "ENABLED" },
      },
    },
    `${vpc}.assign_public_ip must be "DISABLED" or left out for launch_type "EC2"; got "ENABLED"`,
  ],
  "a public address to advertise where there is none": [
    { ...fargate, advertise: "public" },
    'config.task.advertise must be "private", or network_configuration.aws_vpc_configuration.' +
    'assign_public_ip "ENABLED"; got "public"',
  ],
  "a public address that nothing waits for": [
    {
      ...fargate,
      network_configuration: {
        aws_vpc_configuration: { subnets: ["s"], assign_public_ip: "ENABLED" },
      },
      advertise: "public",
      wait_for: "none",
    },
    'config.task.wait_for must be "running" or "network" for advertise = "public"; got "none"',
  ],
  "a strategy without a weight": [
    { task_definition: "web", capacity_provider_strategy: [{ capacity_provider: "spot" }] },
    "config.task.capacity_provider_strategy must have a block with a weight above 0; got none",
  ],
  "a strategy with two bases": [
    {
      task_definition: "web",
      capacity_provider_strategy: [
        { capacity_provider: "a", weight: 1, base: 1 },
        { capacity_provider: "b", weight: 1, base: 2 },
      ],
    },
    "config.task.capacity_provider_strategy must have at most 1 block with a base; got 2",
  ],
  "providers of both kinds": [
    {
      task_definition: "web",
      capacity_provider_strategy: [
        { capacity_provider: "FARGATE", weight: 1 },
        { capacity_provider: "instances", weight: 1 },
      ],
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
    },
    "config.task.capacity_provider_strategy must have only FARGATE and FARGATE_SPOT, or none of " +
    'them; got ["instances"]',
  ],
  "a placement strategy on Fargate": [
    { ...fargate, placement_strategy: [{ type: "random" }] },
    "config.task.placement_strategy must be left out on Fargate, which has no container " +
    'instances; got ["random"]',
  ],
  "a placement constraint on Fargate": [
    { ...fargate, placement_constraints: [{ type: "distinctInstance" }] },
    "config.task.placement_constraints must be left out on Fargate, which has no container " +
    'instances; got ["distinctInstance"]',
  ],
  "a size that Fargate does not have": [
    { ...fargate, overrides: { cpu: 256, memory: 4096 } },
    "config.task.overrides.memory must be 512, or a multiple of 1024 up to 2048, on Fargate with " +
    "cpu = 256; got 4096",
  ],
  "a platform version on EC2": [
    { task_definition: "web", launch_type: "EC2", platform_version: "1.4.0" },
    'config.task.platform_version must be left out other than on Fargate; got "1.4.0"',
  ],
  "ephemeral storage on EC2": [
    {
      task_definition: "web",
      launch_type: "EC2",
      overrides: { ephemeral_storage: { size_in_gib: 50 } },
    },
    "config.task.overrides.ephemeral_storage.size_in_gib must be left out other than on Fargate; " +
    "got 50",
  ],
  "a region that contradicts the cluster's": [
    {
      task_definition: "web",
      cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/web",
      region: "us-east-1",
    },
    'config.task.region must be "eu-west-1", as in cluster = ' +
    '"arn:aws:ecs:eu-west-1:123456789012:cluster/web", or be left out; got "us-east-1"',
  ],
};
for (const [name, [task, text]] of Object.entries(refused)) {
  Deno.test(`a task is refused with path, value and what is allowed: ${name}`, () => {
    assertEquals(refusalOf(task), text);
  });
}

Deno.test("a task's tags and the plugin's default tags count together", () => {
  const tags = (count: number, prefix: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, ""]));
  assertEquals(
    refusalOf({ task_definition: "web", tags: tags(21, "a") }, { default_tags: tags(20, "b") }),
    "config.task.tags must have at most 40 entries with default_tags; got 41",
  );
  assertEquals(
    refusalOf({ task_definition: "web", tags: tags(20, "a") }, { default_tags: tags(20, "b") }),
    "",
  );
});

import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

const web = { task_definition: "web" };
const refused: Record<string, [task: Record<string, unknown>, text: string]> = {
  "an unknown launch type": [
    { launch_type: "FARGTE" },
    'config.task.launch_type must be "EC2", "FARGATE", "EXTERNAL" or "NONE"; got "FARGTE"',
  ],
  "a launch type beside a capacity provider strategy": [
    {
      launch_type: "EC2",
      capacity_provider_strategy: [{ capacity_provider: "FARGATE_SPOT", weight: 1 }],
    },
    'config.task.launch_type must be left out beside capacity_provider_strategy; got "EC2"',
  ],
  "no launch type beside a capacity provider strategy": [
    {
      launch_type: "NONE",
      capacity_provider_strategy: [{ capacity_provider: "spot", weight: 1 }],
    },
    'config.task.launch_type must be left out beside capacity_provider_strategy; got "NONE"',
  ],
  "a weight that is not whole": [
    { capacity_provider_strategy: [{ capacity_provider: "spot", weight: 1.5 }] },
    "config.task.capacity_provider_strategy[0].weight must be a whole number from 0 to 1000; got 1.5",
  ],
  "more capacity providers than a strategy may have": [
    {
      capacity_provider_strategy: Array(21).fill({ capacity_provider: "spot", weight: 1 }),
    },
    "config.task.capacity_provider_strategy must stand at most 20 times; got 21",
  ],
  "too many security groups": [
    {
      network_configuration: {
        aws_vpc_configuration: { subnets: ["s"], security_groups: ["1", "2", "3", "4", "5", "6"] },
      },
    },
    "config.task.network_configuration.aws_vpc_configuration.security_groups must have at most 5 " +
    "entries; got 6",
  ],
  "a role that is none": [
    { assume_role: { role_arn: "admin" } },
    "config.task.assume_role.role_arn must be an IAM role's ARN such as " +
    '"arn:aws:iam::123456789012:role/name"; got "admin"',
  ],
  "an external id, which is not shown": [
    { assume_role: { role_arn: "arn:aws:iam::123456789012:role/a", external_id: "hunter 2" } },
    "config.task.assume_role.external_id must be an external id: 2 to 1224 letters, digits and " +
    "+ = , . @ : / - _; got a string of 8 characters",
  ],
  "a session name that is none": [
    { assume_role: { role_arn: "arn:aws:iam::123456789012:role/a", session_name: "x" } },
    "config.task.assume_role.session_name must be a session name: 2 to 64 letters, digits and " +
    '+ = , . @ - _; got "x"',
  ],
  "a platform version that is none": [
    { platform_version: "new" },
    'config.task.platform_version must be "LATEST" or a Fargate platform version such as "1.4.0"; ' +
    'got "new"',
  ],
  "tags as AWS's API has them": [
    { tags: { key: "Env", value: "prod" } },
    'config.task.tags must be written as { "name" = "value" }, and not as in AWS\'s API; ' +
    'got a map with the keys "key", "value"',
  ],
  "a tag of the driver's": [
    { tags: { "nomad:job_id": "x" } },
    'config.task.tags["nomad:job_id"] must not have a key that begins with "nomad:", as the ' +
    'driver\'s own do; got "x"',
  ],
  "more tags than AWS takes": [
    { tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`t${index}`, ""])) },
    "config.task.tags must have at most 40 entries; got 41",
  ],
  "more globs than pass_env may have": [
    { pass_env: Array(1_001).fill("*") },
    "config.task.pass_env must have at most 1000 entries; got 1001",
  ],
  "a glob of 64,000 characters": [
    { pass_env: ["*", "a*".repeat(32_000)] },
    `config.task.pass_env[1] must have at most 2048 characters; got "${"a*".repeat(99)}a…`,
  ],
};
for (const [name, [task, text]] of Object.entries(refused)) {
  Deno.test(`what a task and the plugin may both say is checked: ${name}`, () => {
    assertEquals(refusalOf({ ...web, ...task }), text);
  });
}

import fc from "fast-check";
import type { Field, Fields } from "../../src/config/schema.ts";
import { parseDuration } from "../../src/config/schema.ts";
import { taskConfig } from "../../src/config/task_config.ts";

const role = "arn:aws:iam::123456789012:role/nomad";
const secret = "arn:aws:ssm:us-east-1:123456789012:parameter/token";
const containers = ["main", "side"];

/** Values of the texts that have to have a form, by the option's name, and its block's where that matters. */
const texts: Readonly<Record<string, readonly string[]>> = {
  name: [...containers, "data"],
  container: containers,
  container_name: containers,
  source_container: containers,
  source_volume: ["data"],
  family: ["inline", "other-family"],
  task_definition: ["two", "two:1", "bridge", "idle", "idle:1"],
  cluster: ["nomad-remote-driver-demo"],
  region: ["us-east-1"],
  role_arn: [role],
  task_role_arn: [role, "nomad"],
  execution_role_arn: [role, "nomad"],
  capacity_provider: ["FARGATE", "FARGATE_SPOT"],
  platform_version: ["LATEST", "1.4.0"],
  expression: ["attribute:ecs.instance-type =~ t3.*"],
  field: ["instanceId", "cpu", "memory"],
  image: ["idle", "busybox:1"],
  operating_system_family: ["LINUX"],
  container_port_range: ["8000-8010"],
  "environment_files.value": ["arn:aws:s3:::bucket/file.env"],
  "resource_requirements.value": ["ALL"],
};

/** Values of lists, by the option's name: right ones, then wrong ones. */
const lists: Readonly<Record<string, readonly [string[][], string[][]]>> = {
  subnets: [[["subnet-1"], ["subnet-1", "subnet-2"]], [[], Array(17).fill("subnet")]],
  security_groups: [[["sg-1"], []], [Array(6).fill("sg")]],
  requires_compatibilities: [[["FARGATE"], ["EC2"], ["EC2", "FARGATE"]], [["FARGTE"]]],
  pass_env: [[["*"], ["A", "!B"], []], [["["]]],
  command: [[["CMD-SHELL", "true"], ["CMD", "true"], ["/health"]], [["CMD"], []]],
  credential_specs: [[["credentialspec:arn:aws:s3:::bucket/spec"]], [["a", "b"]]],
  ignored_exit_codes: [[["0"], ["1", "2"]], [["none"]]],
};

/** How often an option that may be left out stands, of a hundred, by its name and its block's. */
const present: Readonly<Record<string, number>> = {
  launch_type: 60,
  network_configuration: 90,
  aws_vpc_configuration: 95,
  subnets: 95,
  cluster: 5,
  region: 5,
  assume_role: 0,
  // How long a start may take is no matter of what is valid.
  start_timeout: 0,
  "task.container": 20,
  "definition.container": 99,
  "port_mapping.container_port": 98,
  "port_mapping.container_port_range": 1,
  "container.memory": 5,
  "container.cpu": 5,
  placement_strategy: 1,
  placement_constraints: 1,
  volumes_from: 2,
  mount_point: 3,
  depends_on: 4,
  hostname: 2,
  extra_hosts: 2,
  dns_servers: 2,
  dns_search_domains: 2,
  port_mapping: 20,
  environment: 30,
  cpu: 20,
  memory: 20,
  managed_ebs_volume: 95,
  size_in_gib: 95,
  weight: 95,
  capacity_provider_strategy: 20,
};

/** Any value of a field: mostly one that is right by itself. */
function arbitraryOf(
  block: string,
  name: string,
  { shape }: Field<unknown>,
): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "map":
      if (name === "secrets") {
        return fc.dictionary(
          fc.constantFrom("TOKEN", "A"),
          usually(fc.constant(secret), fc.constant("!")),
        );
      }
      return fc.dictionary(fc.constantFrom("a", "B_C", "d-e"), fc.constantFrom("", "v", "w x"), {
        maxKeys: 2,
      });
    case "block":
      return blockOf(name, shape.fields);
    case "blocks":
      return fc.array(blockOf(name, shape.fields), {
        minLength: 1,
        maxLength: Math.min(2, shape.max ?? 2),
      });
    case "attribute":
      break;
  }
  const { type, allowed } = shape;
  switch (allowed?.kind) {
    case "words":
      return usually(fc.constantFrom(...allowed.words), fc.constant("neither"));
    case "range": {
      const { min, max } = allowed;
      const sizes = [min, max, 256, 512, 1_024, 2_048].filter((n) => n >= min && n <= max);
      const within = fc.oneof(fc.constantFrom(...sizes), fc.integer({ min, max }));
      return usually(within, fc.constantFrom<unknown>(min - 1, max + 1, min + 0.5, "many"));
    }
    case "duration": {
      const { min = "1s", max = "300s" } = allowed;
      const bounds = [min, max, "1m"].filter((text) =>
        (parseDuration(text) ?? 0) >= (parseDuration(min) ?? 0) &&
        (parseDuration(text) ?? 0) <= (parseDuration(max) ?? 0)
      );
      return usually(fc.constantFrom(...bounds), fc.constantFrom("soon", "-1s"));
    }
    case "json":
      return fc.constantFrom(
        JSON.stringify({ family: "json", containerDefinitions: [{ name: "main", image: "idle" }] }),
        JSON.stringify({
          family: "json",
          containerDefinitions: [{ name: "main", imagee: "idle" }],
        }),
        "{",
      );
    case "text":
    case "list":
    case undefined:
      break;
  }
  switch (type) {
    case "bool":
      return fc.boolean();
    case "number":
      return fc.integer({ min: 0, max: 4_096 });
    case "list(string)":
      return listOf(name);
    default:
      return usually(
        fc.constantFrom(...(texts[`${block}.${name}`] ?? texts[name] ?? ["some", "thing-1"])),
        // What there is of these only ECS can tell.
        ["capacity_provider", "cluster"].includes(name)
          ? fc.constant("")
          : fc.constantFrom("not a name", "", "absent"),
      );
  }
}

function listOf(name: string): fc.Arbitrary<string[]> {
  const known = lists[name];
  if (known === undefined) return fc.array(fc.constantFrom("a", "b"), { maxLength: 2 });
  const [right, wrong] = known;
  return usually(fc.constantFrom(...right), fc.constantFrom(...wrong));
}

function usually<T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

/** A block of which an option stands as often as `often` says, or as it has to. */
function blockOf(block: string, fields: Fields, often = 8): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.entries(fields).map(([name, field]) => {
    const needed = field.shape.kind === "attribute" && field.shape.required;
    const value = arbitraryOf(block, name, field);
    const share = needed ? 99 : present[`${block}.${name}`] ?? present[name] ?? often;
    return [
      name,
      share === 0 ? fc.constant(null) : fc.oneof(
        { weight: share, arbitrary: value },
        { weight: 100 - share, arbitrary: fc.constant(null) },
      ),
    ] as const;
  });
  return fc.record(Object.fromEntries(members));
}

const { shape } = taskConfig.fields.task;
const fields: Fields = shape.kind === "block" ? shape.fields : {};
const { task_definition, definition, definition_json, ...others } = fields;

/** One of the ways to say what runs, now and then none or two. */
const source = fc.oneof(
  { weight: 50, arbitrary: one("task_definition", task_definition) },
  { weight: 50, arbitrary: one("definition", definition) },
  { weight: 5, arbitrary: one("definition_json", definition_json) },
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.tuple(one("task_definition", task_definition), one("definition", definition))
      .map(([a, b]) => ({ ...a, ...b })),
  },
);

function one(name: string, field: Field<unknown> | undefined) {
  if (field === undefined) throw new Error(`a task has no ${name}`);
  return arbitraryOf("task", name, field).map((value) => ({ [name]: value }));
}

/**
 * Any configuration of a task as Nomad sends it, from the declaration of its options: right in each
 * option as a rule, and in the whole often enough. It always says where it runs: what a cluster's own
 * default comes to, no configuration tells.
 */
export const arbitraryTask: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(blockOf("task", others, 4), source, fc.nat(20))
  .map(([rest, what, chance]) => {
    const strategy = rest["capacity_provider_strategy"];
    const both = chance === 0 ? {} : { launch_type: null };
    const says = rest["launch_type"] !== null && rest["launch_type"] !== "NONE";
    const neither = says ? {} : { launch_type: "FARGATE" };
    return { ...rest, ...(strategy ? both : neither), ...what };
  });

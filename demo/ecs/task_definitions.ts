import { clientException } from "./aws_error.ts";
import {
  type Input,
  integer,
  object,
  objects,
  optionalString,
  requiredString,
  strings,
  tagsOf,
  word,
} from "./input.ts";
import type { ContainerDefinition, Model, TaskDefinition } from "./model.ts";

/** CPU units that Fargate offers, each with its least and most memory and the step in MiB. */
const fargateSizes: Readonly<Record<string, readonly [number, number, number]>> = {
  "256": [512, 2_048, 1_024],
  "512": [1_024, 4_096, 1_024],
  "1024": [2_048, 8_192, 1_024],
  "2048": [4_096, 16_384, 1_024],
  "4096": [8_192, 30_720, 1_024],
  "8192": [16_384, 61_440, 4_096],
  "16384": [32_768, 122_880, 8_192],
};

/** RegisterTaskDefinition. */
export function registerTaskDefinition(model: Model, region: string, input: Input): unknown {
  const family = requiredString(input, "family", "Family cannot be null or empty.");
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) {
    throw clientException("Family contains invalid characters.");
  }
  const containers = objects(input, "containerDefinitions").map(container);
  if (containers.length === 0) throw clientException("Container list cannot be empty.");
  if (containers.length > 10) throw clientException("A task can have at most 10 containers.");
  if (!containers.some(({ essential }) => essential)) {
    throw clientException("At least one container must be essential.");
  }
  const networkMode = word(input, "networkMode", ["bridge", "host", "awsvpc", "none"]) ?? "bridge";
  const required = strings(input, "requiresCompatibilities");
  if (required.includes("FARGATE")) checkFargate(input, networkMode);

  const key = `${region}/${family}`;
  const revisions = model.definitions.get(key) ?? [];
  const revision = (revisions.at(-1)?.revision ?? 0) + 1;
  const definition: TaskDefinition = {
    family,
    revision,
    arn: `arn:aws:ecs:${region}:${model.account}:task-definition/${family}:${revision}`,
    status: "ACTIVE",
    registeredAt: model.now(),
    networkMode,
    compatibilities: [
      "EC2",
      ...(networkMode === "awsvpc" && isSized(input) ? ["FARGATE"] : []),
      ...(required.includes("EXTERNAL") ? ["EXTERNAL"] : []),
    ],
    containers,
    tags: tagsOf(input),
    input,
  };
  model.definitions.set(key, [...revisions, definition]);
  return { taskDefinition: describe(definition), tags: definition.tags };
}

/** DescribeTaskDefinition. */
export function describeTaskDefinition(model: Model, region: string, input: Input): unknown {
  const name = requiredString(input, "taskDefinition", "TaskDefinition cannot be null or empty.");
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined) throw clientException("Unable to describe task definition.");
  return {
    taskDefinition: describe(definition),
    ...(strings(input, "include").includes("TAGS") ? { tags: definition.tags } : {}),
  };
}

/** DeregisterTaskDefinition. */
export function deregisterTaskDefinition(model: Model, region: string, input: Input): unknown {
  const name = requiredString(input, "taskDefinition", "TaskDefinition cannot be null or empty.");
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined || !/:[0-9]+$/.test(name)) {
    throw clientException("The specified task definition does not exist.");
  }
  definition.status = "INACTIVE";
  return { taskDefinition: describe(definition) };
}

/** ListTaskDefinitions, oldest first unless it is asked otherwise. */
export function listTaskDefinitions(model: Model, region: string, input: Input): unknown {
  const prefix = optionalString(input, "familyPrefix");
  const status = word(input, "status", ["ACTIVE", "INACTIVE"]) ?? "ACTIVE";
  const all = [...model.definitions].filter(([key]) => key.startsWith(`${region}/`))
    .flatMap(([, revisions]) => revisions)
    .filter((definition) =>
      definition.status === status && (prefix === undefined || definition.family === prefix)
    )
    .map(({ arn }) => arn);
  const most = integer(input, "maxResults", { min: 1, max: 100 }) ?? 100;
  const from = Number(optionalString(input, "nextToken") ?? 0);
  const ordered = optionalString(input, "sort") === "DESC" ? all.reverse() : all;
  const next = from + most;
  return {
    taskDefinitionArns: ordered.slice(from, next),
    ...(next < ordered.length ? { nextToken: String(next) } : {}),
  };
}

/** The definition that `family`, `family:revision` or an ARN names; a bare family is its newest active. */
export function findTaskDefinition(
  model: Model,
  region: string,
  name: string,
): TaskDefinition | undefined {
  const short = name.includes(":task-definition/") ? name.split(":task-definition/")[1] : name;
  const [family = "", revision] = (short ?? "").split(":");
  const revisions = model.definitions.get(`${region}/${family}`) ?? [];
  return revision === undefined
    ? revisions.findLast(({ status }) => status === "ACTIVE")
    : revisions.find((definition) => definition.revision === Number(revision));
}

function checkFargate(input: Input, networkMode: string): void {
  if (networkMode !== "awsvpc") {
    throw clientException("Fargate only supports network mode ‘awsvpc’.");
  }
  if (optionalString(input, "cpu") === undefined || optionalString(input, "memory") === undefined) {
    throw clientException("Fargate requires that 'cpu' and 'memory' be defined at the task level.");
  }
  if (!isSized(input)) {
    throw clientException("No Fargate configuration exists for given values.");
  }
}

function isSized(input: Input): boolean {
  const cpu = optionalString(input, "cpu");
  return cpu !== undefined && isFargateSize(cpu, Number(optionalString(input, "memory")));
}

/** Whether Fargate offers these CPU units with this much memory in MiB. */
export function isFargateSize(cpu: string, memory: number): boolean {
  const size = fargateSizes[cpu];
  if (size === undefined) return false;
  const [least, most, step] = size;
  return memory === least || (memory > least && memory <= most && memory % step === 0);
}

function container(input: Input): ContainerDefinition {
  const name = requiredString(input, "name", "Container.name cannot be null or empty.");
  const environment = objects(input, "environment").map((pair) => [
    optionalString(pair, "name") ?? "",
    optionalString(pair, "value") ?? "",
  ]);
  const check = object(input, "healthCheck");
  if (check !== undefined && strings(check, "command").length === 0) {
    throw clientException("Container health check command cannot be empty.");
  }
  return {
    name,
    image: requiredString(input, "image", `Container.image cannot be null or empty.`),
    essential: input["essential"] !== false,
    command: [...strings(input, "entryPoint"), ...strings(input, "command")],
    environment: Object.fromEntries(environment),
    stopTimeout: integer(input, "stopTimeout", { min: 0, max: 120 }) ?? 30,
  };
}

function describe(definition: TaskDefinition): unknown {
  const { family, revision, arn, status, networkMode, compatibilities, registeredAt, input } =
    definition;
  const { tags: _tags, ...rest } = input;
  return {
    ...rest,
    containerDefinitions: objects(input, "containerDefinitions").map((item) => ({
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      portMappings: [],
      volumesFrom: [],
      ...item,
    })),
    taskDefinitionArn: arn,
    family,
    revision,
    status,
    networkMode,
    registeredAt: registeredAt / 1_000,
    volumes: input["volumes"] ?? [],
    compatibilities,
  };
}

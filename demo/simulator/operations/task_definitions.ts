import { refuseForeignArn } from "../request/arn.ts";
import { clientException } from "../request/aws_error.ts";
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
} from "../request/input.ts";
import type {
  ContainerDefinition,
  Dependency,
  HealthCheck,
  Model,
  TaskDefinition,
} from "../state/model.ts";
import { checkTaskDefinition } from "../checks/task_definition_checks.ts";

const conditions = ["START", "COMPLETE", "SUCCESS", "HEALTHY"] as const;

/** RegisterTaskDefinition. */
export function registerTaskDefinition(model: Model, region: string, request: Input): unknown {
  const { family, networkMode, compatibilities, input } = checkTaskDefinition(request);
  const tags = tagsOf(input);
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
    compatibilities,
    containers: objects(input, "containerDefinitions").map(container),
    tags,
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

/** ListTaskDefinitions. Oldest first, unless `sort` is DESC. */
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

/**
 * Finds a definition by `family`, `family:revision` or ARN. A bare family stands for its newest
 * active revision. Refuses an ARN of another region.
 */
export function findTaskDefinition(
  model: Model,
  region: string,
  name: string,
): TaskDefinition | undefined {
  refuseForeignArn(name, region);
  const short = name.includes(":task-definition/") ? name.split(":task-definition/")[1] : name;
  const [family = "", revision] = (short ?? "").split(":");
  const revisions = model.definitions.get(`${region}/${family}`) ?? [];
  return revision === undefined
    ? revisions.findLast(({ status }) => status === "ACTIVE")
    : revisions.find((definition) => definition.revision === Number(revision));
}

/** What the simulator acts on of a container's definition. */
function container(input: Input): ContainerDefinition {
  const environment = objects(input, "environment").map((pair) => [
    optionalString(pair, "name") ?? "",
    optionalString(pair, "value") ?? "",
  ]);
  return {
    name: optionalString(input, "name") ?? "",
    image: optionalString(input, "image") ?? "",
    essential: input["essential"] !== false,
    command: [...strings(input, "entryPoint"), ...strings(input, "command")],
    environment: Object.fromEntries(environment),
    stopTimeout: Number(input["stopTimeout"] ?? 30),
    startTimeout: typeof input["startTimeout"] === "number" ? input["startTimeout"] : undefined,
    dependsOn: dependencies(input),
    healthCheck: healthCheck(input),
  };
}

/** `dependsOn`, and what links and volumes of other containers come to: these start first. */
function dependencies(input: Input): Dependency[] {
  const started = [
    ...strings(input, "links").map((link) => link.split(":")[0] ?? ""),
    ...objects(input, "volumesFrom").map((from) => optionalString(from, "sourceContainer") ?? ""),
  ];
  return [
    ...objects(input, "dependsOn").map((dependency) => ({
      containerName: optionalString(dependency, "containerName") ?? "",
      condition: word(dependency, "condition", conditions) ?? "START",
    })),
    ...started.map((containerName) => ({ containerName, condition: "START" as const })),
  ];
}

/** A health check with the defaults of the API reference. */
function healthCheck(input: Input): HealthCheck | undefined {
  const check = object(input, "healthCheck");
  if (check === undefined) return undefined;
  const [kind, ...rest] = strings(check, "command");
  // Docker runs no check of another kind, and then reports no health.
  const probe = kind === "CMD"
    ? rest
    : kind === "CMD-SHELL"
    ? ["/bin/sh", "-c", rest.join(" ")]
    : undefined;
  return {
    probe,
    interval: Number(check["interval"] ?? 30),
    timeout: Number(check["timeout"] ?? 5),
    retries: Number(check["retries"] ?? 3),
    startPeriod: Number(check["startPeriod"] ?? 0),
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

import { createHash } from "node:crypto";
import { refuseForeignArn } from "../request/arn.ts";
import { clientException } from "../request/aws_error.ts";
import {
  type Input,
  object,
  objects,
  optionalString,
  requiredString,
  strings,
  tagsOf,
  word,
  words,
} from "../request/input.ts";
import { pageOf } from "../request/page.ts";
import { seconds } from "../request/timestamp.ts";
import type {
  Awslogs,
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
    deregisteredAt: undefined,
    deleteRequestedAt: undefined,
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
  const include = words(input, "include", ["TAGS"]);
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined) throw clientException("Unable to describe task definition.");
  return {
    taskDefinition: describe(definition),
    ...(include.includes("TAGS") ? { tags: definition.tags } : {}),
  };
}

/** DeregisterTaskDefinition. */
export function deregisterTaskDefinition(model: Model, region: string, input: Input): unknown {
  const name = requiredString(input, "taskDefinition", "TaskDefinition cannot be null or empty.");
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined || !/:[0-9]+$/.test(name)) {
    throw clientException("The specified task definition does not exist.");
  }
  if (definition.status === "ACTIVE") {
    definition.status = "INACTIVE";
    definition.deregisteredAt = model.now();
  }
  return { taskDefinition: describe(definition) };
}

/** DeleteTaskDefinitions. Only inactive definitions can be deleted. */
export function deleteTaskDefinitions(model: Model, region: string, input: Input): unknown {
  const names = strings(input, "taskDefinitions");
  if (names.length === 0) throw clientException("taskDefinitions cannot be empty.");
  if (names.length > 10) throw clientException("taskDefinitions can have at most 10 items.");
  const taskDefinitions: unknown[] = [];
  const failures: unknown[] = [];
  for (const name of names) {
    const definition = findTaskDefinition(model, region, name);
    if (definition === undefined || !/:[0-9]+$/.test(name)) {
      failures.push({ arn: name, reason: "MISSING" });
    } else if (definition.status === "ACTIVE") {
      failures.push({
        arn: definition.arn,
        reason: "The specified task definition is still in ACTIVE status. Please deregister the " +
          "target and try again.",
      });
    } else {
      if (definition.status !== "DELETE_IN_PROGRESS") definition.deleteRequestedAt = model.now();
      definition.status = "DELETE_IN_PROGRESS";
      taskDefinitions.push(describe(definition));
    }
  }
  return { taskDefinitions, failures };
}

/** ListTaskDefinitions. Ordered by family and revision; `sort` DESC is the opposite. */
export function listTaskDefinitions(model: Model, region: string, input: Input): unknown {
  const family = optionalString(input, "familyPrefix");
  const status = word(input, "status", ["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"]) ?? "ACTIVE";
  const arns = families(model, region).flatMap((name) => revisionsOf(model, region, name))
    .filter((definition) =>
      definition.status === status && (family === undefined || definition.family === family)
    )
    .map(({ arn }) => arn);
  const ordered = word(input, "sort", ["ASC", "DESC"]) === "DESC" ? arns.reverse() : arns;
  const { items, nextToken } = pageOf(input, ordered);
  return { taskDefinitionArns: items, nextToken };
}

/** ListTaskDefinitionFamilies. A family is ACTIVE while it has an active revision. */
export function listTaskDefinitionFamilies(model: Model, region: string, input: Input): unknown {
  const prefix = optionalString(input, "familyPrefix") ?? "";
  const status = word(input, "status", ["ACTIVE", "INACTIVE", "ALL"]) ?? "ACTIVE";
  const found = families(model, region).filter((family) => {
    const active = revisionsOf(model, region, family).some((one) => one.status === "ACTIVE");
    return family.startsWith(prefix) &&
      (status === "ALL" || (status === "ACTIVE" ? active : !active));
  });
  const { items, nextToken } = pageOf(input, found);
  return { families: items, nextToken };
}

/**
 * Finds a definition by `family`, `family:revision` or ARN. A bare family stands for its newest
 * active revision. Refuses an ARN of another region or account.
 */
export function findTaskDefinition(
  model: Model,
  region: string,
  name: string,
): TaskDefinition | undefined {
  refuseForeignArn(name, region, model.account);
  const short = name.includes(":task-definition/") ? name.split(":task-definition/")[1] : name;
  const [family = "", revision] = (short ?? "").split(":");
  const revisions = revisionsOf(model, region, family);
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
  const image = optionalString(input, "image") ?? "";
  return {
    name: optionalString(input, "name") ?? "",
    image,
    imageDigest: digestOf(image),
    essential: input["essential"] !== false,
    reserved: {
      cpu: Number(input["cpu"] ?? 0),
      memory: Number(input["memory"] ?? input["memoryReservation"] ?? 0),
    },
    command: [...strings(input, "entryPoint"), ...strings(input, "command")],
    environment: Object.fromEntries(environment),
    stopTimeout: Number(input["stopTimeout"] ?? 30),
    startTimeout: typeof input["startTimeout"] === "number" ? input["startTimeout"] : undefined,
    dependsOn: dependencies(input),
    healthCheck: healthCheck(input),
    awslogs: awslogs(input),
  };
}

/** The digest that an image's name ends in, or one that is always the same for the name. */
function digestOf(image: string): string {
  return /@(sha256:[0-9A-Fa-f]{64})$/.exec(image)?.[1] ??
    `sha256:${createHash("sha256").update(image).digest("hex")}`;
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

/** What awslogs needs to know. Since June 2025 the default mode of ECS is non-blocking. */
function awslogs(input: Input): Awslogs | undefined {
  const configuration = object(input, "logConfiguration");
  if (configuration?.["logDriver"] !== "awslogs") return undefined;
  const options = object(configuration, "options") ?? {};
  const option = (name: string) => optionalString(options, name);
  return {
    group: option("awslogs-group") ?? "",
    region: option("awslogs-region") ?? "",
    prefix: option("awslogs-stream-prefix"),
    createGroup: option("awslogs-create-group") === "true",
    blocking: option("mode") === "blocking",
  };
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

function families(model: Model, region: string): string[] {
  return [...model.definitions.keys()].filter((key) => key.startsWith(`${region}/`))
    .map((key) => key.slice(region.length + 1)).sort();
}

function revisionsOf(model: Model, region: string, family: string): readonly TaskDefinition[] {
  return model.definitions.get(`${region}/${family}`) ?? [];
}

/** A definition as AWS describes it, with the members that AWS adds. */
function describe(definition: TaskDefinition): unknown {
  const { family, revision, arn, status, networkMode, compatibilities, input } = definition;
  const { registeredAt, deregisteredAt, deleteRequestedAt } = definition;
  const { tags: _tags, ...rest } = input;
  return {
    volumes: [],
    placementConstraints: [],
    ...rest,
    containerDefinitions: objects(input, "containerDefinitions").map((item) => ({
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      ...item,
      portMappings: objects(item, "portMappings").map((mapping) =>
        describePort(mapping, networkMode)
      ),
    })),
    taskDefinitionArn: arn,
    family,
    revision,
    status,
    networkMode,
    compatibilities,
    registeredAt: seconds(registeredAt),
    registeredBy: `arn:aws:iam::${arn.split(":")[4]}:user/simulated`,
    deregisteredAt: seconds(deregisteredAt),
    deleteRequestedAt: seconds(deleteRequestedAt),
  };
}

/** In awsvpc and host mode the host's port is that of the container. */
function describePort(mapping: Input, networkMode: string): Input {
  const shared = networkMode === "awsvpc" || networkMode === "host";
  const { containerPort } = mapping;
  return {
    ...(containerPort === undefined ? {} : { hostPort: shared ? containerPort : 0 }),
    protocol: "tcp",
    ...mapping,
  };
}

import { AwsError, clientException, invalidParameter } from "./aws_error.ts";
import { findCluster } from "./clusters.ts";
import {
  type Input,
  integer,
  object,
  objects,
  optionalString,
  requiredString,
  strings,
  tags,
  word,
} from "./input.ts";
import { type EcsTask, type Model, randomHex, type TaskDefinition } from "./model.ts";
import { begin } from "./task_life.ts";
import { describeTask } from "./tasks.ts";
import { findTaskDefinition } from "./task_definitions.ts";

/** Most characters that a request's overrides may have as JSON. */
const overridesLimit = 8_192;
/** Hours for which a client token is remembered. */
const tokenHours = 24;

/** RunTask. */
export function runTask(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
  const name = requiredString(input, "taskDefinition", "TaskDefinition cannot be null or empty.");
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined) throw clientException("TaskDefinition not found.");
  if (definition.status === "INACTIVE") throw clientException("TaskDefinition is inactive");
  const count = integer(input, "count", { min: 1, max: 10 }) ?? 1;
  const startedBy = optionalString(input, "startedBy");
  if (startedBy !== undefined && !/^[A-Za-z0-9_/-]{0,128}$/.test(startedBy)) {
    throw invalidParameter(
      "startedBy may have up to 128 letters, digits, hyphens, slashes and underscores.",
    );
  }
  const launchType = launchTypeOf(input);
  checkNetwork(input, definition, launchType);
  checkOverrides(input, definition);
  const taskTags = [
    ...(optionalString(input, "propagateTags") === "TASK_DEFINITION" ? definition.tags : []),
    ...tags(input),
  ];

  const token = optionalString(input, "clientToken");
  if (token !== undefined && !/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw invalidParameter("clientToken may have up to 64 ASCII characters.");
  }
  const tokenKey = `${cluster.arn}/${token}`;
  const request = JSON.stringify(input);
  const known = token === undefined ? undefined : model.tokens.get(tokenKey);
  if (known !== undefined && model.now() - known.at < tokenHours * 3_600_000) {
    if (known.request !== request) {
      throw new AwsError(
        "ConflictException",
        "The provided clientToken is already in use with a different RunTask request.",
        400,
        { resourceIds: known.arns },
      );
    }
    return answer(known.arns.flatMap((arn) => model.tasks.get(arn) ?? []));
  }

  const made = Array.from({ length: count }, (): EcsTask => {
    const id = randomHex(model, 32);
    const arn = `arn:aws:ecs:${region}:${model.account}:task/${cluster.name}/${id}`;
    return {
      id,
      arn,
      region,
      cluster,
      definition,
      input,
      startedBy,
      launchType,
      address: definition.networkMode === "awsvpc" ? privateAddress(model) : undefined,
      createdAt: model.now(),
      tags: taskTags,
      containers: definition.containers.map((container) => ({
        definition: overridden(container, input),
        arn: `${arn.replace(":task/", ":container/")}/${randomHex(model, 36)}`,
      })),
      status: "PROVISIONING",
      desired: "RUNNING",
      nextAt: undefined,
      terminated: false,
      version: 1,
    };
  });
  for (const task of made) {
    model.tasks.set(task.arn, task);
    begin(model, task);
  }
  if (token !== undefined) {
    model.tokens.set(tokenKey, { request, arns: made.map(({ arn }) => arn), at: model.now() });
  }
  return answer(made);
}

function answer(tasks: EcsTask[]): unknown {
  return { tasks: tasks.map((task) => describeTask(task, true)), failures: [] };
}

function launchTypeOf(input: Input): string {
  const launchType = word(input, "launchType", ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]);
  const strategy = objects(input, "capacityProviderStrategy");
  if (launchType !== undefined && strategy.length > 0) {
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. " +
        "Remove one and try again.",
    );
  }
  if (optionalString(input, "platformVersion") !== undefined && launchType === "EC2") {
    throw invalidParameter("The platform version must be null when specifying an EC2 launch type.");
  }
  return launchType ?? (strategy.length > 0 ? "FARGATE" : "EC2");
}

function checkNetwork(input: Input, definition: TaskDefinition, launchType: string): void {
  const vpc = object(object(input, "networkConfiguration") ?? {}, "awsvpcConfiguration");
  if (definition.networkMode !== "awsvpc") {
    if (vpc !== undefined) {
      throw invalidParameter(
        "Network Configuration is not valid for the given networkMode of this task definition.",
      );
    }
    if (launchType === "FARGATE") {
      throw invalidParameter("Task definition does not support launch_type FARGATE.");
    }
    return;
  }
  if (vpc === undefined) {
    throw invalidParameter(
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
  }
  const subnets = strings(vpc, "subnets");
  if (subnets.length === 0) throw invalidParameter("subnets can not be empty.");
  if (subnets.length > 16) throw invalidParameter("subnets can have at most 16 items.");
  if (strings(vpc, "securityGroups").length > 5) {
    throw invalidParameter("securityGroups can have at most 5 items.");
  }
  const assign = word(vpc, "assignPublicIp", ["ENABLED", "DISABLED"]);
  if (assign === "ENABLED" && launchType === "EC2") {
    throw invalidParameter("Assign public IP is not supported for this launch type.");
  }
}

function checkOverrides(input: Input, definition: TaskDefinition): void {
  const overrides = object(input, "overrides");
  if (overrides === undefined) return;
  const size = JSON.stringify(overrides).length;
  if (size > overridesLimit) {
    throw invalidParameter(
      `Container Overrides length must be at most ${overridesLimit} (was ${size}).`,
    );
  }
  for (const override of objects(overrides, "containerOverrides")) {
    const name = requiredString(override, "name", "Container override name cannot be null.");
    if (!definition.containers.some((container) => container.name === name)) {
      throw invalidParameter(
        `Override for container named ${name} is not a container in the TaskDefinition.`,
      );
    }
  }
}

function overridden(
  container: TaskDefinition["containers"][number],
  input: Input,
): TaskDefinition["containers"][number] {
  const overrides = objects(object(input, "overrides") ?? {}, "containerOverrides");
  const override = overrides.find((candidate) => candidate["name"] === container.name);
  if (override === undefined) return container;
  const environment = objects(override, "environment").map((pair) => [
    optionalString(pair, "name") ?? "",
    optionalString(pair, "value") ?? "",
  ]);
  const command = strings(override, "command");
  return {
    ...container,
    command: command.length === 0 ? container.command : command,
    environment: { ...container.environment, ...Object.fromEntries(environment) },
  };
}

function privateAddress(model: Model): string {
  const part = () => Math.floor(model.random() * 254) + 1;
  return `10.0.${part()}.${part()}`;
}

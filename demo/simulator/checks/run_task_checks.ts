import { invalidParameter } from "../request/aws_error.ts";
import {
  bool,
  type Input,
  object,
  objects,
  optionalString,
  strings,
  word,
} from "../request/input.ts";
import { checkLaunchVolumes } from "./launch_volume_checks.ts";
import type { TaskDefinition } from "../state/model.ts";
import { checkOverrides } from "./override_checks.ts";
import { checkPlatform } from "./platform_checks.ts";
import { checkStrategy } from "./strategy_checks.ts";

/** Most placement constraints of a task, those of its definition included. */
const mostConstraints = 10;

/**
 * Checks a RunTask request in a cluster with these capacity providers. Returns the launch type that
 * the tasks get.
 */
export function checkRunTask(
  input: Input,
  definition: TaskDefinition,
  capacityProviders: readonly string[],
): string {
  const launchType = launchTypeOf(input);
  const strategy = objects(input, "capacityProviderStrategy");
  checkStrategy(strategy, capacityProviders);
  checkWeights(strategy);
  if (!definition.compatibilities.includes(launchType)) {
    throw invalidParameter(`Task definition does not support launch_type ${launchType}.`);
  }
  checkNetwork(input, definition, launchType);
  checkPlacement(input, definition, launchType);
  checkOverrides(input, definition, launchType);
  checkLaunchVolumes(input, definition);
  checkPlatform(input, definition.input, launchType);
  checkWords(input);
  checkExecuteCommand(input, definition);
  return launchType;
}

function launchTypeOf(input: Input): string {
  const launchType = word(input, "launchType", ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]);
  const strategy = objects(input, "capacityProviderStrategy");
  if (launchType === "MANAGED_INSTANCES") {
    throw invalidParameter(
      "The launch type MANAGED_INSTANCES is not supported here. Specify a capacity provider " +
        "strategy instead.",
    );
  }
  if (launchType !== undefined && strategy.length > 0) {
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. " +
        "Remove one and try again.",
    );
  }
  return launchType ?? (strategy.length > 0 ? "FARGATE" : "EC2");
}

function checkWeights(strategy: readonly Input[]): void {
  if (strategy.length > 0 && strategy.every((item) => !item["weight"])) {
    throw invalidParameter("At least one capacity provider must have a weight greater than zero.");
  }
}

function checkWords(input: Input): void {
  if ((optionalString(input, "group") ?? "").length > 255) {
    throw invalidParameter("group can have at most 255 characters.");
  }
  if ((optionalString(input, "referenceId") ?? "").length > 1_024) {
    throw invalidParameter("referenceId can have at most 1024 characters.");
  }
  word(input, "propagateTags", ["TASK_DEFINITION", "NONE"]);
  bool(input, "enableECSManagedTags");
}

/** Refuses ECS Exec without a task role: its agent in the container calls AWS as the task. */
function checkExecuteCommand(input: Input, definition: TaskDefinition): void {
  const role = optionalString(object(input, "overrides") ?? {}, "taskRoleArn") ??
    optionalString(definition.input, "taskRoleArn");
  if (bool(input, "enableExecuteCommand") && !role) {
    throw invalidParameter(
      "The task couldn't be started because a valid taskRoleArn is not being used. Specify a " +
        "valid task role in your task definition and try again.",
    );
  }
}

function checkNetwork(input: Input, definition: TaskDefinition, launchType: string): void {
  const vpc = object(object(input, "networkConfiguration") ?? {}, "awsvpcConfiguration");
  if (definition.networkMode !== "awsvpc") {
    if (vpc !== undefined) {
      throw invalidParameter(
        "Network Configuration is not valid for the given networkMode of this task definition.",
      );
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

function checkPlacement(input: Input, definition: TaskDefinition, launchType: string): void {
  const constraints = objects(input, "placementConstraints");
  const strategy = objects(input, "placementStrategy");
  if (launchType === "FARGATE" && constraints.length > 0) {
    throw invalidParameter("Placement constraints are not supported with FARGATE launch type.");
  }
  if (launchType === "FARGATE" && strategy.length > 0) {
    throw invalidParameter("Placement strategies are not supported with FARGATE launch type.");
  }
  const own = objects(definition.input, "placementConstraints");
  if (constraints.length + own.length > mostConstraints) {
    throw invalidParameter(`placementConstraints can have at most ${mostConstraints} items.`);
  }
  if (strategy.length > 5) throw invalidParameter("placementStrategy can have at most 5 items.");
  for (const constraint of constraints) {
    const type = word(constraint, "type", ["distinctInstance", "memberOf"]);
    const expression = optionalString(constraint, "expression");
    if (type === "memberOf" && expression === undefined) {
      throw invalidParameter("Expression cannot be empty for a memberOf constraint.");
    }
    if (type === "distinctInstance" && expression !== undefined) {
      throw invalidParameter("Expression must be empty for a distinctInstance constraint.");
    }
  }
  for (const item of strategy) {
    const type = word(item, "type", ["random", "spread", "binpack"]);
    const field = optionalString(item, "field");
    if (type === "random" && field !== undefined) {
      throw invalidParameter("The field must be empty for the random strategy.");
    }
    if (type === "spread" && field === undefined) {
      throw invalidParameter("The field cannot be empty for the spread strategy.");
    }
    if (type === "binpack" && field !== "cpu" && field !== "memory") {
      throw invalidParameter("The field must be cpu or memory for the binpack strategy.");
    }
  }
}

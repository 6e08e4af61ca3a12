import { invalidParameter } from "./aws_error.ts";
import {
  bool,
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
import type { TaskDefinition } from "./model.ts";
import { isFargateSize } from "./task_definitions.ts";

/** Most characters that a request's overrides may have as JSON. */
const overridesLimit = 8_192;
/** Capacity providers of every cluster here. */
const capacityProviders = ["FARGATE", "FARGATE_SPOT"];
const roleArn = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/;

/** Checks what a RunTask request asks for, and answers the launch type that it comes to. */
export function checkRunTask(input: Input, definition: TaskDefinition): string {
  const launchType = launchTypeOf(input);
  const strategy = objects(input, "capacityProviderStrategy");
  checkStrategy(strategy);
  if (launchType === "FARGATE" && !definition.compatibilities.includes("FARGATE")) {
    throw invalidParameter("Task definition does not support launch_type FARGATE.");
  }
  checkNetwork(input, definition, launchType);
  checkPlacement(input, launchType);
  checkOverrides(input, definition, launchType);
  checkVolumes(input, definition);
  checkWords(input, launchType);
  return launchType;
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
  return launchType ?? (strategy.length > 0 ? "FARGATE" : "EC2");
}

function checkStrategy(strategy: Input[]): void {
  if (strategy.length > 20) {
    throw invalidParameter("The capacity provider strategy can have at most 20 items.");
  }
  let bases = 0;
  for (const item of strategy) {
    const name = requiredString(item, "capacityProvider", "capacityProvider cannot be empty.");
    if (!capacityProviders.includes(name)) {
      throw invalidParameter(
        `The specified capacity provider '${name}' was not found or is not associated with the ` +
          "cluster. Specify a valid name and try again.",
      );
    }
    integer(item, "weight", { min: 0, max: 1_000 });
    if ((integer(item, "base", { min: 0, max: 100_000 }) ?? 0) > 0) bases += 1;
  }
  if (bases > 1) {
    throw invalidParameter("Only one capacity provider in a strategy can have a base defined.");
  }
  const idle = strategy.every((item) => !item["weight"] && !item["base"]);
  if (strategy.length > 0 && idle) {
    throw invalidParameter("At least one capacity provider must have a weight greater than zero.");
  }
}

function checkWords(input: Input, launchType: string): void {
  const version = optionalString(input, "platformVersion");
  if (version !== undefined && launchType !== "FARGATE") {
    throw invalidParameter(
      `The platform version must be null when specifying an ${launchType} launch type.`,
    );
  }
  if (version !== undefined && !/^(LATEST|1\.[0-4]\.0)$/.test(version)) {
    throw invalidParameter("The specified platform does not exist.");
  }
  if ((optionalString(input, "group") ?? "").length > 255) {
    throw invalidParameter("group can have at most 255 characters.");
  }
  if ((optionalString(input, "referenceId") ?? "").length > 1_024) {
    throw invalidParameter("referenceId can have at most 1024 characters.");
  }
  word(input, "propagateTags", ["TASK_DEFINITION", "NONE"]);
  bool(input, "enableECSManagedTags");
  if (bool(input, "enableExecuteCommand") && launchType === "EXTERNAL") {
    throw invalidParameter("ECS Exec is not supported for the EXTERNAL launch type.");
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

function checkPlacement(input: Input, launchType: string): void {
  const constraints = objects(input, "placementConstraints");
  const strategy = objects(input, "placementStrategy");
  if (launchType === "FARGATE" && constraints.length > 0) {
    throw invalidParameter("Placement constraints are not supported with FARGATE launch type.");
  }
  if (launchType === "FARGATE" && strategy.length > 0) {
    throw invalidParameter("Placement strategies are not supported with FARGATE launch type.");
  }
  if (constraints.length > 10) {
    throw invalidParameter("placementConstraints can have at most 10 items.");
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

function checkOverrides(input: Input, definition: TaskDefinition, launchType: string): void {
  const overrides = object(input, "overrides");
  if (overrides === undefined) return;
  const size = JSON.stringify(overrides).length;
  if (size > overridesLimit) {
    throw invalidParameter(
      `Container Overrides length must be at most ${overridesLimit} (was ${size}).`,
    );
  }
  const cpu = optionalString(overrides, "cpu");
  const memory = optionalString(overrides, "memory");
  if (launchType === "FARGATE" && (cpu !== undefined || memory !== undefined)) {
    const { cpu: ownCpu, memory: ownMemory } = definition.input;
    if (!isFargateSize(cpu ?? String(ownCpu), Number(memory ?? ownMemory))) {
      throw invalidParameter("No Fargate configuration exists for given values.");
    }
  }
  const storage = object(overrides, "ephemeralStorage");
  if (storage !== undefined) {
    if (launchType !== "FARGATE") {
      throw invalidParameter("Ephemeral storage is only supported for Fargate tasks.");
    }
    if (integer(storage, "sizeInGiB", { min: 20, max: 200 }) === undefined) {
      throw invalidParameter("sizeInGiB cannot be null.");
    }
  }
  const names: string[] = [];
  for (const override of objects(overrides, "containerOverrides")) {
    const name = requiredString(override, "name", "Container override name cannot be null.");
    if (!definition.containers.some((container) => container.name === name)) {
      throw invalidParameter(
        `Override for container named ${name} is not a container in the TaskDefinition.`,
      );
    }
    names.push(name);
    checkContainerOverride(override);
  }
  if (new Set(names).size < names.length) {
    throw invalidParameter("A container may be overridden only once.");
  }
}

function checkContainerOverride(override: Input): void {
  strings(override, "command");
  for (const pair of objects(override, "environment")) {
    requiredString(pair, "name", "Environment variable name cannot be empty.");
    optionalString(pair, "value");
  }
  for (const file of objects(override, "environmentFiles")) {
    word(file, "type", ["s3"]);
    const arn = requiredString(file, "value", "Environment file value cannot be empty.");
    if (!/^arn:aws[a-z-]*:s3:::.+/.test(arn)) {
      throw invalidParameter(`Invalid S3 ARN for an environment file: ${arn}`);
    }
  }
  integer(override, "cpu", { min: 0, max: 196_608 });
  const memory = integer(override, "memory", { min: 4, max: 3_145_728 });
  const reserved = integer(override, "memoryReservation", { min: 4, max: 3_145_728 });
  if (memory !== undefined && reserved !== undefined && reserved > memory) {
    throw invalidParameter("Memory reservation must be at most the memory of the container.");
  }
  for (const requirement of objects(override, "resourceRequirements")) {
    const type = word(requirement, "type", ["GPU", "InferenceAccelerator"]);
    const value = requiredString(requirement, "value", "Resource requirement value is empty.");
    if (type === "GPU" && !/^[1-9][0-9]*$/.test(value)) {
      throw invalidParameter("The number of GPUs must be a positive whole number.");
    }
  }
}

function checkVolumes(input: Input, definition: TaskDefinition): void {
  const configured = objects(input, "volumeConfigurations");
  if (configured.length > 1) throw invalidParameter("Only one volume can be configured.");
  const open = objects(definition.input, "volumes").filter((volume) =>
    volume["configuredAtLaunch"] === true
  ).map((volume) => volume["name"]);
  const names = configured.map((volume) => volume["name"]);
  for (const name of names) {
    if (!open.includes(name)) {
      throw invalidParameter(
        `Volume ${name} is not marked as configuredAtLaunch in the task definition.`,
      );
    }
  }
  const missing = open.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw invalidParameter(`Volume ${missing} must be configured at launch.`);
  }
  for (const volume of configured) {
    const managed = object(volume, "managedEBSVolume");
    if (managed === undefined) throw invalidParameter("managedEBSVolume cannot be null.");
    const role = requiredString(managed, "roleArn", "roleArn cannot be empty.");
    if (!roleArn.test(role)) throw invalidParameter(`Invalid role ARN: ${role}`);
    const size = integer(managed, "sizeInGiB", { min: 1, max: 65_536 });
    if (size === undefined && optionalString(managed, "snapshotId") === undefined) {
      throw invalidParameter("You must specify either sizeInGiB or snapshotId.");
    }
    const type = word(managed, "volumeType", [
      "gp2",
      "gp3",
      "io1",
      "io2",
      "sc1",
      "st1",
      "standard",
    ]);
    const iops = integer(managed, "iops", { min: 100, max: 256_000 });
    if (iops !== undefined && !["gp3", "io1", "io2"].includes(type ?? "gp3")) {
      throw invalidParameter(`iops is not supported for ${type} volumes.`);
    }
    if (iops === undefined && (type === "io1" || type === "io2")) {
      throw invalidParameter(`iops is required for ${type} volumes.`);
    }
    const throughput = integer(managed, "throughput", { min: 125, max: 2_000 });
    if (throughput !== undefined && (type ?? "gp3") !== "gp3") {
      throw invalidParameter(`throughput is not supported for ${type} volumes.`);
    }
    word(managed, "filesystemType", ["ext3", "ext4", "xfs", "ntfs"]);
    for (const specification of objects(managed, "tagSpecifications")) {
      word(specification, "resourceType", ["volume"]);
      word(specification, "propagateTags", ["TASK_DEFINITION", "SERVICE", "NONE"]);
      tagsOf(specification);
    }
  }
}

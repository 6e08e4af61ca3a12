import { invalidParameter } from "../request/aws_error.ts";
import { checkEnvironment, checkEnvironmentFiles, sharedSecretName } from "./container_checks.ts";
import { checkResources } from "./container_resources.ts";
import {
  duplicate,
  type Input,
  integer,
  object,
  objects,
  optionalString,
  requiredString,
} from "../request/input.ts";
import { platformOf } from "./launch_type_checks.ts";
import type { TaskDefinition } from "../state/model.ts";
import { containerSizes, isFargateSize, sizeProblem, taskSize } from "../request/sizes.ts";
import { checkRoles } from "./task_definition_checks.ts";

/** Most characters of the overrides as JSON. */
const overridesLimit = 8_192;
/** MiB of a container: at least what Docker needs, at most what an instance has. */
const memoryBounds = { min: 6, max: 3_145_728 };

/** Refuses invalid overrides, and overrides that do not fit the definition. */
export function checkOverrides(input: Input, definition: TaskDefinition, launchType: string): void {
  const overrides = object(input, "overrides");
  if (overrides === undefined) return;
  const length = JSON.stringify(overrides).length;
  if (length > overridesLimit) {
    throw invalidParameter(
      `Container Overrides length must be at most ${overridesLimit} (was ${length}).`,
    );
  }
  checkRoles(overrides);
  checkStorage(overrides, launchType);
  if (objects(overrides, "inferenceAcceleratorOverrides").length > 0) {
    throw invalidParameter("Unsupported field 'inferenceAcceleratorOverrides'.");
  }
  const containers = objects(overrides, "containerOverrides");
  const names = containers.map((override) =>
    requiredString(override, "name", "Container override name cannot be null.")
  );
  if (duplicate(names) !== undefined) {
    throw invalidParameter("A container may be overridden only once.");
  }
  for (const override of containers) checkContainerOverride(override, definition, launchType);
  checkSize(overrides, containers, definition, launchType);
}

function checkStorage(overrides: Input, launchType: string): void {
  const storage = object(overrides, "ephemeralStorage");
  if (storage === undefined) return;
  if (launchType !== "FARGATE") {
    throw invalidParameter("Ephemeral storage is only supported for Fargate tasks.");
  }
  if (integer(storage, "sizeInGiB", { min: 21, max: 200 }) === undefined) {
    throw invalidParameter("sizeInGiB cannot be null.");
  }
}

function checkContainerOverride(
  override: Input,
  definition: TaskDefinition,
  launchType: string,
): void {
  const name = optionalString(override, "name");
  const container = objects(definition.input, "containerDefinitions").find((one) =>
    one["name"] === name
  );
  if (container === undefined) {
    throw invalidParameter(
      `Override for container named ${name} is not a container in the TaskDefinition.`,
    );
  }
  const variables = checkEnvironment(override);
  const secret = objects(container, "secrets").find((one) =>
    variables.includes(String(one["name"]))
  );
  if (secret !== undefined) throw sharedSecretName(String(secret["name"]));
  checkEnvironmentFiles(override);
  checkResources(override);
  if (launchType === "FARGATE" && objects(override, "resourceRequirements").length > 0) {
    throw invalidParameter("Resource requirements are not supported with FARGATE launch type.");
  }
  integer(override, "cpu", { min: 0, max: 196_608 });
  integer(override, "memory", memoryBounds);
  integer(override, "memoryReservation", memoryBounds);
}

/** Refuses a size of task and containers that does not fit together after the overrides. */
function checkSize(
  overrides: Input,
  containers: readonly Input[],
  { input }: TaskDefinition,
  launchType: string,
): void {
  const own = taskSize(input, invalidParameter);
  const { cpu = own.cpu, memory = own.memory } = taskSize(overrides, invalidParameter);
  if (launchType === "FARGATE" && !isFargateSize({ cpu, memory }, platformOf(input))) {
    throw invalidParameter("No Fargate configuration exists for given values.");
  }
  const problem = sizeProblem({ cpu, memory }, containerSizes(input, containers));
  if (problem !== undefined) throw invalidParameter(problem);
}

import { AwsError, invalidParameter } from "../request/aws_error.ts";
import { type Input, object, objects, optionalString } from "../request/input.ts";
import { taskSize } from "../request/sizes.ts";
import { platformOf } from "./launch_type_checks.ts";

/** Platform versions of Fargate that can be asked for. */
const versions = {
  linux: /^(LATEST|1\.[0-4]\.0)$/,
  windows: /^(LATEST|1\.0\.0)$/,
};
/** CPU units from which on a task on Linux needs platform version 1.4.0. */
const largeCpu = 8_192;

/** Refuses a platform version that there is not, or that cannot run the definition. */
export function checkPlatform(input: Input, definition: Input, launchType: string): void {
  const version = optionalString(input, "platformVersion");
  if (version === undefined) return;
  if (launchType !== "FARGATE") {
    throw invalidParameter(
      `The platform version must be null when specifying an ${launchType} launch type.`,
    );
  }
  const { windows } = platformOf(definition);
  if (!versions[windows ? "windows" : "linux"].test(version)) {
    throw new AwsError("PlatformUnknownException", "The specified platform does not exist.");
  }
  if (!windows && version !== "LATEST" && version < "1.4.0" && needsNewest(input, definition)) {
    throw new AwsError(
      "PlatformTaskDefinitionIncompatibilityException",
      "One or more of the requested capabilities are not supported.",
    );
  }
}

/** Whether a task on Linux uses what the API reference says that only 1.4.0 and later have. */
function needsNewest(input: Input, definition: Input): boolean {
  const overrides = object(input, "overrides") ?? {};
  const { cpu = 0 } = taskSize(definition, invalidParameter);
  return optionalString(definition, "pidMode") !== undefined || cpu >= largeCpu ||
    object(definition, "ephemeralStorage") !== undefined ||
    object(overrides, "ephemeralStorage") !== undefined ||
    objects(definition, "volumes").some((volume) =>
      object(volume, "efsVolumeConfiguration") !== undefined
    );
}

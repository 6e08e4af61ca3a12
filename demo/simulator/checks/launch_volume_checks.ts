import { invalidParameter } from "../request/aws_error.ts";
import {
  type Input,
  integer,
  object,
  objects,
  optionalString,
  requiredString,
  tagsOf,
  word,
} from "../request/input.ts";
import type { TaskDefinition } from "../state/model.ts";

const roleArn = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/;

/** Refuses invalid volume configurations, and any but that of the `configuredAtLaunch` volume. */
export function checkLaunchVolumes(input: Input, definition: TaskDefinition): void {
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

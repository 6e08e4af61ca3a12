import { clientException } from "../request/aws_error.ts";
import {
  duplicate,
  type Input,
  object,
  objects,
  optionalString,
  setting,
  word,
} from "../request/input.ts";

/** Members that exclude each other in a volume. */
const kinds = [
  "host",
  "dockerVolumeConfiguration",
  "efsVolumeConfiguration",
  "s3filesVolumeConfiguration",
  "fsxWindowsFileServerVolumeConfiguration",
  "configuredAtLaunch",
];

/** Refuses invalid volumes, volumes that conflict, and mounts of volumes that are not there. */
export function checkVolumes(definition: Input): void {
  const volumes = objects(definition, "volumes");
  const names = volumes.flatMap((volume) => optionalString(volume, "name") ?? []);
  const twice = duplicate(names);
  if (twice !== undefined) throw clientException(`Volume name '${twice}' is used more than once.`);
  for (const volume of volumes) checkVolume(volume, definition);
  const mounted = objects(definition, "containerDefinitions").flatMap((container) =>
    objects(container, "mountPoints").map((mount) =>
      optionalString(mount, "sourceVolume") ?? "null"
    )
  );
  const unknown = mounted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw clientException(`Unknown volume '${unknown}'.`);
  const open = volumes.filter((volume) => volume["configuredAtLaunch"] === true)
    .map((volume) => optionalString(volume, "name") ?? "");
  if (open.length > 1) {
    throw clientException("Only one volume can be configured at launch.");
  }
  const unmounted = open.filter((name) => !mounted.includes(name));
  if (unmounted.length > 0) {
    throw clientException(
      `Volumes [${unmounted.join(", ")}] are not referenced by any of the containers.`,
    );
  }
}

function checkVolume(volume: Input, definition: Input): void {
  const name = optionalString(volume, "name");
  if (name !== undefined && !/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw clientException("Volume.name contains invalid characters.");
  }
  const given = kinds.filter((kind) => (volume[kind] ?? false) !== false);
  if (given.length > 1) {
    throw clientException(`Volume '${name}' can have only one of ${given.join(" and ")}.`);
  }
  const nameless = given.every((kind) => kind === "host" || kind === "dockerVolumeConfiguration");
  if (name === undefined && !nameless) throw clientException("Volume.name cannot be null.");
  if (optionalString(object(volume, "host") ?? {}, "sourcePath")?.trim() === "") {
    throw clientException("host.sourcePath should not be blank.");
  }
  word(object(volume, "dockerVolumeConfiguration") ?? {}, "scope", ["task", "shared"]);
  const efs = object(volume, "efsVolumeConfiguration");
  if (efs !== undefined) checkEfs(efs);
  const s3 = object(volume, "s3filesVolumeConfiguration");
  if (s3 !== undefined) checkS3Files(s3, definition);
  const fsx = object(volume, "fsxWindowsFileServerVolumeConfiguration");
  if (fsx !== undefined) {
    const authorization = object(fsx, "authorizationConfig") ?? {};
    required(fsx, "fileSystemId");
    required(fsx, "rootDirectory");
    required(authorization, "credentialsParameter");
    required(authorization, "domain");
  }
}

function checkEfs(efs: Input): void {
  required(efs, "fileSystemId");
  const encrypted = word(efs, "transitEncryption", ["ENABLED", "DISABLED"]) === "ENABLED";
  const authorization = object(efs, "authorizationConfig") ?? {};
  const iam = word(authorization, "iam", ["ENABLED", "DISABLED"]) === "ENABLED";
  const accessPoint = optionalString(authorization, "accessPointId") !== undefined;
  const port = setting(efs, "transitEncryptionPort", {
    min: 1,
    max: 65_535,
    what: "TransitEncryptionPort",
  });
  if (iam && !encrypted) {
    throw clientException("EFS IAM authorization requires TransitEncryption to be enabled.");
  }
  if (accessPoint && !encrypted) {
    throw clientException("EFS access points require TransitEncryption to be enabled.");
  }
  if (port !== undefined && !encrypted) {
    throw clientException("TransitEncryptionPort requires that TransitEncryption is enabled.");
  }
  if (accessPoint) checkRoot(efs, "an EFS");
}

function checkS3Files(s3: Input, definition: Input): void {
  required(s3, "fileSystemArn");
  setting(s3, "transitEncryptionPort", { min: 1, max: 65_535, what: "TransitEncryptionPort" });
  if (optionalString(s3, "accessPointArn") !== undefined) checkRoot(s3, "an S3 Files");
  if (!optionalString(definition, "taskRoleArn")) {
    throw clientException("S3 Files volumes require that the task definition has a taskRoleArn.");
  }
}

/** Refuses a root directory next to an access point, which has a root directory of its own. */
function checkRoot(volume: Input, kind: string): void {
  if ((optionalString(volume, "rootDirectory") ?? "/") !== "/") {
    throw clientException(
      `When using ${kind} access point, the root directory must either be set to "/" or be omitted.`,
    );
  }
}

function required(volume: Input, key: string): void {
  if (!optionalString(volume, key)) throw clientException(`Volume ${key} cannot be null or empty.`);
}

import type {
  EFSVolumeConfiguration,
  RegisterTaskDefinitionCommandInput,
  S3FilesVolumeConfiguration,
  Volume,
} from "@aws-sdk/client-ecs";
import type { AddProblem } from "../../config/field.ts";
import { show } from "../../config/show.ts";
import { checkName, checkRange, checkSet, checkWord } from "./value_rules.ts";

/** Members of which a volume has one at most. */
const kinds = [
  "host",
  "dockerVolumeConfiguration",
  "efsVolumeConfiguration",
  "s3filesVolumeConfiguration",
  "fsxWindowsFileServerVolumeConfiguration",
] as const;

/** What ECS would refuse of a task's volumes and of what mounts them. */
export function checkVolumes(
  { volumes = [], containerDefinitions = [], taskRoleArn }: RegisterTaskDefinitionCommandInput,
  add: AddProblem,
): void {
  const names = new Set(volumes.map(({ name }) => name));
  const mounted = new Set<string | undefined>();
  containerDefinitions.forEach(({ mountPoints = [] }, index) =>
    mountPoints.forEach(({ sourceVolume }, place) => {
      mounted.add(sourceVolume);
      if (names.has(sourceVolume)) return;
      add(
        `containerDefinitions[${index}].mountPoints[${place}].sourceVolume`,
        `must be the name of one of the definition's volumes; got ${show(sourceVolume ?? "")}`,
      );
    })
  );
  const seen = new Set<string>();
  volumes.forEach((volume, index) => {
    const here: AddProblem = (path, text) => add(`volumes[${index}].${path}`, text);
    const { name } = volume;
    if (name !== undefined) {
      checkName(name, `volumes[${index}].name`, add);
      if (seen.has(name)) here("name", `must be no other volume's; got ${show(name)} twice`);
      seen.add(name);
    }
    if (volume.configuredAtLaunch === true && !mounted.has(name)) {
      here("configuredAtLaunch", "= true is for a volume that a container mounts; none does");
    }
    if (volume.s3filesVolumeConfiguration !== undefined && taskRoleArn === undefined) {
      add("taskRoleArn", `must be set, as volume ${show(name)} is of S3 Files; got nothing`);
    }
    checkVolume(volume, here);
  });
  const open = volumes.filter(({ configuredAtLaunch }) => configuredAtLaunch === true);
  if (open.length > 1) {
    add("volumes", `must have at most one that is configured at launch; got ${open.length}`);
  }
}

function checkVolume(volume: Volume, add: AddProblem): void {
  const given = [
    ...kinds.filter((kind) => volume[kind] !== undefined),
    ...(volume.configuredAtLaunch === true ? ["configuredAtLaunch"] : []),
  ];
  const [kind = "host", ...others] = given;
  if (others.length > 0) {
    add(kind, `must stand alone; got it beside ${others.join(" and ")}`);
  }
  if (volume.name === undefined && kind !== "host" && kind !== "dockerVolumeConfiguration") {
    add("name", "must be set; got nothing");
  }
  if (volume.host?.sourcePath?.trim() === "") {
    add("host.sourcePath", 'must be a path, or left out; got ""');
  }
  const scope = volume.dockerVolumeConfiguration?.scope;
  checkWord(scope, ["task", "shared"], "dockerVolumeConfiguration.scope", add);
  const { efsVolumeConfiguration: efs, s3filesVolumeConfiguration: s3 } = volume;
  if (efs !== undefined) checkEfs(efs, under("efsVolumeConfiguration", add));
  if (s3 !== undefined) checkS3Files(s3, under("s3filesVolumeConfiguration", add));
  const fsx = volume.fsxWindowsFileServerVolumeConfiguration;
  if (fsx === undefined) return;
  const here = under("fsxWindowsFileServerVolumeConfiguration", add);
  checkSet(fsx.fileSystemId, "fileSystemId", here);
  checkSet(fsx.rootDirectory, "rootDirectory", here);
  const { credentialsParameter, domain } = fsx.authorizationConfig ?? {};
  checkSet(credentialsParameter, "authorizationConfig.credentialsParameter", here);
  checkSet(domain, "authorizationConfig.domain", here);
}

function checkEfs(efs: EFSVolumeConfiguration, add: AddProblem): void {
  const { accessPointId, iam } = efs.authorizationConfig ?? {};
  checkSet(efs.fileSystemId, "fileSystemId", add);
  checkWord(efs.transitEncryption, ["ENABLED", "DISABLED"], "transitEncryption", add);
  checkWord(iam, ["ENABLED", "DISABLED"], "authorizationConfig.iam", add);
  checkRange(efs.transitEncryptionPort, { min: 0, max: 65_535 }, "transitEncryptionPort", add);
  if (accessPointId !== undefined) checkRoot(efs.rootDirectory, add);
  if (efs.transitEncryption === "ENABLED") return;
  const needs = iam === "ENABLED"
    ? "authorization by IAM"
    : accessPointId !== undefined
    ? "an access point"
    : efs.transitEncryptionPort !== undefined
    ? "transitEncryptionPort"
    : undefined;
  if (needs === undefined) return;
  const got = show(efs.transitEncryption ?? "DISABLED");
  add("transitEncryption", `must be "ENABLED", which ${needs} needs; got ${got}`);
}

function checkS3Files(s3: S3FilesVolumeConfiguration, add: AddProblem): void {
  checkSet(s3.fileSystemArn, "fileSystemArn", add);
  checkRange(s3.transitEncryptionPort, { min: 1, max: 65_535 }, "transitEncryptionPort", add);
  if (s3.accessPointArn !== undefined) checkRoot(s3.rootDirectory, add);
}

/** An access point brings a root directory of its own. */
function checkRoot(rootDirectory: string | undefined, add: AddProblem): void {
  if (rootDirectory === undefined || rootDirectory === "/") return;
  add(
    "rootDirectory",
    `must be left out, or "/", beside an access point, which has its own; got ${
      show(rootDirectory)
    }`,
  );
}

function under(member: string, add: AddProblem): AddProblem {
  return (path, text) => add(`${member}.${path}`, text);
}

import type { Input } from "../../../../demo/simulator/request/input.ts";
import { ec2, refuses } from "../../../harness/simulator_definitions.ts";

const volumes = (...all: Input[]) => ec2({}, { volumes: all });
const efs = (efsVolumeConfiguration: Input) =>
  volumes({
    name: "v",
    efsVolumeConfiguration: { fileSystemId: "fs-1", ...efsVolumeConfiguration },
  });

refuses("RegisterTaskDefinition refuses wrong volumes", {
  "a name twice": [
    volumes({ name: "v" }, { name: "v" }),
    "Volume name 'v' is used more than once",
  ],
  "an odd name": [volumes({ name: "a b" }), "Volume.name contains invalid characters"],
  "a mount of nothing": [
    ec2({ mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] }),
    "Unknown volume 'v'",
  ],
  "two kinds in one": [
    volumes({ name: "v", host: {}, configuredAtLaunch: true }),
    "can have only one of host and configuredAtLaunch",
  ],
  "a blank path": [volumes({ name: "v", host: { sourcePath: "" } }), "should not be blank"],
  "two that are configured at launch": [
    volumes({ name: "v", configuredAtLaunch: true }, { name: "w", configuredAtLaunch: true }),
    "Only one volume can be configured at launch",
  ],
  "one for launch that nothing mounts": [
    volumes({ name: "v", configuredAtLaunch: true }),
    "Volumes [v] are not referenced by any of the containers",
  ],
  "EFS without a name": [
    volumes({ efsVolumeConfiguration: { fileSystemId: "fs-1" } }),
    "Volume.name cannot be null",
  ],
  "EFS without a file system": [
    volumes({ name: "v", efsVolumeConfiguration: {} }),
    "fileSystemId cannot be null",
  ],
  "EFS with IAM in the clear": [
    efs({ authorizationConfig: { iam: "ENABLED" } }),
    "EFS IAM authorization requires TransitEncryption",
  ],
  "an EFS access point in the clear": [
    efs({ authorizationConfig: { accessPointId: "fsap-1" } }),
    "EFS access points require TransitEncryption",
  ],
  "an EFS access point with a directory": [
    efs({
      rootDirectory: "/a",
      transitEncryption: "ENABLED",
      authorizationConfig: { accessPointId: "fsap-1" },
    }),
    "the root directory must either be set",
  ],
  "an EFS port in the clear": [
    efs({ transitEncryptionPort: 2_999 }),
    "TransitEncryptionPort requires that TransitEncryption is enabled",
  ],
  "S3 Files without a task role": [
    volumes({ name: "v", s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:x" } }),
    "require that the task definition has a taskRoleArn",
  ],
  "FSx without a domain": [
    volumes({
      name: "v",
      fsxWindowsFileServerVolumeConfiguration: {
        fileSystemId: "fs-1",
        rootDirectory: "share",
        authorizationConfig: { credentialsParameter: "arn:aws:ssm:x" },
      },
    }),
    "domain cannot be null",
  ],
});

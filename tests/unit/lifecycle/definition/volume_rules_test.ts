import { checkVolumes } from "../../../../src/lifecycle/definition/volume_rules.ts";
import {
  first,
  type Json,
  onInstances,
  refusesEach,
  takesEach,
} from "../../../harness/definitions.ts";

const volumes = (...volumes: Json[]) => onInstances({}, { volumes });
const efs = (efsVolumeConfiguration: Json) =>
  volumes({
    name: "a",
    efsVolumeConfiguration: { fileSystemId: "fs-1", ...efsVolumeConfiguration },
  });
const at = "volumes[0].efsVolumeConfiguration";
const accessPoint = {
  transitEncryption: "ENABLED",
  authorizationConfig: { accessPointId: "fsap-1" },
};
const mountPoints = [{ sourceVolume: "a", containerPath: "/a" }];

refusesEach("volumes", {
  "a mount of none": [
    onInstances({ mountPoints }),
    `${first}.mountPoints[0].sourceVolume`,
    'got "a"',
  ],
  "a name twice": [volumes({ name: "a" }, { name: "a" }), "volumes[1].name", "twice"],
  "a name with a dot": [volumes({ name: "a.b" }), "volumes[0].name"],
  "two kinds of one": [
    volumes({ name: "a", host: {}, dockerVolumeConfiguration: { scope: "task" } }),
    "volumes[0].host",
    "beside dockerVolumeConfiguration",
  ],
  "an open one that nobody mounts": [
    volumes({ name: "a", configuredAtLaunch: true }),
    "volumes[0].configuredAtLaunch",
    "none does",
  ],
  "a file system without a name": [
    volumes({ efsVolumeConfiguration: { fileSystemId: "fs-1" } }),
    "volumes[0].name",
  ],
  "a file system without an id": [
    volumes({ name: "a", efsVolumeConfiguration: {} }),
    `${at}.fileSystemId`,
  ],
  "IAM without encryption": [
    efs({ authorizationConfig: { iam: "ENABLED" } }),
    `${at}.transitEncryption`,
    "authorization by IAM",
  ],
  "an access point without encryption": [
    efs({ ...accessPoint, transitEncryption: "DISABLED" }),
    `${at}.transitEncryption`,
    'an access point needs; got "DISABLED"',
  ],
  "an access point with a root directory": [
    efs({ ...accessPoint, rootDirectory: "/data" }),
    `${at}.rootDirectory`,
    'got "/data"',
  ],
  "an access point of S3 Files with a root directory": [
    onInstances({}, {
      taskRoleArn: "app",
      volumes: [{
        name: "a",
        s3filesVolumeConfiguration: {
          fileSystemArn: "arn",
          accessPointArn: "arn",
          rootDirectory: "/data",
        },
      }],
    }),
    "volumes[0].s3filesVolumeConfiguration.rootDirectory",
  ],
  "S3 Files without a role": [
    volumes({ name: "a", s3filesVolumeConfiguration: { fileSystemArn: "arn" } }),
    "taskRoleArn",
    'volume "a"',
  ],
  "FSx without a domain": [
    volumes({
      name: "a",
      fsxWindowsFileServerVolumeConfiguration: {
        fileSystemId: "fs-1",
        rootDirectory: "share",
        authorizationConfig: { credentialsParameter: "arn" },
      },
    }),
    "volumes[0].fsxWindowsFileServerVolumeConfiguration.authorizationConfig.domain",
  ],
  "a folder without a path": [
    volumes({ name: "a", host: { sourcePath: " " } }),
    "volumes[0].host.sourcePath",
  ],
  "a Docker volume of another scope": [
    volumes({ name: "a", dockerVolumeConfiguration: { scope: "node" } }),
    "volumes[0].dockerVolumeConfiguration.scope",
    '"task", "shared"',
  ],
  "two that are open": [
    onInstances({
      mountPoints: [...mountPoints, { sourceVolume: "b", containerPath: "/b" }],
    }, {
      volumes: [{ name: "a", configuredAtLaunch: true }, { name: "b", configuredAtLaunch: true }],
    }),
    "volumes",
    "got 2",
  ],
}, checkVolumes);

takesEach("volumes", {
  "an access point": efs({ ...accessPoint, rootDirectory: "/" }),
  "a file system without authorization": efs({ rootDirectory: "/data" }),
  "one that is open": onInstances({ mountPoints }, {
    volumes: [{ name: "a", configuredAtLaunch: true }],
  }),
  "a folder that ECS chooses": onInstances({ mountPoints }, { volumes: [{ name: "a", host: {} }] }),
  "one that says it is not open": volumes({ name: "a", configuredAtLaunch: false, host: {} }),
}, checkVolumes);

import * as rules from "./rules.ts";
import { blocks, bool, map, oneOf, optionalBlock, type Problem, string, whole } from "./schema.ts";

/** `volume` of a `definition` block. */
export const volume = blocks("A volume of the task.", {
  name: string("Name of the volume.", { required: true, check: rules.containerName }),
  configured_at_launch: bool("Whether `volume_configuration` says what it is."),
  host: optionalBlock("A folder of the container instance.", {
    source_path: string("Path of the folder. Without it ECS chooses an empty one."),
  }),
  efs_volume_configuration: optionalBlock("An Amazon EFS file system.", {
    file_system_id: string("Id of the file system.", { required: true }),
    root_directory: string("Folder of the file system. Default `/`."),
    transit_encryption: oneOf(
      "Whether the traffic is encrypted.",
      ["ENABLED", "DISABLED"],
      "a choice",
    ),
    transit_encryption_port: whole("Port of the encrypted traffic.", { min: 0, max: 65_535 }),
    authorization_config: optionalBlock("As whom the file system is used.", {
      access_point_id: string("Id of the access point."),
      iam: oneOf("Whether the task role counts.", ["ENABLED", "DISABLED"], "a choice"),
    }),
  }),
  fsx_windows_file_server_volume_configuration: optionalBlock(
    "An Amazon FSx for Windows File Server file system. Not on Fargate.",
    {
      file_system_id: string("Id of the file system.", { required: true }),
      root_directory: string("Folder of the file system.", { required: true }),
      authorization_config: optionalBlock("As whom the file system is used.", {
        credentials_parameter: string("ARN of the secret or parameter that has the credentials.", {
          required: true,
        }),
        domain: string("Domain name of the Active Directory.", { required: true }),
      }),
    },
  ),
  s3files_volume_configuration: optionalBlock("An Amazon S3 Files file system.", {
    file_system_arn: string("ARN of the file system.", { required: true }),
    root_directory: string("Folder of the file system. Default `/`."),
    access_point_arn: string("ARN of the access point."),
    transit_encryption_port: whole("Port of the encrypted traffic.", { min: 1, max: 65_535 }),
  }),
  docker_volume_configuration: optionalBlock("A Docker volume. Not on Fargate.", {
    scope: oneOf("How long it lives.", ["task", "shared"], "a scope"),
    autoprovision: bool("Whether a shared volume is made where there is none."),
    driver: string("Volume driver."),
    driver_opts: map("Options of the driver."),
    labels: map("Labels of the volume."),
  }),
}, { check: checkVolume });

function checkVolume(
  volume: {
    configured_at_launch: boolean | undefined;
    host: unknown;
    efs_volume_configuration: unknown;
    docker_volume_configuration: unknown;
    fsx_windows_file_server_volume_configuration: unknown;
    s3files_volume_configuration: unknown;
  },
  path: string,
  problems: Problem[],
): void {
  const kinds = [
    volume.configured_at_launch === true ? "configured_at_launch" : undefined,
    ...([
      "host",
      "efs_volume_configuration",
      "docker_volume_configuration",
      "fsx_windows_file_server_volume_configuration",
      "s3files_volume_configuration",
    ] as const)
      .map((kind) => volume[kind] === undefined ? undefined : kind),
  ].filter((kind) => kind !== undefined);
  if (kinds.length > 1) {
    problems.push({ path, text: `has ${kinds.join(" and ")}; set only one of them` });
  }
}

import * as rules from "./rules.ts";
import { blocks, bool, map, oneOf, optionalBlock, type Problem, string, whole } from "./schema.ts";

const efs = optionalBlock(
  "Makes the volume an Amazon EFS file system. When not set, it is none.",
  {
    file_system_id: string("Id of the EFS file system, such as `fs-0123456789abcdef0`.", {
      required: true,
      secret: false,
    }),
    root_directory: string(
      "Directory of the EFS file system that is mounted. With an access point it must be `/` or left out. " +
        "When not set, it is `/`.",
      { secret: false },
    ),
    transit_encryption: oneOf(
      "Whether traffic to the EFS server is encrypted. An access point and `iam` need it. When not " +
        "set, it is `DISABLED`.",
      ["ENABLED", "DISABLED"],
    ),
    transit_encryption_port: whole(
      "Port of the encrypted traffic to the EFS server. When not set, the EFS mount helper chooses one.",
      { min: 0, max: 65_535 },
    ),
    authorization_config: optionalBlock(
      "How ECS gains access to the EFS file system. When not set, ECS mounts it without an access " +
        "point and without IAM.",
      {
        access_point_id: string(
          "Id of the EFS access point that is mounted through. When not set, none is.",
          { secret: false },
        ),
        iam: oneOf(
          "Whether the EFS file system is mounted with the task role. When not set, it is `DISABLED`.",
          ["ENABLED", "DISABLED"],
        ),
      },
      { example: { access_point_id: "fsap-0123456789abcdef0", iam: "ENABLED" } },
    ),
  },
  { example: { file_system_id: "fs-0123456789abcdef0", transit_encryption: "ENABLED" } },
);

const fsx = optionalBlock(
  "Makes the volume an Amazon FSx for Windows File Server file system. Not on Fargate. When not set, " +
    "it is none.",
  {
    file_system_id: string("Id of the FSx file system, such as `fs-0123456789abcdef0`.", {
      required: true,
      secret: false,
    }),
    root_directory: string("Directory of the FSx file system that is mounted.", {
      required: true,
      secret: false,
    }),
    authorization_config: optionalBlock(
      "How ECS gains access to the FSx file system. It must be set.",
      {
        credentials_parameter: string(
          "ARN of the Secrets Manager secret or of the SSM parameter that holds the credentials for the " +
            "FSx file system.",
          { required: true, secret: true },
        ),
        domain: string(
          "Fully qualified name of the Active Directory domain of the FSx file system.",
          {
            required: true,
            secret: false,
          },
        ),
      },
      {
        example: {
          credentials_parameter: "arn:aws:secretsmanager:us-east-1:123456789012:secret:fsx",
          domain: "corp.example.com",
        },
      },
    ),
  },
  {
    check: ({ authorization_config }, path, problems) => {
      if (authorization_config !== undefined) return;
      problems.push({ path: `${path}.authorization_config`, text: "must be set; got nothing" });
    },
    example: {
      file_system_id: "fs-0123456789abcdef0",
      root_directory: "share",
      authorization_config: {
        credentials_parameter: "arn:aws:secretsmanager:us-east-1:123456789012:secret:fsx",
        domain: "corp.example.com",
      },
    },
  },
);

const s3files = optionalBlock(
  "Makes the volume an Amazon S3 Files file system; the definition then needs a `task_role_arn`. When " +
    "not set, it is none.",
  {
    file_system_arn: string("ARN of the S3 Files file system.", { required: true, secret: false }),
    root_directory: string(
      "Directory of the S3 Files file system that is mounted. With an access point it must be `/` or left out. " +
        "When not set, it is `/`.",
      { secret: false },
    ),
    access_point_arn: string(
      "ARN of the S3 Files access point that is mounted through. When not set, none is.",
      { secret: false },
    ),
    transit_encryption_port: whole(
      "Port of the encrypted traffic to the S3 Files file system. When not set, the S3 Files mount helper chooses one.",
      { min: 1, max: 65_535 },
    ),
  },
  {
    example: {
      file_system_arn: "arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef0",
    },
  },
);

const docker = optionalBlock(
  "Makes the volume a Docker volume. Not on Fargate. When not set, it is none.",
  {
    scope: oneOf(
      "How long the Docker volume lives: `task`, from the task's start to its stop; `shared`, beyond " +
        "the task. When not set, it is `task`.",
      ["task", "shared"],
    ),
    autoprovision: bool(
      "Whether a `shared` volume is created where it does not exist. When not set, it is not.",
    ),
    driver: string(
      "Name of the Docker volume driver. When not set, it is `local`. Windows takes `local` only.",
      { secret: false },
    ),
    driver_opts: map("Options of the Docker volume driver. When not set, it gets none.", {
      secret: true,
    }),
    labels: map("Docker labels of the volume. When not set, it has none.", { secret: true }),
  },
  { example: { scope: "shared", autoprovision: true } },
);

/** `volume` of a `definition` block. */
export const volume = blocks(
  "A volume that containers of the definition mount by its name. A volume without any of the blocks " +
    "below and without `configured_at_launch` is empty at the task's start and lost at its end.",
  {
    name: string("Name of the volume, which `mount_point` blocks refer to.", {
      required: true,
      secret: false,
      check: rules.containerName,
    }),
    configured_at_launch: bool(
      "Whether the task's `volume_configuration` configures the volume, as an EBS volume. When not " +
        "set, it does not.",
    ),
    host: optionalBlock(
      "Makes the volume a directory of the container instance. When not set, it is none.",
      {
        source_path: string(
          "Path of the directory on the container instance, which outlives the task. Not on Fargate. " +
            "When not set, Docker chooses an empty directory, which may not outlive the task.",
          { secret: false },
        ),
      },
      { example: { source_path: "/var/lib/web" } },
    ),
    efs_volume_configuration: efs,
    fsx_windows_file_server_volume_configuration: fsx,
    s3files_volume_configuration: s3files,
    docker_volume_configuration: docker,
  },
  { check: checkVolume, example: { name: "data" } },
);

const kinds = [
  "host",
  "efs_volume_configuration",
  "docker_volume_configuration",
  "fsx_windows_file_server_volume_configuration",
  "s3files_volume_configuration",
] as const;

function checkVolume(
  volume:
    & { configured_at_launch: boolean | undefined }
    & { readonly [kind in typeof kinds[number]]: unknown },
  path: string,
  problems: Problem[],
): void {
  const set = [
    ...(volume.configured_at_launch === true ? ["configured_at_launch"] : []),
    ...kinds.filter((kind) => volume[kind] !== undefined),
  ];
  if (set.length > 1) {
    problems.push({
      path,
      text: `must have at most one of ${set.join(" and ")}; got ${set.length}`,
    });
  }
}

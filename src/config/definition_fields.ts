import { container } from "./container_fields.ts";
import * as rules from "./rules.ts";
import {
  blocks,
  bool,
  type Decoded,
  json,
  list,
  map,
  oneOf,
  optionalBlock,
  type Problem,
  string,
  whole,
} from "./schema.ts";

/*
 * A task definition in the jobspec. Names and bounds are those of the ECS API reference of
 * RegisterTaskDefinition. What ECS asks of a definition as a whole is checked where its request is
 * made, for the block and the JSON alike.
 */

const volume = blocks("A volume of the task.", {
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

/** `definition`. */
export const definitionBlock = optionalBlock(
  "A task definition in the jobspec, in place of `task_definition`. It is registered unless an active revision of the family has the same content.",
  {
    family: string("Family of the task definition.", { required: true, check: rules.family }),
    cpu: whole(
      "CPU units of the task; 1024 are one vCPU. Without it `resources { cpu }` says how many, on Fargate rounded up to a size that there is.",
      { min: 128, max: 196_608 },
    ),
    memory: whole("Memory of the task in MiB. Without it `resources { memory }` says how much.", {
      min: 6,
      max: 3_145_728,
    }),
    task_role_arn: string("Role that the containers have: its ARN or its name.", {
      check: rules.roleNameOrArn,
    }),
    execution_role_arn: string(
      "Role by which ECS pulls images, reads secrets and writes logs: its ARN or its name.",
      { check: rules.roleNameOrArn },
    ),
    network_mode: oneOf(
      "Network mode. Default `awsvpc` on Fargate or with `subnets`, else `bridge`.",
      ["awsvpc", "bridge", "host", "none"],
      "a network mode",
    ),
    requires_compatibilities: list(
      "Launch types that the definition is checked for. Default: `FARGATE` where the task runs on it.",
    ),
    runtime_platform: optionalBlock("What the task runs on.", {
      cpu_architecture: oneOf(
        "Architecture. Default `X86_64`.",
        ["X86_64", "ARM64"],
        "an architecture",
      ),
      operating_system_family: string("Operating system, as `LINUX`, the default."),
    }),
    ephemeral_storage: optionalBlock("Storage of a Fargate task.", {
      size_in_gib: whole("Size in GiB.", { required: true, min: 21, max: 200 }),
    }),
    pid_mode: oneOf("Process namespace that containers share.", ["host", "task"], "a PID mode"),
    ipc_mode: oneOf("IPC namespace.", ["host", "task", "none"], "an IPC mode"),
    tags: map("Tags of the task definition, besides the driver's own.", rules.tags),
    enable_fault_injection: bool("Whether faults may be injected into the task."),
    proxy_configuration: optionalBlock("The App Mesh proxy of the task.", {
      type: oneOf("Kind of proxy.", ["APPMESH"], "a kind of proxy"),
      container_name: string("Name of the container that is the proxy.", { required: true }),
      properties: map("Properties of the proxy, as `ProxyIngressPort`."),
    }),
    placement_constraints: blocks("A rule for the container instances to run on. Not on Fargate.", {
      type: oneOf("Kind of rule.", ["memberOf"], "a placement constraint", { default: "memberOf" }),
      expression: string("Expression in the cluster query language.", { required: true }),
    }, { max: 10 }),
    volume,
    container,
  },
);

/** A decoded `definition` block; durations are in milliseconds. */
export type DefinitionBlock = NonNullable<Decoded<typeof definitionBlock>>;

/** `definition_json`. */
export const definitionJson = json(
  "A task definition as JSON text, in place of `task_definition`: what RegisterTaskDefinition takes, or what `aws ecs describe-task-definition` prints.",
  (value) => {
    const definition = definitionOfJson(value);
    if (
      typeof definition["family"] !== "string" || rules.family(definition["family"]) !== undefined
    ) {
      return "has no valid family";
    }
    const containers = definition["containerDefinitions"];
    return Array.isArray(containers) && containers.length > 0
      ? undefined
      : "has no containerDefinitions";
  },
);

/** Members of a described definition that registering does not take. */
const describedOnly = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
]);

/**
 * The part of a JSON task definition that RegisterTaskDefinition takes: without what only a described
 * one has, without members that are null, and without tags that AWS or the driver sets itself.
 */
export function definitionOfJson(
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { taskDefinition, tags } = value;
  const described = typeof taskDefinition === "object" && taskDefinition !== null;
  // What is described has its tags beside it.
  const whole = described ? { ...taskDefinition, ...(tags === undefined ? {} : { tags }) } : value;
  const members = Object.entries(withoutNulls(whole) as Record<string, unknown>)
    .filter(([name]) => !describedOnly.has(name))
    .map(([name, member]) => [name, name === "tags" ? withoutReserved(member) : member]);
  return Object.fromEntries(members);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}

function withoutReserved(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return tags.filter((tag) => !/^(aws|nomad):/i.test(String(tag?.key)));
}

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

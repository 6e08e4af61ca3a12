import * as rules from "./rules.ts";
import {
  blocks,
  bool,
  type Decoded,
  duration,
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
 * RegisterTaskDefinition; spans of time are written as Nomad's are.
 */

const environmentFiles = blocks("A file of environment variables.", {
  value: string("ARN of the file in S3.", { required: true }),
  type: oneOf("Kind of the file.", ["s3"], "a kind of file", { default: "s3" }),
}, { max: 10 });

const secrets = (doc: string) => map(doc, checkSecrets);

const container = blocks("A container of the task. Up to 10.", {
  name: string("Name of the container.", { required: true, check: rules.containerName }),
  image: string("Image, as `repository:tag` or `repository@digest`.", { required: true }),
  essential: bool("Whether the task ends when this container does.", { default: true }),
  command: list("Command in place of the image's."),
  entry_point: list("Entry point in place of the image's."),
  working_directory: string("Working directory."),
  user: string("User, as `name`, `uid` or either with `:group`. Not on Windows."),
  cpu: whole("CPU units that are kept for the container.", { min: 0, max: 196_608 }),
  memory: whole("Memory in MiB past which the container is killed.", { min: 6, max: 3_145_728 }),
  memory_reservation: whole("Memory in MiB that is kept for the container.", {
    min: 6,
    max: 3_145_728,
  }),
  environment: map("Environment variables."),
  environment_files: environmentFiles,
  secrets: secrets(
    "Environment variables with the ARN of the secret (Secrets Manager) or parameter (SSM) that has the value. The task's execution role reads it.",
  ),
  port_mapping: blocks("A port that the container listens on.", {
    container_port: whole("The port.", { required: true, min: 1, max: 65_535 }),
    host_port: whole("Port of the container instance. With `awsvpc` the same as the container's.", {
      min: 0,
      max: 65_535,
    }),
    protocol: oneOf("Protocol. Default `tcp`.", ["tcp", "udp"], "a protocol"),
    name: string("Name by which services may speak of the port.", { check: rules.portName }),
    app_protocol: oneOf(
      "Protocol of the application.",
      ["http", "http2", "grpc"],
      "an application protocol",
    ),
  }),
  mount_point: blocks("A volume in the container's file system.", {
    source_volume: string("Name of the volume.", { required: true }),
    container_path: string("Where it is mounted.", { required: true }),
    read_only: bool("Whether the container may only read."),
  }),
  volumes_from: blocks("All volumes of another container.", {
    source_container: string("Name of the other container.", { required: true }),
    read_only: bool("Whether the container may only read."),
  }),
  health_check: optionalBlock("How ECS finds out whether the container is healthy.", {
    command: list('Command, with `"CMD"` or `"CMD-SHELL"` first.', {
      required: true,
      check: (words) =>
        words.length > 1 && /^(CMD|CMD-SHELL)$/.test(words[0] ?? "")
          ? undefined
          : `must begin with "CMD" or "CMD-SHELL"`,
    }),
    interval: duration("Time between checks. Default `30s`.", { min: "5s", max: "300s" }),
    timeout: duration("Time that a check may take. Default `5s`.", { min: "2s", max: "120s" }),
    retries: whole("Failures in a row that make it unhealthy. Default 3.", { min: 1, max: 10 }),
    start_period: duration("Time at the start in which failures do not count.", { max: "300s" }),
  }),
  depends_on: blocks("Another container that must be so far first.", {
    container_name: string("Name of the other container.", { required: true }),
    condition: oneOf(
      "How far.",
      ["START", "COMPLETE", "SUCCESS", "HEALTHY"],
      "a condition",
      { required: true },
    ),
  }),
  log_configuration: optionalBlock("Where the container's output goes.", {
    log_driver: oneOf(
      "Log driver.",
      ["awsfirelens", "awslogs", "fluentd", "gelf", "json-file", "journald", "splunk", "syslog"],
      "a log driver",
      { required: true },
    ),
    options: map("Options of the log driver, as `awslogs-group`."),
    secrets: secrets("Options whose values are secrets, with the ARN of each."),
  }),
  firelens_configuration: optionalBlock("Makes the container the log router of `awsfirelens`.", {
    type: oneOf("Log router.", ["fluentd", "fluentbit"], "a log router", { required: true }),
    options: map("Options of the log router."),
  }),
  linux_parameters: optionalBlock("Settings of the Linux kernel for the container.", {
    init_process_enabled: bool("Whether an init process forwards signals and reaps processes."),
    shared_memory_size: whole("Size of /dev/shm in MiB. Not on Fargate.", {
      min: 0,
      max: 1_048_576,
    }),
    max_swap: whole("Swap in MiB. Not on Fargate.", { min: 0, max: 1_048_576 }),
    swappiness: whole("Swappiness. Not on Fargate.", { min: 0, max: 100 }),
    capabilities: optionalBlock("Capabilities beyond or short of Docker's own.", {
      add: list("Capabilities to add. On Fargate only `SYS_PTRACE`."),
      drop: list("Capabilities to drop."),
    }),
    device: blocks("A device of the container instance. Not on Fargate.", {
      host_path: string("Path of the device.", { required: true }),
      container_path: string("Path in the container."),
      permissions: list("What the container may do: `read`, `write`, `mknod`."),
    }),
    tmpfs: blocks("A file system in memory. Not on Fargate.", {
      container_path: string("Where it is mounted.", { required: true }),
      size: whole("Most that it holds in MiB.", { required: true, min: 1, max: 1_048_576 }),
      mount_options: list("Mount options."),
    }),
  }),
  ulimit: blocks("A limit of the container's processes.", {
    name: oneOf(
      "Which limit.",
      [
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
        "rttime",
        "sigpending",
        "stack",
      ],
      "a limit",
      { required: true },
    ),
    soft_limit: whole("Soft limit.", { required: true, min: 0, max: 2_147_483_647 }),
    hard_limit: whole("Hard limit.", { required: true, min: 0, max: 2_147_483_647 }),
  }),
  resource_requirements: blocks("GPUs of the container.", {
    type: oneOf("Kind of resource.", ["GPU", "InferenceAccelerator"], "a kind of resource", {
      required: true,
    }),
    value: string("Number of GPUs, or name of the accelerator.", { required: true }),
  }),
  repository_credentials: optionalBlock("Credentials of a private registry.", {
    credentials_parameter: string("ARN of the secret that has them.", { required: true }),
  }),
  start_timeout: duration("Time after which dependent containers stop waiting for this one.", {
    min: "2s",
    max: "120s",
  }),
  stop_timeout: duration("Time between the signal to stop and the kill. Default `30s`.", {
    min: "1s",
    max: "120s",
  }),
  docker_labels: map("Labels of the container."),
  docker_security_options: list("Security options, such as `no-new-privileges`. Not on Fargate."),
  extra_hosts: map("Further lines of /etc/hosts: an address by host name. Not with `awsvpc`."),
  system_controls: map("Kernel parameters (sysctl) by their names."),
  hostname: string("Host name. Not with `awsvpc`."),
  dns_servers: list("DNS servers. Not with `awsvpc`."),
  dns_search_domains: list("DNS search domains. Not with `awsvpc`."),
  links: list("Containers that are reached by name. Only with network mode `bridge`."),
  privileged: bool("Whether the container has root's rights on the instance. Not on Fargate."),
  readonly_root_filesystem: bool("Whether the root file system is read-only."),
  interactive: bool("Whether standard input stays open."),
  pseudo_terminal: bool("Whether the container has a terminal."),
}, { max: 10, check: checkContainer });

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
    volume,
    container,
  },
  checkDefinition,
);

/** A decoded `definition` block; durations are in milliseconds. */
export type DefinitionBlock = NonNullable<Decoded<typeof definitionBlock>>;
type ContainerBlock = Decoded<typeof container>[number];

function checkSecrets(values: Readonly<Record<string, string>>): string | undefined {
  for (const [name, from] of Object.entries(values)) {
    if (/^arn:aws[a-z-]*:(secretsmanager|ssm):/.test(from) || /^[\w./-]{1,1011}$/.test(from)) {
      continue;
    }
    return `has no ARN for ${JSON.stringify(name)}; use the ARN of a secret or a parameter`;
  }
  return undefined;
}

function checkContainer(
  { memory, memory_reservation }: {
    memory: number | undefined;
    memory_reservation: number | undefined;
  },
  path: string,
  problems: Problem[],
): void {
  const wrong = rules.memoryReservation(memory, memory_reservation);
  if (wrong !== undefined) problems.push({ path: `${path}.memory_reservation`, text: wrong });
}

function checkVolume(
  volume: {
    configured_at_launch: boolean | undefined;
    host: unknown;
    efs_volume_configuration: unknown;
    docker_volume_configuration: unknown;
  },
  path: string,
  problems: Problem[],
): void {
  const kinds = [
    volume.configured_at_launch === true ? "configured_at_launch" : undefined,
    ...(["host", "efs_volume_configuration", "docker_volume_configuration"] as const)
      .map((kind) => volume[kind] === undefined ? undefined : kind),
  ].filter((kind) => kind !== undefined);
  if (kinds.length > 1) {
    problems.push({ path, text: `has ${kinds.join(" and ")}; set only one of them` });
  }
}

function checkDefinition(
  { container: containers, volume: volumes, execution_role_arn }: {
    container: ContainerBlock[];
    volume: { name: string }[];
    execution_role_arn: string | undefined;
  },
  path: string,
  problems: Problem[],
): void {
  const add = (at: string, text: string) => problems.push({ path: `${path}.${at}`, text });
  const names = containers.map(({ name }) => name);
  const known = names.map((name) => JSON.stringify(name)).join(", ");
  if (containers.length === 0) add("container", "is not set; define at least one container");
  else if (!containers.some(({ essential }) => essential)) {
    add("container", "has no essential one; leave out essential = false in at least one");
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) add("container", `names ${JSON.stringify(twice)} twice`);
  containers.forEach((container, index) => {
    const at = `container[${index}]`;
    container.depends_on.forEach(({ container_name }, place) => {
      if (names.includes(container_name) && container_name !== container.name) return;
      add(
        `${at}.depends_on[${place}].container_name`,
        `= ${JSON.stringify(container_name)} is no other container; there are ${known}`,
      );
    });
    container.mount_point.forEach(({ source_volume }, place) => {
      if (volumes.some(({ name }) => name === source_volume)) return;
      add(
        `${at}.mount_point[${place}].source_volume`,
        `= ${JSON.stringify(source_volume)} is no volume of the definition`,
      );
    });
    const secret = Object.keys(container.secrets)[0];
    if (secret !== undefined && execution_role_arn === undefined) {
      add("execution_role_arn", `is not set; it must be, to read secret ${JSON.stringify(secret)}`);
    }
  });
}

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

/** The part of a JSON task definition that RegisterTaskDefinition takes. */
export function definitionOfJson(
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { taskDefinition, tags } = value;
  const described = typeof taskDefinition === "object" && taskDefinition !== null;
  // What is described has its tags beside it.
  const whole = described ? { ...taskDefinition, ...(tags === undefined ? {} : { tags }) } : value;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !describedOnly.has(name)));
}

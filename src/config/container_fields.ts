import * as rules from "./rules.ts";
import { environmentFiles, resourceRequirements } from "./override_fields.ts";
import {
  blocks,
  bool,
  duration,
  list,
  map,
  oneOf,
  optionalBlock,
  type Problem,
  string,
  whole,
} from "./schema.ts";

/*
 * A container of a task definition in the jobspec. Names and bounds are those of the ECS API
 * reference of RegisterTaskDefinition; spans of time are written as Nomad's are.
 */

const secrets = (doc: string) => map(doc, checkSecrets);

/** `container` of a `definition` block. */
export const container = blocks("A container of the task.", {
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
    container_port: whole("The port.", { min: 1, max: 65_535 }),
    container_port_range: string("A range of ports in its place, as `8000-8010`.", {
      check: (text) =>
        /^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$/.test(text)
          ? undefined
          : `is not a range of ports; write it as "8000-8010"`,
    }),
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
  }, { check: checkPort }),
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
    command: list(
      'Command of the check: `"CMD"` and the words of a command, or `"CMD-SHELL"` and one text for the shell. ECS gets a command without them as it is.',
      { required: true },
    ),
    interval: duration("Time between checks. Default `30s`.", { min: "5s", max: "300s" }),
    timeout: duration("Time that a check may take. Default `5s`.", { min: "2s", max: "60s" }),
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
    tmpfs: blocks("A file system in memory. Not on Windows.", {
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
    soft_limit: whole("Soft limit; -1 is none.", { required: true, min: -1, max: 2_147_483_647 }),
    hard_limit: whole("Hard limit; -1 is none.", { required: true, min: -1, max: 2_147_483_647 }),
  }, { check: checkUlimit }),
  resource_requirements: resourceRequirements,
  repository_credentials: optionalBlock("Credentials of a private registry.", {
    credentials_parameter: string("ARN of the secret that has them.", { required: true }),
  }),
  restart_policy: optionalBlock(
    "Whether the container is started again when it ends, without an end of the task.",
    {
      enabled: bool("Whether it is.", { default: true }),
      ignored_exit_codes: list("Exit codes after which it is not, up to 50.", {
        check: (codes) =>
          codes.length <= 50 && codes.every((code) => /^[0-9]{1,3}$/.test(code))
            ? undefined
            : "are not up to 50 exit codes",
      }),
      restart_attempt_period: duration(
        "Time that it has to have run to be started again. Default `5m`.",
        { min: "60s", max: "1800s" },
      ),
    },
  ),
  start_timeout: duration(
    "Time after which dependent containers stop waiting for this one. On Fargate up to `2m`.",
    { min: "2s" },
  ),
  stop_timeout: duration(
    "Time between the signal to stop and the kill. Default `30s`. On Fargate from `2s` to `2m`.",
    { min: "1s" },
  ),
  version_consistency: oneOf(
    "Whether all tasks of a revision run the image digest that its tag had first.",
    ["enabled", "disabled"],
    "a choice",
  ),
  credential_specs: list("ARN of the credential spec for Active Directory, at most one.", {
    check: rules.atMost(1),
  }),
  docker_labels: map("Labels of the container."),
  docker_security_options: list("Security options, such as `no-new-privileges`. Not on Fargate."),
  extra_hosts: map("Further lines of /etc/hosts: an address by host name. Not with `awsvpc`."),
  system_controls: map("Kernel parameters (sysctl) by their names."),
  hostname: string("Host name. Not with `awsvpc`."),
  dns_servers: list("DNS servers. Not with `awsvpc`."),
  dns_search_domains: list("DNS search domains. Not with `awsvpc`."),
  links: list("Containers that are reached by name. Only with network mode `bridge`."),
  disable_networking: bool("Whether the container has no network. Not on Fargate."),
  privileged: bool("Whether the container has root's rights on the instance. Not on Fargate."),
  readonly_root_filesystem: bool("Whether the root file system is read-only."),
  interactive: bool("Whether standard input stays open."),
  pseudo_terminal: bool("Whether the container has a terminal."),
}, { max: 10 });

function checkSecrets(values: Readonly<Record<string, string>>): string | undefined {
  for (const [name, from] of Object.entries(values)) {
    if (/^arn:aws[a-z-]*:(secretsmanager|ssm):/.test(from) || /^[\w./-]{1,1011}$/.test(from)) {
      continue;
    }
    return `has no ARN for ${JSON.stringify(name)}; use the ARN of a secret or a parameter`;
  }
  return undefined;
}

function checkPort(
  { container_port, container_port_range }: {
    container_port: number | undefined;
    container_port_range: string | undefined;
  },
  path: string,
  problems: Problem[],
): void {
  if ((container_port === undefined) !== (container_port_range === undefined)) return;
  const text = container_port === undefined
    ? "is not set; set it, or container_port_range"
    : "stands beside container_port_range; set only one of them";
  problems.push({ path: `${path}.container_port`, text });
}

function checkUlimit(
  { soft_limit, hard_limit }: { soft_limit: number; hard_limit: number },
  path: string,
  problems: Problem[],
): void {
  if (hard_limit === -1 || (soft_limit !== -1 && soft_limit <= hard_limit)) return;
  problems.push({
    path: `${path}.soft_limit`,
    text: `= ${soft_limit} is more than hard_limit = ${hard_limit}; it must be at most that`,
  });
}

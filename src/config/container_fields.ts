import {
  dependsOn,
  healthCheck,
  otherContainers,
  restartPolicy,
} from "./container_health_fields.ts";
import { linuxParameters, ulimit } from "./container_linux_fields.ts";
import { firelensConfiguration, logConfiguration } from "./container_log_fields.ts";
import { containerLimit } from "./definition_json.ts";
import { fargateTimeout } from "./fargate_limits.ts";
import { environmentFiles, resourceRequirements } from "./override_fields.ts";
import * as rules from "./rules.ts";
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
import { secretArns } from "./secret_fields.ts";

/*
 * A container of a task definition in the jobspec. Names and bounds are those of the ECS API
 * reference of RegisterTaskDefinition; spans of time are written as Nomad's are.
 */

/** Longest timeout of a container where AWS names no bound: a year. */
const longest = "8760h";

const portMapping = blocks(
  "A port, or a range of ports, that the container listens on. When there is no such block, the " +
    "container's ports cannot be reached under network modes other than `awsvpc` and `host`.",
  {
    container_port: whole(
      "Port that the container listens on. Either it or `container_port_range` must be set.",
      { min: 1, max: 65_535 },
    ),
    container_port_range: string(
      "Range of ports that the container listens on, such as `8000-8010`, in place of " +
        "`container_port`. For network modes `awsvpc` and `bridge`. When not set, `container_port` " +
        "must be.",
      {
        secret: false,
        check: (text) =>
          /^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$/.test(text)
            ? undefined
            : `be a range of ports such as "8000-8010"`,
      },
    ),
    host_port: whole(
      "Port of the container instance that leads to the container's. Under network modes `awsvpc` " +
        "and `host` it must be the container's port. When not set, or 0, it is the container's port " +
        "there, and under `bridge` any free one.",
      { min: 0, max: 65_535 },
    ),
    protocol: oneOf("Transport protocol of the port. When not set, it is `tcp`.", ["tcp", "udp"]),
    name: string(
      "Name by which Service Connect and VPC Lattice refer to the port. When not set, they cannot.",
      { secret: false, check: rules.portName },
    ),
    app_protocol: oneOf(
      "Application protocol that Service Connect handles on the port. When not set, it is plain TCP.",
      ["http", "http2", "grpc"],
    ),
  },
  { check: checkPort, example: { container_port: 8_080 } },
);

const mountPoint = blocks(
  "A volume of the definition that is mounted in the container. When there is no such block, none is.",
  {
    source_volume: string("Name of the volume: that of a `volume` block of the definition.", {
      required: true,
      secret: false,
    }),
    container_path: string("Path in the container where the volume is mounted.", {
      required: true,
      secret: false,
    }),
    read_only: bool(
      "Whether the container may only read from the volume. When not set, it may write too.",
    ),
  },
  { example: { source_volume: "data", container_path: "/data" } },
);

const volumesFrom = blocks(
  "Another container of the definition all of whose mounted volumes are mounted in this one too. When " +
    "there is no such block, only its own volumes are.",
  {
    source_container: string("Name of the container whose volumes are mounted.", {
      required: true,
      secret: false,
    }),
    read_only: bool(
      "Whether the container may only read from these volumes. When not set, it may write too.",
    ),
  },
  { max: otherContainers, example: { source_container: "files" } },
);

/** `container` of a `definition` block. */
export const container = blocks(
  "A container of the task. A definition has at least one, and at least one that is essential.",
  {
    name: string("Name of the container within its definition.", {
      required: true,
      secret: false,
      check: rules.containerName,
    }),
    image: string(
      "Image of the container, as `repository:tag` or `repository@digest`; without a registry it is " +
        "Docker Hub's.",
      { required: true, secret: false },
    ),
    essential: bool("Whether the whole task ends when this container ends.", { default: true }),
    command: list(
      "Command of the container (Docker's `CMD`). When not set, it is the image's.",
      { secret: true },
    ),
    entry_point: list(
      "Entry point of the container (Docker's `ENTRYPOINT`). When not set, it is the image's.",
      { secret: true },
    ),
    working_directory: string(
      "Directory in which the container's command runs. When not set, it is the image's.",
      { secret: false },
    ),
    user: string(
      "User that the container's command runs as: a name or a uid, and after a `:` a group or a gid. " +
        "Not for Windows containers. When not set, it is the image's.",
      { secret: false },
    ),
    cpu: whole(
      "CPU units reserved for the container; 1024 units are one vCPU. When not set, ECS reserves none, " +
        "and the containers share the task's CPU.",
      { min: 0, max: 196_608 },
    ),
    memory: whole(
      "Hard limit of the container's memory, in MiB: a container that needs more is killed. When not " +
        "set, the task's memory is the limit; a task without `memory` needs it, or " +
        "`memory_reservation`, in each container.",
      { min: 6, max: 3_145_728 },
    ),
    memory_reservation: whole(
      "Memory reserved for the container, in MiB; it may use more up to `memory`, and " +
        "`memory_reservation` must not be above that. When not set, `memory` is reserved.",
      { min: 6, max: 3_145_728 },
    ),
    environment: map(
      "Environment variables of the container, which anybody who may describe the definition can " +
        "read. When not set, the definition brings none; `pass_env` may add some.",
      { secret: true },
    ),
    environment_files: environmentFiles,
    secrets: secretArns(
      "Environment variables whose values ECS reads with the execution role: by the variable's name, " +
        "the ARN of a Secrets Manager secret or of an SSM parameter, or the parameter's name. When " +
        "not set, there are none.",
    ),
    port_mapping: portMapping,
    mount_point: mountPoint,
    volumes_from: volumesFrom,
    health_check: healthCheck,
    depends_on: dependsOn,
    log_configuration: logConfiguration,
    firelens_configuration: firelensConfiguration,
    linux_parameters: linuxParameters,
    ulimit,
    resource_requirements: resourceRequirements,
    repository_credentials: optionalBlock(
      "Credentials with which ECS pulls the image from a private registry; the execution role has to be " +
        "allowed to read them. When not set, ECS pulls without credentials, or from Amazon ECR with " +
        "the execution role.",
      {
        credentials_parameter: string(
          "ARN of the Secrets Manager secret that holds the registry's credentials, or its name in " +
            "the task's region.",
          { required: true, secret: true },
        ),
      },
      {
        example: {
          credentials_parameter: "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry",
        },
      },
    ),
    restart_policy: restartPolicy,
    start_timeout: duration(
      "Time that containers which depend on this one wait for it; after that they do not start, and " +
        `the task stops. On Fargate at most \`${fargateTimeout.max / 60}m\`. When not set, the ` +
        "definition sets no such limit.",
      { min: "2s", max: longest },
    ),
    stop_timeout: duration(
      "Time from the stop signal until ECS kills a container that has not ended. On Fargate from " +
        `\`${fargateTimeout.min}s\` to \`${fargateTimeout.max / 60}m\`. ` +
        "When not set, it is 30 seconds, unless the instance's ECS agent is configured " +
        "otherwise.",
      { min: "1s", max: longest },
    ),
    version_consistency: oneOf(
      "Whether ECS resolves the image's tag to a digest once, so that all tasks of the revision run " +
        "the same image. When not set, it is `enabled`.",
      ["enabled", "disabled"],
    ),
    credential_specs: list(
      "ARN of the credential spec in SSM or S3 with which the container joins an Active Directory, " +
        "after `credentialspec:` or `credentialspecdomainless:`. When not set, it joins none.",
      // ContainerDefinition.credentialSpecs: "The maximum number of ARNs is 1."
      { secret: false, max: 1 },
    ),
    docker_labels: map("Docker labels of the container. When not set, it has the image's.", {
      secret: true,
    }),
    docker_security_options: list(
      "Docker's security options for the container, such as `no-new-privileges`. Not on Fargate. When " +
        "not set, there are none.",
      { secret: false },
    ),
    extra_hosts: map(
      "Lines to add to the container's `/etc/hosts`: by host name, the IP address. Not with network " +
        "mode `awsvpc`, and not for Windows containers. When not set, none is added.",
      { secret: false },
    ),
    system_controls: map(
      "Kernel parameters (sysctl) of the container, by names such as `net.core.somaxconn`. When not " +
        "set, the operating system's values hold.",
      { secret: false },
    ),
    hostname: string(
      "Host name of the container. Not with network mode `awsvpc`. When not set, ECS chooses it.",
      { secret: false },
    ),
    dns_servers: list(
      "IP addresses of the DNS servers that the container asks. Not with network mode `awsvpc`. When " +
        "not set, it asks those of the container instance.",
      { secret: false },
    ),
    dns_search_domains: list(
      "Domains in which the container looks up host names without a dot. Not with network mode " +
        "`awsvpc`. When not set, they are those of the container instance.",
      { secret: false },
    ),
    links: list(
      "Other containers of the definition that the container reaches by name, as `name` or " +
        "`name:alias`. Only with network mode `bridge`. When not set, it reaches none that way.",
      { secret: false },
    ),
    disable_networking: bool(
      "Whether the container has no network. Not on Fargate, and not for Windows containers. When not " +
        "set, it has one.",
    ),
    privileged: bool(
      "Whether the container has the rights of root on its container instance. Not on Fargate, and not " +
        "for Windows containers. When not set, it has not.",
    ),
    readonly_root_filesystem: bool(
      "Whether the container may only read its root file system. When not set, it may write too.",
    ),
    interactive: bool(
      "Whether the container's standard input stays open. When not set, it does not.",
    ),
    pseudo_terminal: bool("Whether the container has a terminal (TTY). When not set, it has none."),
  },
  {
    max: containerLimit,
    example: { name: "web", image: "public.ecr.aws/nginx/nginx:stable" },
  },
);

function checkPort(
  { container_port, container_port_range }: {
    container_port: number | undefined;
    container_port_range: string | undefined;
  },
  path: string,
  problems: Problem[],
): void {
  if (container_port === undefined && container_port_range === undefined) {
    problems.push({
      path: `${path}.container_port`,
      text: "must be set, or container_port_range; got nothing",
    });
  }
  if (container_port !== undefined && container_port_range !== undefined) {
    problems.push({
      path: `${path}.container_port`,
      text: `must be left out beside container_port_range; got ${container_port}`,
    });
  }
}

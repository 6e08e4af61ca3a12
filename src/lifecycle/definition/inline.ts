import { createHash } from "node:crypto";
import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  Secret,
  Tag,
  Volume,
} from "@aws-sdk/client-ecs";
import { type DefinitionBlock, definitionOfJson } from "../../config/definition_fields.ts";
import { describeProblems } from "../../config/decode.ts";
import { fargateSize, fargateSizeFor, onFargate } from "../../config/fargate.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { awsNamed, pairs, unlessEmpty, withoutUndefined } from "../../aws/names.ts";
import { sizeNumber } from "./describe.ts";
import { definitionProblems, hclPath } from "./rules.ts";
import { LaunchError } from "../launch_error.ts";
import { type Owner, tagValue } from "../ownership/tags.ts";

/** What Nomad's `resources` block gives a task: MHz of CPU, and MiB of memory. */
export type Resources = { readonly cpu: number; readonly memory: number };

/** A task definition that stands in the jobspec. */
export type InlineDefinition = {
  /** The option that holds it. */
  readonly option: "definition" | "definition_json";
  readonly family: string;
  /** What RegisterTaskDefinition is asked for, without the driver's own tags. */
  readonly input: RegisterTaskDefinitionCommandInput;
  /** SHA-256 of the content in hexadecimal: the same for the same content, and nothing else. */
  readonly hash: string;
  /** What its user is to be told. */
  readonly notes: readonly string[];
};

/** Tag that tells the content of a revision which the driver registered. */
export const hashTag = "nomad:definition_hash";
/**
 * Tag that names the job's task which a revision was registered for. Under no name that an ECS task's
 * own tags have: `propagate_tags` puts a definition's beside those.
 */
export const jobTag = "nomad:definition_for";
/** Most tags that a definition may have, besides the driver's two. */
const tagLimit = 48;

/** Fewest CPU units of a task on container instances. */
const leastCpu = 128;
/** Fewest CPU units of a Windows task on Fargate. */
const windowsCpu = 1_024;

/**
 * The definition that a task's configuration holds; undefined where it names one instead. CPU and
 * memory come from `resources` where the definition leaves them out. Throws a `LaunchError` for what
 * ECS would refuse.
 */
export function inlineDefinition(
  config: TaskConfig,
  resources: Resources,
): InlineDefinition | undefined {
  const { definition, definition_json } = config;
  const whole = definition !== undefined
    ? inputOfBlock(definition, config)
    : definition_json !== undefined
    ? definitionOfJson(definition_json) as unknown as RegisterTaskDefinitionCommandInput
    : undefined;
  if (whole === undefined) return undefined;
  const option = definition === undefined ? "definition_json" : "definition";
  const path = `config.task.${option}`;
  const { size, notes } = sizeOf(whole, config, resources, path);
  const input = { ...whole, ...size };
  const fargate = isForFargate(input.requiresCompatibilities, config);
  const problems = definitionProblems(input, fargate ? "FARGATE" : config.launch_type)
    .map(({ path: at, text }) => ({
      path: `${path}.${definition === undefined ? at : hclPath(at)}`,
      text,
    }));
  const tags = (input.tags ?? []).length;
  if (tags > tagLimit) {
    problems.push({ path: `${path}.tags`, text: `are ${tags}; at most ${tagLimit} are allowed` });
  }
  if (problems.length > 0) throw new LaunchError(describeProblems(problems), false);
  return { option, family: input.family ?? "", input, hash: hashOf(input), notes };
}

/** The tags by which a registered revision is found again. */
export function definitionTags({ input, hash }: InlineDefinition, owner: Owner): Tag[] {
  return [
    ...input.tags ?? [],
    { key: hashTag, value: hash },
    { key: jobTag, value: jobTagValue(owner) },
  ];
}

/**
 * A task of a job, as the tag of the revisions that were registered for it has it. The children of a
 * periodic or parameterized job share their parent's.
 */
export function jobTagValue({ namespace, jobId, group, task }: Owner): string {
  const job = jobId.replace(/\/(dispatch|periodic)-[^/]*$/, "");
  return tagValue(`${namespace}/${job}/${group}/${task}`);
}

function inputOfBlock(
  definition: DefinitionBlock,
  config: TaskConfig,
): RegisterTaskDefinitionCommandInput {
  const {
    family,
    cpu,
    memory,
    ephemeral_storage,
    proxy_configuration: proxy,
    tags,
    volume,
    container,
    ...rest
  } = definition;
  const fargate = isForFargate(rest.requires_compatibilities, config);
  const subnets = config.network_configuration.aws_vpc_configuration.subnets ?? [];
  return withoutUndefined({
    ...awsNamed(rest),
    family,
    cpu: cpu === undefined ? undefined : String(cpu),
    memory: memory === undefined ? undefined : String(memory),
    networkMode: rest.network_mode ?? (fargate || subnets.length > 0 ? "awsvpc" : undefined),
    requiresCompatibilities: rest.requires_compatibilities ?? (fargate ? ["FARGATE"] : undefined),
    ephemeralStorage: ephemeral_storage === undefined
      ? undefined
      : { sizeInGiB: ephemeral_storage.size_in_gib },
    proxyConfiguration: proxy && withoutUndefined({
      type: proxy.type,
      containerName: proxy.container_name,
      properties: unlessEmpty(pairs(proxy.properties)),
    }),
    placementConstraints: unlessEmpty(rest.placement_constraints.map(awsNamed)),
    runtimePlatform: rest.runtime_platform && awsNamed(rest.runtime_platform),
    tags: unlessEmpty(Object.entries(tags).map(([key, value]) => ({ key, value }))),
    volumes: unlessEmpty(volume.map(volumeOf)),
    containerDefinitions: container.map(containerOf),
  }) as RegisterTaskDefinitionCommandInput;
}

type ContainerBlock = DefinitionBlock["container"][number];

function containerOf(container: ContainerBlock): ContainerDefinition {
  const {
    docker_labels,
    environment,
    extra_hosts,
    firelens_configuration: firelens,
    health_check: check,
    linux_parameters: linux,
    log_configuration: log,
    mount_point,
    port_mapping,
    restart_policy: restart,
    secrets,
    start_timeout,
    stop_timeout,
    system_controls,
    ulimit,
    ...rest
  } = container;
  return withoutUndefined({
    ...awsNamed(rest),
    // Of lists, an empty one is none.
    dependsOn: unlessEmpty(rest.depends_on.map(awsNamed)),
    dockerLabels: unlessNone(docker_labels),
    environment: unlessEmpty(pairs(environment)),
    extraHosts: unlessEmpty(
      Object.entries(extra_hosts).map(([hostname, ipAddress]) => ({ hostname, ipAddress })),
    ),
    firelensConfiguration: firelens && withoutUndefined({
      type: firelens.type,
      options: unlessNone(firelens.options),
    }),
    healthCheck: check && withoutUndefined({
      command: check.command,
      interval: seconds(check.interval),
      timeout: seconds(check.timeout),
      retries: check.retries,
      startPeriod: seconds(check.start_period),
    }),
    linuxParameters: linux && withoutUndefined({
      ...awsNamed({ ...linux, device: undefined }),
      devices: unlessEmpty(linux.device.map(awsNamed)),
    }),
    logConfiguration: log && withoutUndefined({
      logDriver: log.log_driver,
      options: unlessNone(log.options),
      secretOptions: unlessEmpty(secretList(log.secrets)),
    }),
    mountPoints: unlessEmpty(mount_point.map(awsNamed)),
    portMappings: unlessEmpty(port_mapping.map(awsNamed)),
    restartPolicy: restart && withoutUndefined({
      enabled: restart.enabled,
      ignoredExitCodes: restart.ignored_exit_codes?.map(Number),
      restartAttemptPeriod: seconds(restart.restart_attempt_period),
    }),
    secrets: unlessEmpty(secretList(secrets)),
    startTimeout: seconds(start_timeout),
    stopTimeout: seconds(stop_timeout),
    systemControls: unlessEmpty(
      Object.entries(system_controls).map(([namespace, value]) => ({ namespace, value })),
    ),
    ulimits: unlessEmpty(ulimit.map(awsNamed)),
  }) as ContainerDefinition;
}

function volumeOf(volume: DefinitionBlock["volume"][number]): Volume {
  const { docker_volume_configuration: docker, host, ...rest } = volume;
  return withoutUndefined({
    ...awsNamed(rest),
    host: host && withoutUndefined({ sourcePath: host.source_path }),
    dockerVolumeConfiguration: docker && withoutUndefined({
      scope: docker.scope,
      autoprovision: docker.autoprovision,
      driver: docker.driver,
      driverOpts: unlessNone(docker.driver_opts),
      labels: unlessNone(docker.labels),
    }),
  }) as Volume;
}

/** CPU and memory as ECS writes them, where `resources` or Fargate's sizes decide them. */
function sizeOf(
  input: RegisterTaskDefinitionCommandInput,
  config: TaskConfig,
  resources: Resources,
  path: string,
): { size: { cpu?: string; memory?: string }; notes: string[] } {
  const fixed = { cpu: sizeNumber(input.cpu), memory: sizeNumber(input.memory) };
  const fargate = isForFargate(input.requiresCompatibilities, config);
  if (fixed.cpu !== undefined && fixed.memory !== undefined) {
    const wrong = fargate ? fargateSize(fixed.cpu, fixed.memory) : undefined;
    if (wrong !== undefined) throw new LaunchError(`${path}: ${wrong}`, false);
    return { size: {}, notes: [] };
  }
  if (!fargate) return { size: sizeOnInstances(input, fixed, resources), notes: [] };
  const windows = input.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") ?? false;
  const least = { ...resources, cpu: Math.max(resources.cpu, windows ? windowsCpu : 0) };
  const size = fargateSizeFor(least, fixed);
  const asked = `cpu = ${fixed.cpu ?? `${resources.cpu} (of resources)`} and ` +
    `memory = ${fixed.memory ?? `${resources.memory} (of resources)`}`;
  if (size === undefined) {
    throw new LaunchError(
      `${path}: ${asked} fit no size of Fargate, which has from 256 CPU units with 512 MiB to ` +
        `16384 with 122880; set cpu and memory there, or resources to less`,
      false,
    );
  }
  return {
    size: { cpu: String(size.cpu), memory: String(size.memory) },
    notes: [`The task's size: ${asked} come to ${size.cpu} CPU units and ${size.memory} MiB`],
  };
}

/**
 * The size of a task on container instances. Limits of each container may stand for the task's, which
 * ECS does not ask for there.
 */
function sizeOnInstances(
  { containerDefinitions = [] }: RegisterTaskDefinitionCommandInput,
  fixed: { cpu: number | undefined; memory: number | undefined },
  resources: Resources,
): { cpu?: string; memory?: string } {
  const limited = containerDefinitions.every(({ memory, memoryReservation }) =>
    memory !== undefined || memoryReservation !== undefined
  );
  const reserved = containerDefinitions.some(({ cpu }) => (cpu ?? 0) > 0);
  return {
    ...(fixed.cpu !== undefined || reserved || resources.cpu <= 0
      ? {}
      : { cpu: String(Math.max(leastCpu, resources.cpu)) }),
    ...(fixed.memory !== undefined || limited || resources.memory <= 0
      ? {}
      : { memory: String(resources.memory) }),
  };
}

/** Whether a definition for these launch types is sure to be checked for Fargate. */
function isForFargate(launchTypes: readonly string[] | undefined, config: TaskConfig): boolean {
  return onFargate(config) === true || (launchTypes ?? []).includes("FARGATE");
}

function hashOf(input: RegisterTaskDefinitionCommandInput): string {
  return createHash("sha256").update(JSON.stringify(sorted(input))).digest("hex");
}

/** With members in the order of their names, so that the same content is the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [
      key,
      sorted(inner),
    ]),
  );
}

function secretList(values: Readonly<Record<string, string>>): Secret[] {
  return Object.entries(values).map(([name, valueFrom]) => ({ name, valueFrom }));
}

function seconds(millis: number | undefined): number | undefined {
  return millis === undefined ? undefined : Math.ceil(millis / 1_000);
}

function unlessNone<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

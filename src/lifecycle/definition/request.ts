import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  Secret,
  Volume,
} from "@aws-sdk/client-ecs";
import { awsNamed, pairs, unlessEmpty, withoutUndefined } from "../../aws/hcl_names.ts";
import type { DefinitionBlock } from "../../config/definition_fields.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { isForFargate } from "./size.ts";

/**
 * The request of RegisterTaskDefinition for a jobspec's `definition` block. The network mode and the
 * launch types that the block does not set follow from where the task runs.
 */
export function inputOfBlock(
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
    // AWS takes an empty list for a choice.
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

function secretList(values: Readonly<Record<string, string>>): Secret[] {
  return Object.entries(values).map(([name, valueFrom]) => ({ name, valueFrom }));
}

function seconds(millis: number | undefined): number | undefined {
  return millis === undefined ? undefined : Math.ceil(millis / 1_000);
}

function unlessNone<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

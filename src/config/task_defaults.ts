import { onFargate } from "./on_fargate.ts";
import type { PluginConfig } from "./plugin_config.ts";
import * as rules from "./rules.ts";
import type { TaskBlock, TaskConfig } from "./task_config.ts";

/** A task's configuration, with the plugin's defaults for what it does not set itself. */
export function completeTask(
  task: TaskBlock,
  plugin: PluginConfig,
): TaskConfig {
  const vpc = task.network_configuration.aws_vpc_configuration;
  const capacity = capacityOf(task, plugin);
  const fargate = onFargate(capacity);
  return {
    ...task,
    ...capacity,
    // A plugin's platform version does not suit a task that is sure not to run on Fargate.
    platform_version: task.platform_version ??
      (fargate === false ? undefined : plugin.platform_version),
    network_configuration: networkOf(task, plugin, fargate),
    defaults: {
      network: Object.values(vpc).every((value) => value === undefined),
      execute_command: task.enable_execute_command === undefined,
    },
    tags: { ...plugin.default_tags, ...task.tags },
    propagate_tags: task.propagate_tags ?? plugin.propagate_tags,
    enable_ecs_managed_tags: task.enable_ecs_managed_tags ?? plugin.enable_ecs_managed_tags,
    enable_execute_command: task.enable_execute_command ?? plugin.enable_execute_command,
    cluster: task.cluster ?? plugin.cluster,
    // A cluster's ARN names its region, which goes before the plugin's.
    region: task.region ?? rules.regionOfCluster(task.cluster) ?? plugin.region,
    assume_role: task.assume_role ?? plugin.assume_role,
    logs: task.logs && plugin.logs,
    sidecar_logs: task.sidecar_logs ?? plugin.sidecar_logs,
    log_group: plugin.log_group,
    pass_env: task.pass_env ?? plugin.pass_env,
    start_timeout: task.start_timeout ?? plugin.start_timeout,
    wait_for: task.wait_for ?? plugin.wait_for,
  };
}

type Capacity = Pick<TaskConfig, "launch_type" | "capacity_provider_strategy">;

/** Where the task runs: as it says itself, or else as the plugin does. */
function capacityOf(
  { launch_type, capacity_provider_strategy }: TaskBlock,
  plugin: PluginConfig,
): Capacity {
  if (launch_type === "NONE") return { launch_type: undefined, capacity_provider_strategy };
  return launch_type === undefined && capacity_provider_strategy.length === 0
    ? {
      launch_type: plugin.launch_type,
      capacity_provider_strategy: plugin.capacity_provider_strategy,
    }
    : { launch_type, capacity_provider_strategy };
}

/** The task's network, with the plugin's for what the task does not set. */
function networkOf(
  task: TaskBlock,
  plugin: PluginConfig,
  fargate: boolean | undefined,
): TaskConfig["network_configuration"] {
  const own = task.network_configuration.aws_vpc_configuration;
  const other = plugin.network_configuration.aws_vpc_configuration;
  const subnets = own.subnets ?? other.subnets;
  // Without subnets there is no network interface that the plugin's other settings could be for.
  if ((subnets ?? []).length === 0 && fargate !== true) return task.network_configuration;
  return {
    aws_vpc_configuration: {
      assign_public_ip: own.assign_public_ip ??
        (fargate === false ? undefined : other.assign_public_ip),
      security_groups: own.security_groups ?? other.security_groups,
      subnets,
    },
  };
}

import { onFargate } from "./fargate.ts";
import type { PluginConfig } from "./plugin_config.ts";
import * as rules from "./rules.ts";
import type { TaskBlock, TaskConfig } from "./task_config.ts";

/** A task's configuration, with the plugin's defaults for what it does not set itself. */
export function completeTask(
  task: TaskBlock,
  plugin: PluginConfig,
): TaskConfig {
  const vpc = task.network_configuration.aws_vpc_configuration;
  const own = task.launch_type !== undefined || task.capacity_provider_strategy.length > 0;
  const capacity = own ? task : plugin;
  const { launch_type, capacity_provider_strategy } = capacity;
  const fargate = onFargate(capacity);
  return {
    ...task,
    launch_type,
    capacity_provider_strategy,
    // A default that is not for the task's launch type is none for it.
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
    // A cluster's ARN names its region, which the plugin's must not contradict.
    region: task.region ?? rules.regionOfCluster(task.cluster) ?? plugin.region,
    assume_role: task.assume_role ?? plugin.assume_role,
    pass_env: task.pass_env ?? plugin.pass_env,
    start_timeout: task.start_timeout ?? plugin.start_timeout,
    wait_for: task.wait_for ?? plugin.wait_for,
  };
}

/** The task's network, with the plugin's where that can be the task's. */
function networkOf(
  task: TaskBlock,
  plugin: PluginConfig,
  fargate: boolean | undefined,
): TaskConfig["network_configuration"] {
  const own = task.network_configuration.aws_vpc_configuration;
  const other = plugin.network_configuration.aws_vpc_configuration;
  const subnets = own.subnets ?? other.subnets;
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

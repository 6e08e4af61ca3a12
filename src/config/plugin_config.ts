import { apiLimits } from "./api_limits.ts";
import * as rules from "./rules.ts";
import {
  assumeRole,
  capacityProviderStrategy,
  launchType,
  networkConfiguration,
  passEnv,
  platformVersion,
  propagateTags,
  waitForWords,
} from "./run_task_fields.ts";
import {
  block,
  bool,
  type Decoded,
  duration,
  list,
  map,
  number,
  oneOf,
  type Problem,
  string,
} from "./schema.ts";

/** The `config` block of the agent's `plugin "nomad-driver-ecs"` block. */
export const pluginConfig = block("How this Nomad client speaks to ECS.", {
  enabled: bool("Whether this client offers the driver.", { default: false }),
  cluster: string("Name or ARN of the ECS cluster that tasks run on.", { check: rules.cluster }),
  region: string(
    "AWS region of the cluster. Without it the cluster's ARN decides, and else the AWS SDK's own sources (`AWS_REGION`, the shared config file).",
    { check: rules.region },
  ),
  start_timeout: duration(
    "How long a task may take from RunTask to what `wait_for` names. Past it the ECS task is stopped and the start fails recoverably.",
    { default: "5m", min: "1s", max: "24h" },
  ),
  wait_for: oneOf(
    "What a start waits for: the ECS task `running`, its `network` interface with an address, or `none`.",
    waitForWords,
    "something a start can wait for",
    { default: "running" },
  ),
  poll_interval: duration(
    "How often a task at rest is described. One that starts or stops is described every second.",
    { default: "2s", min: "1s", max: "10m" },
  ),
  api_limits: apiLimits,
  max_api_rate: number(
    "Most calls to AWS in any second, of all kinds together, for each account and region. From 1 to 1000. Without it each kind of call has AWS's own limit: see `api_limits`.",
    {
      check: (rate) => rate >= 1 && rate <= 1_000 ? undefined : "must be from 1 to 1000",
    },
  ),
  unhealthy_after: duration(
    "How long ECS may give no usable answer before the driver reports itself unhealthy. Running tasks stay running.",
    { default: "1m", max: "24h" },
  ),
  orphans: oneOf(
    "What becomes of an ECS task that is tagged with this node and that no allocation claims.",
    ["stop", "report", "ignore"],
    "an orphan policy",
    { default: "stop" },
  ),
  orphan_grace: duration("How long an ECS task may go unclaimed before it counts as an orphan.", {
    default: "10m",
    min: "1s",
    max: "24h",
  }),
  endpoint: string(
    "URL of ECS in place of the region's own, as for a VPC endpoint. Without it `AWS_ENDPOINT_URL_ECS` and `AWS_ENDPOINT_URL` decide.",
    { check: rules.endpoint },
  ),
  profile: string(
    "Profile of the shared config and credentials files. Without it `AWS_PROFILE` decides.",
  ),
  assume_role: assumeRole,
  launch_type: launchType,
  capacity_provider_strategy: capacityProviderStrategy,
  platform_version: platformVersion,
  network_configuration: networkConfiguration,
  default_tags: map("Tags of every ECS task. A task's own `tags` go before.", rules.tags),
  propagate_tags: propagateTags,
  enable_ecs_managed_tags: bool("Whether ECS adds its own tag of the cluster to every task."),
  enable_execute_command: bool("Whether ECS Exec may be used on every task."),
  pass_env: passEnv,
  allowed: block(
    "What jobspecs may name, as lists of globs (`*`, `?`); a list that is not set allows everything. The plugin's own defaults are always allowed.",
    {
      clusters: list("Clusters, by name or ARN."),
      regions: list("Regions."),
      roles: list("IAM roles, by ARN or name, wherever a jobspec names one."),
      task_definitions: list("Task definitions, by family, `family:revision` or ARN."),
    },
  ),
}, checkPlugin);

/** The decoded plugin configuration; durations are in milliseconds. */
export type PluginConfig = Decoded<typeof pluginConfig>;

function checkPlugin(
  plugin: {
    cluster: string | undefined;
    region: string | undefined;
    launch_type: string | undefined;
    capacity_provider_strategy: readonly unknown[];
  },
  path: string,
  problems: Problem[],
): void {
  const contradiction = rules.regionAgainst(plugin);
  if (contradiction !== undefined) {
    problems.push({ path: `${path}.region`, text: contradiction });
  }
  if (plugin.launch_type !== undefined && plugin.capacity_provider_strategy.length > 0) {
    problems.push({
      path: `${path}.launch_type`,
      text:
        `= "${plugin.launch_type}" contradicts capacity_provider_strategy; set only one of them`,
    });
  }
}

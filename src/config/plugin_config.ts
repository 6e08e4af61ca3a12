import { apiLimits } from "./api_limits.ts";
import { logGroupRule, sidecarLogs } from "./log_fields.ts";
import { nomad } from "./nomad_fields.ts";
import { telemetry } from "./telemetry_fields.ts";
import * as rules from "./rules.ts";
import {
  assumeRole,
  capacityProviderStrategy,
  checkCapacity,
  launchTypes,
  networkConfiguration,
  passEnv,
  platformVersion,
  propagateTags,
  tagMap,
  userTagLimit,
  waitForWords,
} from "./task_and_plugin_fields.ts";
import {
  block,
  bool,
  type Decoded,
  duration,
  list,
  number,
  oneOf,
  type Problem,
  string,
} from "./schema.ts";
import { must } from "./show.ts";

const allowed = block(
  "What jobspecs may name. Each list has globs (`*`, `?`) of what they may name; what the plugin " +
    "block itself names is always allowed. When a list is not set, everything of its kind is allowed.",
  {
    clusters: list(
      "ECS clusters that jobspecs may name, by name or ARN as the jobspec has it. When not set, any.",
      { secret: false },
    ),
    regions: list("AWS regions that jobspecs may name. When not set, any.", { secret: false }),
    roles: list(
      "IAM roles that jobspecs may name as `assume_role`, task role, execution role or a volume's " +
        "role, by ARN or name as the jobspec has it. When not set, any.",
      { secret: false },
    ),
    task_definitions: list(
      "Task definitions that jobspecs may name or register, by family, `family:revision` or ARN. When " +
        "not set, any.",
      { secret: false },
    ),
  },
  { example: { clusters: ["prod-*"], regions: ["us-east-1"] } },
);

/** The `config` block of the agent's `plugin "nomad-driver-ecs"` block. */
export const pluginConfig = block("How the driver on this Nomad client uses ECS.", {
  enabled: bool("Whether this Nomad client offers the driver.", { default: false }),
  cluster: string(
    "ECS cluster that tasks run on which name none: its name or its ARN. The driver is unhealthy " +
      "without one.",
    { secret: false, check: rules.cluster },
  ),
  region: string(
    "AWS region of the cluster. When not set, it is that of the cluster's ARN, and else what the AWS " +
      "SDK finds in `AWS_REGION` or in the shared config file.",
    { secret: false, check: rules.region },
  ),
  start_timeout: duration(
    "Time from Nomad's call until an ECS task must have reached what `wait_for` names; the wait for AWS's " +
      "rate limits counts. After that the driver stops it, and Nomad may start the task anew.",
    { default: "5m", min: "1s", max: "24h" },
  ),
  wait_for: oneOf(
    "What the start of a Nomad task waits for: `running`, the ECS task's status RUNNING; `network`, an " +
      "IP address of its network interface; `none`, RunTask's answer.",
    waitForWords,
    { default: "running" },
  ),
  poll_interval: duration(
    "Time from one look at a running ECS task (DescribeTasks) to the next. A task that starts or stops " +
      "is looked at every second.",
    { default: "2s", min: "1s", max: "10m" },
  ),
  api_limits: apiLimits,
  max_api_rate: number(
    "Most calls to AWS that the driver makes in a second, of all kinds together, for each account and " +
      "region. A low one also delays how soon the end of a task is seen. When not set, each kind of call " +
      "has its own limit (`api_limits`).",
    { min: 1, max: 1_000 },
  ),
  unhealthy_after: duration(
    "Time without a usable answer of ECS after which the driver reports itself as unhealthy. Running " +
      "tasks stay running.",
    { default: "1m", max: "24h" },
  ),
  orphans: oneOf(
    "What the driver does with an orphan: an ECS task with this node's tags that no allocation claims, or, " +
      "with a `nomad` block, one of a lost node that no allocation needs. `stop` stops it, `report` logs " +
      "it, `ignore` looks for none.",
    ["stop", "report", "ignore"],
    { default: "stop" },
  ),
  orphan_grace: duration(
    "Time that an ECS task must be without an allocation before it counts as an orphan.",
    { default: "10m", min: "1s", max: "24h" },
  ),
  nomad,
  endpoint: string(
    "URL at which the driver calls ECS, such as that of a VPC endpoint. When not set, it is that of " +
      "`AWS_ENDPOINT_URL_ECS` or `AWS_ENDPOINT_URL`, and else the region's own.",
    { secret: true, max: 2_048, check: rules.endpoint },
  ),
  profile: string(
    "Profile of the AWS shared config and credentials files that the driver uses. When not set, it is " +
      "that of `AWS_PROFILE`, and else `default`.",
    { secret: false },
  ),
  assume_role: assumeRole("it calls ECS with the client's own identity"),
  launch_type: oneOf(
    "Infrastructure that ECS runs tasks on which set neither `launch_type` nor " +
      "`capacity_provider_strategy`; in place of the plugin's `capacity_provider_strategy`. Managed " +
      "Instances are a capacity provider. When neither is set, the cluster's default capacity " +
      "provider strategy decides.",
    launchTypes,
  ),
  capacity_provider_strategy: capacityProviderStrategy("the plugin's `launch_type` decides"),
  platform_version: platformVersion("it is `LATEST`"),
  network_configuration: networkConfiguration(
    "It is the default for what tasks do not set in their own block of the same name.",
  ),
  default_tags: tagMap(
    "Tags of every ECS task, besides the driver's own. A task's own `tags` with the same key replace " +
      "them. When not set, tasks have only their own.",
    userTagLimit,
  ),
  propagate_tags: propagateTags("it does not, unless the task's own option says so"),
  enable_ecs_managed_tags: bool(
    "Whether ECS tags every task with its cluster's name. When not set, it does not, unless the task's " +
      "own option says so.",
  ),
  enable_execute_command: bool(
    "Whether ECS Exec may be used on the containers of every task that has a task role. When not set, it " +
      "may not, unless the task's own option says so.",
  ),
  exec: bool(
    "Whether `nomad alloc exec`, `nomad alloc signal`, script checks, and signals of templates and of " +
      "`kill_signal` may run commands in containers, by ECS Exec. With `false` Nomad refuses them, and " +
      "a stop sends SIGTERM only.",
    { default: true },
  ),
  logs: bool(
    "Whether `nomad alloc logs` shows what the containers of ECS tasks print, which the driver reads " +
      "from CloudWatch Logs. With `false` the driver reads no logs, and Nomad 1.6 and later run no " +
      "`logmon` process for a task.",
    { default: true },
  ),
  log_group: string(
    "CloudWatch log group of containers for which a jobspec's `definition` or `definition_json` sets " +
      "no log configuration. The group must exist in the task's account and region. Other than on EC2 " +
      "it is used for definitions with an execution role only. The driver does not set the log " +
      "driver's `mode`: the account setting `defaultLogDriverMode` decides. When not set, such " +
      "containers have no log configuration, and on Fargate their output is lost.",
    { secret: false, check: logGroupRule },
  ),
  sidecar_logs: sidecarLogs("", { default: "stderr" }),
  stats: oneOf(
    "Where the driver reads what ECS tasks use of CPU and memory, for `nomad alloc status -stats` and " +
      "the graphs of Nomad's UI: `auto`, the log events of Container Insights, where the cluster has it " +
      "turned on; `metrics`, CloudWatch's metrics, which need the cluster's setting `enhanced` and " +
      "which AWS bills for each task; `off`, nowhere.",
    ["auto", "off", "metrics"],
    { default: "auto" },
  ),
  pass_env: passEnv(
    "the container gets the job's own variables and those that name the task, its job and its " +
      "allocation (the configuration page has the list)",
  ),
  telemetry,
  allowed,
}, {
  check: checkPlugin,
  example: { enabled: true, cluster: "prod", region: "us-east-1" },
});

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
  const wrong = rules.regionBesideCluster(plugin);
  if (wrong !== undefined) {
    problems.push({ path: `${path}.region`, text: must(wrong, plugin.region) });
  }
  checkCapacity(plugin, path, problems);
}

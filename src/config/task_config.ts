import { definitionBlock } from "./definition_fields.ts";
import { definitionJson } from "./definition_json.ts";
import { volumeConfiguration } from "./ebs_volume_fields.ts";
import { sidecarLogs } from "./log_fields.ts";
import { overrides } from "./override_fields.ts";
import { placementConstraints, placementStrategy } from "./placement_fields.ts";
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
import { block, bool, type Decoded, duration, oneOf, string } from "./schema.ts";

/** The `config` block of a jobspec's task. */
export const taskConfig = block("What the driver runs for a Nomad task.", {
  task: block("The ECS task that the driver runs.", {
    launch_type: oneOf(
      "Infrastructure that ECS runs the task on; in place of `capacity_provider_strategy`. `NONE` asks " +
        "for no launch type, not even the plugin's, so that the cluster's default capacity provider " +
        "strategy decides. Managed Instances are a capacity provider. When neither option is set, " +
        "the plugin's decide, and else the cluster's default capacity provider strategy.",
      [...launchTypes, "NONE"],
    ),
    capacity_provider_strategy: capacityProviderStrategy("`launch_type` decides"),
    task_definition: string(
      "Task definition to run: `family`, which is its newest active revision, `family:revision`, or " +
        "the ARN of either. One of `task_definition`, `definition` and `definition_json` must be set.",
      { secret: false, check: rules.taskDefinition },
    ),
    definition: definitionBlock,
    definition_json: definitionJson,
    deregister: bool(
      "Whether the driver deregisters the earlier revisions that it registered for the same task of the " +
        "job, when it registers a new one for `definition` or `definition_json`. ECS tasks that run " +
        "on them go on.",
      { default: false },
    ),
    platform_version: platformVersion("it is the plugin's, and else `LATEST`"),
    network_configuration: networkConfiguration(
      "What is not set here comes from the plugin's block of the same name.",
    ),
    overrides,
    volume_configuration: volumeConfiguration,
    placement_constraints: placementConstraints,
    placement_strategy: placementStrategy,
    group: string(
      "Name of the group that the ECS task belongs to, which placement constraints can refer to. When " +
        "not set, it is `family:` and the task definition's family.",
      { secret: false, max: 255 },
    ),
    reference_id: string(
      "Reference id of the ECS task, which AWS keeps for its own use. When not set, it has none.",
      { secret: false, max: 1_024 },
    ),
    tags: tagMap(
      "Tags of the ECS task, besides the driver's own. They replace those of the plugin's " +
        "`default_tags` with the same key; both together may be 40. When not set, the task has the " +
        "plugin's.",
      userTagLimit,
    ),
    propagate_tags: propagateTags("the plugin's value holds, and else it does not"),
    enable_ecs_managed_tags: bool(
      "Whether ECS tags the task with its cluster's name. When not set, the plugin's value holds, and " +
        "else it does not.",
    ),
    enable_execute_command: bool(
      "Whether ECS Exec may be used on the task's containers; it needs a task role. When not set, the " +
        "plugin's value holds for tasks with a task role, and else it may not.",
    ),
    cluster: string(
      "ECS cluster that the task runs on: its name or its ARN. When not set, it is the plugin's.",
      { secret: false, check: rules.cluster },
    ),
    region: string(
      "AWS region of the cluster. When not set, it is that of the cluster's ARN, and else the plugin's.",
      { secret: false, check: rules.region },
    ),
    assume_role: assumeRole("it is the plugin's"),
    container: string(
      "Name of the task's main container: it gets the environment, its exit code is the Nomad task's, " +
        "and services use its ports. When not set, it is the first essential container that is no " +
        "helper; helpers are a log router (`firelens_configuration`), a proxy " +
        "(`proxy_configuration`), and what another essential container waits for. An event says which.",
      { secret: false, max: 255 },
    ),
    logs: bool(
      "Whether `nomad alloc logs` shows what the task's containers print. With `false` the driver does " +
        "not read the task's logs. It reads no logs where the plugin block has `logs = false`.",
      { default: true },
    ),
    sidecar_logs: sidecarLogs(" When not set, it is the plugin's.", {}),
    pass_env: passEnv("the plugin's globs hold"),
    advertise: oneOf(
      'IP address that Nomad services with `address_mode = "driver"` register: `private`, the ' +
        "network interface's private one; `public`, its public one, for which the driver needs the " +
        "permission `ec2:DescribeNetworkInterfaces`.",
      ["private", "public"],
      { default: "private" },
    ),
    handover: bool(
      "Whether a driver on another client may take the ECS task over, and this one another's, where the " +
        "plugin block has a `nomad` block. With `false` a drain stops the ECS task and starts another.",
      { default: true },
    ),
    start_timeout: duration(
      "Time from Nomad's call until the ECS task must have reached what `wait_for` names; the wait for " +
        "AWS's rate limits counts. After that the driver stops it, and Nomad may start the task anew. " +
        "When not set, it is the plugin's.",
      { min: "1s", max: "24h" },
    ),
    wait_for: oneOf(
      "What the start of the Nomad task waits for: `running`, the ECS task's status RUNNING; " +
        "`network`, an IP address of its network interface; `none`, RunTask's answer. When not set, " +
        "it is the plugin's.",
      waitForWords,
    ),
  }, {
    check: checkCapacity,
    example: { task_definition: "web:7", launch_type: "FARGATE" },
  }),
});

/** A task's block as it is decoded, before the plugin's defaults. */
export type TaskBlock = Decoded<typeof taskConfig>["task"];

/**
 * A task's configuration with the plugin's defaults where it says nothing itself. Durations are in
 * milliseconds.
 */
export type TaskConfig =
  & Omit<TaskBlock, "start_timeout" | "wait_for" | "launch_type" | "sidecar_logs">
  & {
    /** Undefined where the capacity provider strategy, or the cluster's default one, decides. */
    readonly launch_type: typeof launchTypes[number] | undefined;
    readonly start_timeout: number;
    readonly wait_for: NonNullable<TaskBlock["wait_for"]>;
    readonly sidecar_logs: NonNullable<TaskBlock["sidecar_logs"]>;
    /** The plugin's log group for containers without a log configuration. */
    readonly log_group: string | undefined;
    /**
     * Which values come from the plugin's defaults. Those are only for tasks whose definition they
     * suit: the network for a definition with network mode `awsvpc`, Exec for one with a task role.
     */
    readonly defaults: { readonly network: boolean; readonly execute_command: boolean };
  };

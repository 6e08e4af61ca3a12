import { definitionBlock } from "./definition_fields.ts";
import { definitionJson } from "./definition_json.ts";
import { volumeConfiguration } from "./ebs_volume_fields.ts";
import { overrides } from "./override_fields.ts";
import { placementConstraints, placementStrategy } from "./placement_fields.ts";
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
import { block, bool, type Decoded, duration, map, oneOf, string } from "./schema.ts";

/** The `config` block of a jobspec's task. */
export const taskConfig = block("The ECS task to run.", {
  task: block("What RunTask is asked for.", {
    launch_type: launchType,
    capacity_provider_strategy: capacityProviderStrategy,
    task_definition: string(
      "Task definition to run: `family` (its newest active revision), `family:revision` or the full ARN.",
      { check: rules.taskDefinition },
    ),
    definition: definitionBlock,
    definition_json: definitionJson,
    deregister: bool(
      "Whether registering a revision of `definition` or `definition_json` deregisters the earlier ones that this driver registered for the same task of the job. Tasks that run go on.",
      { default: false },
    ),
    platform_version: platformVersion,
    network_configuration: networkConfiguration,
    overrides,
    volume_configuration: volumeConfiguration,
    placement_constraints: placementConstraints,
    placement_strategy: placementStrategy,
    group: string("Task group of the task, by which placement constraints may speak of it.", {
      check: rules.upTo(255),
    }),
    reference_id: string("Reference id of the task.", { check: rules.upTo(1_024) }),
    tags: map("Tags of the ECS task, besides the driver's own and `default_tags`.", rules.tags),
    propagate_tags: propagateTags,
    enable_ecs_managed_tags: bool("Whether ECS adds its own tag of the cluster."),
    enable_execute_command: bool("Whether ECS Exec may be used on the task."),
    cluster: string("Cluster in place of the plugin's: its name or its ARN.", {
      check: rules.cluster,
    }),
    region: string("Region in place of the plugin's.", { check: rules.region }),
    assume_role: assumeRole,
    container: string(
      "Main container of the task: it gets the environment, its ports are advertised and its exit code counts. Default: the first essential container that is not a helper by the definition itself, which a log router (`firelens_configuration`), a proxy (`proxy_configuration`) and a container that another essential one waits for are. An event says which one that is, and why.",
      { check: rules.upTo(255) },
    ),
    pass_env: passEnv,
    advertise: oneOf(
      'Which address of its network interface services of `address_mode = "driver"` register: the `private` one, or the `public` one, which takes the permission `ec2:DescribeNetworkInterfaces`.',
      ["private", "public"],
      "an address to advertise",
      { default: "private" },
    ),
    start_timeout: duration("Overrides the plugin's `start_timeout` for this task.", {
      min: "1s",
      max: "24h",
    }),
    wait_for: oneOf(
      "Overrides the plugin's `wait_for` for this task.",
      waitForWords,
      "something a start can wait for",
    ),
  }),
});

/** A task's block as it is decoded, before the plugin's defaults. */
export type TaskBlock = Decoded<typeof taskConfig>["task"];

/**
 * A task's configuration with the plugin's defaults where it says nothing itself. Durations are in
 * milliseconds.
 */
export type TaskConfig =
  & Omit<TaskBlock, "start_timeout" | "wait_for">
  & {
    readonly start_timeout: number;
    readonly wait_for: NonNullable<TaskBlock["wait_for"]>;
    /**
     * What comes from the plugin's defaults, which are only for tasks whose definition they suit: the
     * network for those with one of their own, Exec for those with a task role.
     */
    readonly defaults: { readonly network: boolean; readonly execute_command: boolean };
  };

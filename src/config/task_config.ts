import { definitionBlock, definitionJson } from "./definition_fields.ts";
import type { PluginConfig } from "./plugin_config.ts";
import * as rules from "./rules.ts";
import {
  assumeRole,
  capacityProviderStrategy,
  launchType,
  networkConfiguration,
  overrides,
  passEnv,
  platformVersion,
  propagateTags,
  userTagLimit,
  volumeConfiguration,
  waitForWords,
} from "./run_task_fields.ts";
import {
  block,
  blocks,
  bool,
  type Decoded,
  duration,
  map,
  oneOf,
  type Problem,
  string,
} from "./schema.ts";

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
    placement_constraints: blocks("A rule for the container instances to run on.", {
      type: oneOf("Kind of rule.", ["distinctInstance", "memberOf"], "a placement constraint", {
        required: true,
      }),
      expression: string("Expression in the cluster query language, for `memberOf`.", {
        check: rules.upTo(2_000),
      }),
    }, { max: 10, check: checkConstraint }),
    placement_strategy: blocks("How a container instance is chosen, in order.", {
      type: oneOf("Kind of strategy.", ["random", "spread", "binpack"], "a placement strategy", {
        required: true,
      }),
      field: string(
        "What to spread over (`instanceId`, `attribute:ecs.availability-zone`, ...) or to pack by (`cpu`, `memory`).",
      ),
    }, { max: 5, check: checkStrategy }),
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
      "Container whose exit code counts and that gets the environment. Default: the first essential one.",
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

type TaskBlock = Decoded<typeof taskConfig>["task"];

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

/**
 * Fills in the plugin's defaults and adds to `problems` what is wrong with the result. `path` is the
 * HCL path of the block.
 */
export function completeTask(
  task: TaskBlock,
  plugin: PluginConfig,
  path: string,
  problems: Problem[],
): TaskConfig {
  const vpc = task.network_configuration.aws_vpc_configuration;
  const own = task.launch_type !== undefined || task.capacity_provider_strategy.length > 0;
  const capacity = own ? task : plugin;
  const { launch_type, capacity_provider_strategy } = capacity;
  const fargate = onFargate(capacity);
  const complete: TaskConfig = {
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
  check(complete, path, problems);
  return complete;
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

function check(task: TaskConfig, path: string, problems: Problem[]): void {
  const add = (name: string, text: string) => problems.push({ path: `${path}.${name}`, text });
  checkSource(task, add);
  const fargate = onFargate(task);
  const vpc = task.network_configuration.aws_vpc_configuration;
  const needsSubnets = fargate === true
    ? task.launch_type === "FARGATE" ? `launch_type "FARGATE"` : "Fargate"
    : (vpc.security_groups ?? []).length > 0
    ? "security_groups"
    : vpc.assign_public_ip === "ENABLED"
    ? `assign_public_ip "ENABLED"`
    : undefined;
  if ((vpc.subnets ?? []).length === 0 && needsSubnets !== undefined) {
    add(
      "network_configuration.aws_vpc_configuration.subnets",
      `= [] is empty; ${needsSubnets} needs from 1 to 16 subnets`,
    );
  }
  if (vpc.assign_public_ip === "ENABLED" && task.launch_type === "EC2") {
    add(
      "network_configuration.aws_vpc_configuration.assign_public_ip",
      `= "ENABLED" is not for launch_type "EC2"; use "DISABLED", or Fargate`,
    );
  }
  if (task.advertise === "public" && vpc.assign_public_ip !== "ENABLED") {
    add(
      "advertise",
      `= "public" needs network_configuration.aws_vpc_configuration.assign_public_ip = "ENABLED"`,
    );
  }
  if (task.advertise === "public" && task.wait_for === "none") {
    add("wait_for", `= "none" contradicts advertise = "public"; wait for "running" or "network"`);
  }
  if (task.launch_type !== undefined && task.capacity_provider_strategy.length > 0) {
    add(
      "launch_type",
      `= "${task.launch_type}" contradicts capacity_provider_strategy; set only one of them`,
    );
  }
  const bases = task.capacity_provider_strategy.filter(({ base }) => (base ?? 0) > 0);
  if (bases.length > 1) {
    add("capacity_provider_strategy", "has several entries with a base; one may have a base");
  }
  const strategy = task.capacity_provider_strategy;
  if (strategy.length > 0 && strategy.every(({ weight }) => (weight ?? 0) === 0)) {
    add("capacity_provider_strategy", "has no entry with a weight; one at least needs a weight");
  }
  const fargateProviders = strategy.filter(isFargateProvider).length;
  if (fargateProviders > 0 && fargateProviders < strategy.length) {
    add(
      "capacity_provider_strategy",
      "mixes FARGATE or FARGATE_SPOT with other capacity providers; use one kind or the other",
    );
  }
  if (fargate === true) {
    if (task.placement_constraints.length > 0) {
      add("placement_constraints", "are not for Fargate, which has no container instances");
    }
    if (task.placement_strategy.length > 0) {
      add("placement_strategy", "is not for Fargate, which has no container instances");
    }
    const { cpu, memory } = task.overrides;
    if (cpu !== undefined && memory !== undefined) {
      const wrong = rules.fargateSize(cpu, memory);
      if (wrong !== undefined) add("overrides", wrong);
    }
  }
  if (fargate === false) {
    if (task.platform_version !== undefined) {
      add("platform_version", `= "${task.platform_version}" is for Fargate only; leave it out`);
    }
    if (task.overrides.ephemeral_storage !== undefined) {
      add("overrides.ephemeral_storage", "is for Fargate only; leave it out");
    }
  }
  const tags = Object.keys(task.tags).length;
  if (tags > userTagLimit) {
    add("tags", `are ${tags} with default_tags; at most ${userTagLimit} are allowed`);
  }
  const named = task.overrides.container.map(({ name }) => name);
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) {
    add("overrides.container", `names ${JSON.stringify(twice)} twice; name a container once`);
  }
  const contradiction = rules.regionAgainst(task);
  if (contradiction !== undefined) add("region", contradiction);
}

/** One of the three ways to say what runs. */
function checkSource(
  { task_definition, definition, definition_json }: TaskConfig,
  add: (name: string, text: string) => void,
): void {
  const set = Object.entries({ task_definition, definition, definition_json })
    .filter(([, value]) => value !== undefined).map(([name]) => name);
  if (set.length === 0) {
    add(
      "task_definition",
      `= "" is empty; set it to "family", "family:revision" or a task definition's ARN, or write ` +
        `the definition here as definition or definition_json`,
    );
  }
  if (set.length > 1) {
    const [first = "", ...others] = set;
    add(first, `stands beside ${others.join(" and ")}; set only one of them`);
  }
}

/** Whether the task is sure to run on Fargate, or sure not to; undefined where ECS decides. */
export function onFargate(
  { launch_type, capacity_provider_strategy }: Pick<
    TaskConfig,
    "launch_type" | "capacity_provider_strategy"
  >,
): boolean | undefined {
  if (launch_type !== undefined) return launch_type === "FARGATE";
  if (capacity_provider_strategy.length === 0) return undefined;
  return capacity_provider_strategy.some(isFargateProvider);
}

function isFargateProvider({ capacity_provider }: { capacity_provider: string }): boolean {
  return capacity_provider === "FARGATE" || capacity_provider === "FARGATE_SPOT";
}

function checkConstraint(
  { type, expression }: { type: string; expression: string | undefined },
  path: string,
  problems: Problem[],
): void {
  if (type === "memberOf" && expression === undefined) {
    problems.push({ path: `${path}.expression`, text: `is not set; type "memberOf" needs it` });
  }
  if (type === "distinctInstance" && expression !== undefined) {
    problems.push({
      path: `${path}.expression`,
      text: `= ${JSON.stringify(expression)} is not for type "distinctInstance"; leave it out`,
    });
  }
}

function checkStrategy(
  { type, field }: { type: string; field: string | undefined },
  path: string,
  problems: Problem[],
): void {
  const add = (text: string) => problems.push({ path: `${path}.field`, text });
  if (type === "random" && field !== undefined) {
    add(`= ${JSON.stringify(field)} is not for type "random"; leave it out`);
  }
  if (type === "spread" && field === undefined) {
    add(`is not set; type "spread" needs it, as "attribute:ecs.availability-zone"`);
  }
  if (type === "binpack" && field !== "cpu" && field !== "memory") {
    add(`= ${JSON.stringify(field ?? "")} is not for type "binpack"; use "cpu" or "memory"`);
  }
}

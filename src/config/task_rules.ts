import { fargateSize } from "./fargate_limits.ts";
import { isFargateProvider, onFargate } from "./on_fargate.ts";
import type { AddProblem, Problem } from "./field.ts";
import * as rules from "./rules.ts";
import { userTagLimit } from "./task_and_plugin_fields.ts";
import { must, mustSecret } from "./show.ts";
import type { TaskConfig } from "./task_config.ts";

const vpcPath = "network_configuration.aws_vpc_configuration";

/**
 * Adds to `problems` what is wrong with a task's options taken together, with the plugin's defaults
 * filled in. `path` is the HCL path of the task's block.
 */
export function checkTask(task: TaskConfig, path: string, problems: Problem[]): void {
  const add: AddProblem = (name, text) => problems.push({ path: `${path}.${name}`, text });
  const fargate = onFargate(task);
  checkSource(task, add);
  checkNetwork(task, fargate, add);
  checkStrategy(task, add);
  if (fargate === true) checkOnFargate(task, add);
  if (fargate === false) checkElsewhere(task, add);
  const tags = Object.keys(task.tags).length;
  if (tags > userTagLimit) {
    add("tags", `must have at most ${userTagLimit} entries with default_tags; got ${tags}`);
  }
  const region = rules.regionBesideCluster(task);
  if (region !== undefined) add("region", must(region, task.region));
}

/** Refuses a task that says what runs in none or in several of the three ways. */
function checkSource(
  { task_definition, definition, definition_json }: TaskConfig,
  add: AddProblem,
): void {
  if (task_definition === undefined && definition === undefined && definition_json === undefined) {
    add(
      "task_definition",
      `must be "family", "family:revision" or a task definition's ARN, or else definition or ` +
        `definition_json must be set; got nothing`,
    );
  }
  if (task_definition !== undefined && (definition ?? definition_json) !== undefined) {
    const other = definition === undefined ? "definition_json" : "definition";
    add("task_definition", must(`be left out beside ${other}`, task_definition));
  } else if (definition !== undefined && definition_json !== undefined) {
    add("definition_json", mustSecret("be left out beside definition", definition_json));
  }
}

function checkNetwork(task: TaskConfig, fargate: boolean | undefined, add: AddProblem): void {
  const { subnets, security_groups, assign_public_ip } =
    task.network_configuration.aws_vpc_configuration;
  const needsSubnets = fargate === true
    ? task.launch_type === "FARGATE" ? `launch_type "FARGATE"` : "Fargate"
    : (security_groups ?? []).length > 0
    ? "security_groups"
    : assign_public_ip === "ENABLED"
    ? `assign_public_ip "ENABLED"`
    : undefined;
  if ((subnets ?? []).length === 0 && needsSubnets !== undefined) {
    add(`${vpcPath}.subnets`, must(`have 1 to 16 subnets for ${needsSubnets}`, subnets ?? []));
  }
  if (assign_public_ip === "ENABLED" && task.launch_type === "EC2") {
    add(
      `${vpcPath}.assign_public_ip`,
      must(`be "DISABLED" or left out for launch_type "EC2"`, assign_public_ip),
    );
  }
  if (task.advertise === "public" && assign_public_ip !== "ENABLED") {
    add("advertise", must(`be "private", or ${vpcPath}.assign_public_ip "ENABLED"`, "public"));
  }
  if (task.advertise === "public" && task.wait_for === "none") {
    add("wait_for", must(`be "running" or "network" for advertise = "public"`, task.wait_for));
  }
}

function checkStrategy(
  { capacity_provider_strategy: strategy }: TaskConfig,
  add: AddProblem,
): void {
  const bases = strategy.filter(({ base }) => (base ?? 0) > 0).length;
  if (bases > 1) {
    add("capacity_provider_strategy", `must have at most 1 block with a base; got ${bases}`);
  }
  if (strategy.length > 0 && strategy.every(({ weight }) => (weight ?? 0) === 0)) {
    add("capacity_provider_strategy", "must have a block with a weight above 0; got none");
  }
  const fargate = strategy.filter(isFargateProvider).length;
  if (fargate > 0 && fargate < strategy.length) {
    const others = strategy.filter((block) => !isFargateProvider(block));
    add(
      "capacity_provider_strategy",
      must(
        "have only FARGATE and FARGATE_SPOT, or none of them",
        others.map(({ capacity_provider }) => capacity_provider),
      ),
    );
  }
}

function checkOnFargate(task: TaskConfig, add: AddProblem): void {
  const { placement_constraints, placement_strategy, overrides: { cpu, memory } } = task;
  const why = "be left out on Fargate, which has no container instances";
  if (placement_constraints.length > 0) {
    add("placement_constraints", must(why, placement_constraints.map(({ type }) => type)));
  }
  if (placement_strategy.length > 0) {
    add("placement_strategy", must(why, placement_strategy.map(({ type }) => type)));
  }
  const wrong = cpu === undefined || memory === undefined ? undefined : fargateSize(cpu, memory);
  if (wrong !== undefined) add(`overrides.${wrong.of}`, wrong.text);
}

function checkElsewhere({ platform_version, overrides }: TaskConfig, add: AddProblem): void {
  if (platform_version !== undefined) {
    add("platform_version", must("be left out other than on Fargate", platform_version));
  }
  if (overrides.ephemeral_storage !== undefined) {
    const { size_in_gib } = overrides.ephemeral_storage;
    add(
      "overrides.ephemeral_storage.size_in_gib",
      must("be left out other than on Fargate", size_in_gib),
    );
  }
}

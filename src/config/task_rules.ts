import { fargateSize, isFargateProvider, onFargate } from "./fargate.ts";
import * as rules from "./rules.ts";
import { userTagLimit } from "./run_task_fields.ts";
import type { AddProblem, Problem } from "./field.ts";
import type { TaskConfig } from "./task_config.ts";

/**
 * Adds to `problems` what is wrong with a task's options taken together, with the plugin's defaults
 * filled in. `path` is the HCL path of the task's block.
 */
export function checkTask(task: TaskConfig, path: string, problems: Problem[]): void {
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
      const wrong = fargateSize(cpu, memory);
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
  add: AddProblem,
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

import type { AddProblem, Problem } from "../../config/field.ts";
import { fargateSize, fargateWindowsCpu } from "../../config/fargate_limits.ts";
import { onFargate } from "../../config/on_fargate.ts";
import { choice, keyOf, must, mustSecret, show } from "../../config/show.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import type { DefinitionFacts } from "../definition/facts.ts";

/** The task's configuration without the plugin's defaults that do not suit its definition. */
export function withoutUnsuitableDefaults(
  config: TaskConfig,
  definition: DefinitionFacts | undefined,
): TaskConfig {
  if (definition === undefined) return config;
  const { defaults, overrides } = config;
  const noNetwork = defaults.network && definition.networkMode !== "awsvpc";
  const noExec = defaults.execute_command && !definition.hasTaskRole && !overrides.task_role_arn;
  const none = { assign_public_ip: undefined, security_groups: undefined, subnets: undefined };
  return {
    ...config,
    ...(noNetwork ? { network_configuration: { aws_vpc_configuration: none } } : {}),
    ...(noExec ? { enable_execute_command: undefined } : {}),
  };
}

/** Why ECS would refuse the task with this definition. `path` is the HCL path of the task's block. */
export function problemsWith(
  config: TaskConfig,
  definition: DefinitionFacts,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  const add = (name: string, text: string) => problems.push({ path: `${path}.${name}`, text });
  checkContainers(config, definition, add);
  checkNetwork(config, definition, add);
  checkLaunchType(config, definition, add);
  checkVolumes(config, definition, add);
  return problems;
}

function checkContainers(
  { container, overrides }: TaskConfig,
  { arn, containers }: DefinitionFacts,
  add: AddProblem,
): void {
  const names = containers.map(({ name }) => name);
  const named = [
    { path: "container", name: container },
    ...overrides.container.map(({ name }, index) => ({
      path: `overrides.container[${index}].name`,
      name,
    })),
  ];
  for (const { path, name } of named) {
    if (name === undefined || names.includes(name)) continue;
    add(path, must(`be a container of ${shortName(arn)}, which is ${choice(names)}`, name));
  }
  overrides.container.forEach(({ name, environment }, index) => {
    const secrets = containers.find((known) => known.name === name)?.secrets ?? [];
    const secret = secrets.find((variable) => environment[variable] !== undefined);
    if (secret === undefined) return;
    add(
      `overrides.container[${index}].environment${keyOf(secret)}`,
      mustSecret(
        `be left out, as ${shortName(arn)} has a secret of that name`,
        environment[secret],
      ),
    );
  });
}

function checkNetwork(
  { network_configuration }: TaskConfig,
  { arn, networkMode }: DefinitionFacts,
  add: AddProblem,
): void {
  const path = "network_configuration.aws_vpc_configuration.subnets";
  const subnets = network_configuration.aws_vpc_configuration.subnets ?? [];
  const mode = `network mode "${networkMode}", which ${shortName(arn)} has`;
  if (networkMode === "awsvpc" && subnets.length === 0) {
    add(path, must(`have 1 to 16 subnets for ${mode}`, subnets));
  }
  if (networkMode !== "awsvpc" && subnets.length > 0) {
    add(path, must(`be left out for ${mode}`, subnets));
  }
}

function checkLaunchType(
  config: TaskConfig,
  { arn, compatibilities, cpu, memory, hasTaskRole, isForWindows }: DefinitionFacts,
  add: AddProblem,
): void {
  const { launch_type, overrides } = config;
  if (config.enable_execute_command === true && !hasTaskRole && !overrides.task_role_arn) {
    add(
      "enable_execute_command",
      must(
        `be left out, or overrides.task_role_arn be set, as ${shortName(arn)} has no task role`,
        true,
      ),
    );
  }
  const wanted = launch_type ?? (onFargate(config) === true ? "FARGATE" : undefined);
  if (
    wanted !== undefined && compatibilities !== undefined && !compatibilities.includes(wanted)
  ) {
    add(
      launch_type === undefined ? "capacity_provider_strategy" : "launch_type",
      must(
        `be one that ${shortName(arn)} can run on: ${choice(compatibilities) || "none"}`,
        wanted,
      ),
    );
  }
  const size = { cpu: overrides.cpu ?? cpu, memory: overrides.memory ?? memory };
  const own = overrides.cpu !== undefined || overrides.memory !== undefined;
  if (onFargate(config) !== true || !own || size.cpu === undefined || size.memory === undefined) {
    return;
  }
  if (isForWindows && overrides.cpu !== undefined && !fargateWindowsCpu.includes(overrides.cpu)) {
    const all = fargateWindowsCpu.join(", ");
    const what = `be one of ${all}, as ${shortName(arn)} is for Windows on Fargate`;
    return add("overrides.cpu", must(what, overrides.cpu));
  }
  const wrong = fargateSize(size.cpu, size.memory);
  if (wrong === undefined) return;
  const whose = overrides[wrong.of] === undefined ? `, of ${shortName(arn)}` : "";
  add(`overrides.${wrong.of}`, `${wrong.text}${whose}`);
}

function checkVolumes(
  { volume_configuration }: TaskConfig,
  { arn, openVolumes }: DefinitionFacts,
  add: AddProblem,
): void {
  const what = `be a volume that ${shortName(arn)} leaves to be configured at launch: ` +
    (choice(openVolumes) || "none");
  const names = volume_configuration.map(({ name }) => name);
  names.forEach((name, index) => {
    if (openVolumes.includes(name)) return;
    add(`volume_configuration[${index}].name`, must(what, name));
  });
  const missing = openVolumes.find((name) => !names.includes(name));
  if (missing !== undefined && names.length === 0) {
    add(
      "volume_configuration",
      must(
        `be set, as ${shortName(arn)} leaves volume ${show(missing)} to be configured`,
        undefined,
      ),
    );
  }
}

/** `family:revision`. */
function shortName(arn: string): string {
  return arn.replace(/^.*\//, "");
}

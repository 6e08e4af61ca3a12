import type { Problem } from "../config/schema.ts";
import { fargateSize } from "../config/rules.ts";
import type { TaskConfig } from "../config/task_config.ts";
import type { DefinitionFacts } from "./definitions.ts";

/** What ECS would refuse a task for, seen its definition. `path` is the HCL path of the task's block. */
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

type Add = (name: string, text: string) => void;

function checkContainers(
  { container, overrides }: TaskConfig,
  { arn, containers }: DefinitionFacts,
  add: Add,
): void {
  const names = containers.map(({ name }) => name);
  const has = `${shortName(arn)} has ${names.map((name) => JSON.stringify(name)).join(", ")}`;
  const named = [
    { path: "container", name: container },
    ...overrides.container.map(({ name }, index) => ({
      path: `overrides.container[${index}].name`,
      name,
    })),
  ];
  for (const { path, name } of named) {
    if (name === undefined || names.includes(name)) continue;
    add(path, `= ${JSON.stringify(name)} is no container of the task definition; ${has}`);
  }
}

function checkNetwork(
  { network_configuration }: TaskConfig,
  { arn, networkMode }: DefinitionFacts,
  add: Add,
): void {
  const path = "network_configuration.aws_vpc_configuration.subnets";
  const subnets = network_configuration.aws_vpc_configuration.subnets ?? [];
  const mode = `${shortName(arn)} has network mode "${networkMode}"`;
  if (networkMode === "awsvpc" && subnets.length === 0) {
    add(path, `= [] is empty; ${mode}, which needs from 1 to 16 subnets`);
  }
  if (networkMode !== "awsvpc" && subnets.length > 0) {
    add(path, `= ${JSON.stringify(subnets)} is for network mode "awsvpc"; ${mode}`);
  }
}

function checkLaunchType(
  { launch_type, overrides }: TaskConfig,
  { arn, compatibilities, cpu, memory }: DefinitionFacts,
  add: Add,
): void {
  if (launch_type === undefined) return;
  if (compatibilities.length > 0 && !compatibilities.includes(launch_type)) {
    add(
      "launch_type",
      `= "${launch_type}" is not one that ${shortName(arn)} can run on; it can run on ` +
        compatibilities.map((word) => JSON.stringify(word)).join(", "),
    );
  }
  const size = { cpu: overrides.cpu ?? cpu, memory: overrides.memory ?? memory };
  const own = overrides.cpu !== undefined || overrides.memory !== undefined;
  if (launch_type !== "FARGATE" || !own || size.cpu === undefined || size.memory === undefined) {
    return;
  }
  const wrong = fargateSize(size.cpu, size.memory);
  if (wrong !== undefined) add("overrides", `with ${shortName(arn)}: ${wrong}`);
}

function checkVolumes(
  { volume_configuration }: TaskConfig,
  { arn, openVolumes }: DefinitionFacts,
  add: Add,
): void {
  const open = openVolumes.map((name) => JSON.stringify(name)).join(", ");
  const has = openVolumes.length === 0 ? "leaves none" : `leaves ${open}`;
  const names = volume_configuration.map(({ name }) => name);
  names.forEach((name, index) => {
    if (openVolumes.includes(name)) return;
    add(
      `volume_configuration[${index}].name`,
      `= ${JSON.stringify(name)} is no volume to be configured at launch; ${shortName(arn)} ${has}`,
    );
  });
  const missing = openVolumes.find((name) => !names.includes(name));
  if (missing !== undefined && names.length === 0) {
    add(
      "volume_configuration",
      `is not set; ${shortName(arn)} leaves volume ${JSON.stringify(missing)} to be configured`,
    );
  }
}

/** `family:revision`. */
function shortName(arn: string): string {
  return arn.replace(/^.*\//, "");
}

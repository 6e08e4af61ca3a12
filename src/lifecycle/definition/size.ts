import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { fargateSize, fargateSizeFor, onFargate } from "../../config/fargate.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { LaunchError } from "../launch_error.ts";
import { sizeNumber } from "./facts.ts";

/** What Nomad's `resources` block gives a task: MHz of CPU, and MiB of memory. */
export type Resources = { readonly cpu: number; readonly memory: number };

/** Fewest CPU units of a task on container instances. */
const leastCpu = 128;
/** Fewest CPU units of a Windows task on Fargate. */
const windowsCpu = 1_024;

/** CPU and memory as ECS writes them, where `resources` or Fargate's sizes decide them. */
export function sizeOf(
  input: RegisterTaskDefinitionCommandInput,
  config: TaskConfig,
  resources: Resources,
  path: string,
): { size: { cpu?: string; memory?: string }; notes: string[] } {
  const fixed = { cpu: sizeNumber(input.cpu), memory: sizeNumber(input.memory) };
  const fargate = isForFargate(input.requiresCompatibilities, config);
  if (fixed.cpu !== undefined && fixed.memory !== undefined) {
    const wrong = fargate ? fargateSize(fixed.cpu, fixed.memory) : undefined;
    if (wrong !== undefined) throw new LaunchError(`${path}: ${wrong}`, false);
    return { size: {}, notes: [] };
  }
  if (!fargate) return { size: sizeOnInstances(input, fixed, resources), notes: [] };
  const windows = input.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") ?? false;
  const least = { ...resources, cpu: Math.max(resources.cpu, windows ? windowsCpu : 0) };
  const size = fargateSizeFor(least, fixed);
  const asked = `cpu = ${fixed.cpu ?? `${resources.cpu} (of resources)`} and ` +
    `memory = ${fixed.memory ?? `${resources.memory} (of resources)`}`;
  if (size === undefined) {
    throw new LaunchError(
      `${path}: ${asked} fit no size of Fargate, which has from 256 CPU units with 512 MiB to ` +
        `16384 with 122880; set cpu and memory there, or resources to less`,
      false,
    );
  }
  return {
    size: { cpu: String(size.cpu), memory: String(size.memory) },
    notes: [`The task's size: ${asked} come to ${size.cpu} CPU units and ${size.memory} MiB`],
  };
}

/**
 * The size of a task on container instances. Limits of each container may stand for the task's, which
 * ECS does not ask for there.
 */
function sizeOnInstances(
  { containerDefinitions = [] }: RegisterTaskDefinitionCommandInput,
  fixed: { cpu: number | undefined; memory: number | undefined },
  resources: Resources,
): { cpu?: string; memory?: string } {
  const limited = containerDefinitions.every(({ memory, memoryReservation }) =>
    memory !== undefined || memoryReservation !== undefined
  );
  const reserved = containerDefinitions.some(({ cpu }) => (cpu ?? 0) > 0);
  return {
    ...(fixed.cpu !== undefined || reserved || resources.cpu <= 0
      ? {}
      : { cpu: String(Math.max(leastCpu, resources.cpu)) }),
    ...(fixed.memory !== undefined || limited || resources.memory <= 0
      ? {}
      : { memory: String(resources.memory) }),
  };
}

/** Whether a definition for these launch types is sure to be checked for Fargate. */
export function isForFargate(
  launchTypes: readonly string[] | undefined,
  config: TaskConfig,
): boolean {
  return onFargate(config) === true || (launchTypes ?? []).includes("FARGATE");
}

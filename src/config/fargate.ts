import { choice, must } from "./show.ts";

/*
 * AWS Fargate: which tasks run on it, and the task sizes that it has.
 */

/** What says on which infrastructure a task runs. */
type Capacity = {
  readonly launch_type: string | undefined;
  readonly capacity_provider_strategy: readonly { readonly capacity_provider: string }[];
};

/** Whether the task is sure to run on Fargate, or sure not to; undefined where ECS decides. */
export function onFargate(
  { launch_type, capacity_provider_strategy }: Capacity,
): boolean | undefined {
  if (launch_type !== undefined) return launch_type === "FARGATE";
  if (capacity_provider_strategy.length === 0) return undefined;
  return capacity_provider_strategy.some(isFargateProvider);
}

/** Whether a capacity provider is one of Fargate's own. */
export function isFargateProvider({ capacity_provider }: { capacity_provider: string }): boolean {
  return capacity_provider === "FARGATE" || capacity_provider === "FARGATE_SPOT";
}

/**
 * Fargate's task sizes: CPU units, then the least memory, the most, and the step, in MiB. From the
 * documentation of RegisterTaskDefinition's `memory`.
 */
const fargateSizes: readonly (readonly [cpu: number, least: number, most: number, step: number])[] =
  [
    [256, 512, 2_048, 1_024],
    [512, 1_024, 4_096, 1_024],
    [1_024, 2_048, 8_192, 1_024],
    [2_048, 4_096, 16_384, 1_024],
    [4_096, 8_192, 30_720, 1_024],
    [8_192, 16_384, 61_440, 4_096],
    [16_384, 32_768, 122_880, 8_192],
  ];

/**
 * What is wrong with CPU units and MiB of memory as the size of a Fargate task: the refusal of one of
 * the two, to follow its path.
 */
export function fargateSize(
  cpu: number,
  memory: number,
): { readonly of: "cpu" | "memory"; readonly text: string } | undefined {
  const size = fargateSizes.find(([units]) => units === cpu);
  if (size === undefined) {
    const all = choice(fargateSizes.map(([units]) => units));
    return { of: "cpu", text: must(`be ${all} on Fargate`, cpu) };
  }
  const [, least, most, step] = size;
  const fits = memory === least || (memory > least && memory <= most && memory % step === 0);
  const what = `be ${least}, or a multiple of ${step} up to ${most}, on Fargate with cpu = ${cpu}`;
  return fits ? undefined : { of: "memory", text: must(what, memory) };
}

/**
 * The smallest Fargate size with at least this much CPU and memory. A number that is `fixed` stays as it
 * is. Undefined where Fargate has no such size.
 */
export function fargateSizeFor(
  least: { cpu: number; memory: number },
  fixed: { cpu: number | undefined; memory: number | undefined },
): { cpu: number; memory: number } | undefined {
  for (const [units, smallest, most, step] of fargateSizes) {
    if (fixed.cpu === undefined ? units < least.cpu : units !== fixed.cpu) continue;
    const wanted = fixed.memory ?? least.memory;
    const memory = wanted <= smallest ? smallest : Math.ceil(wanted / step) * step;
    if (memory > most || (fixed.memory !== undefined && memory !== fixed.memory)) continue;
    return { cpu: units, memory };
  }
  return undefined;
}

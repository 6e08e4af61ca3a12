import { choice, either, must } from "./show.ts";

/*
 * The limits of AWS Fargate, each of which stands here alone. What Fargate does not take at all is in
 * `lifecycle/definition/fargate_rules.ts`.
 */

/**
 * GiB of a task's ephemeral storage: what may be asked for, and what a task has that asks for none. By the
 * documentation of EphemeralStorage.
 */
export const fargateStorage = { min: 21, max: 200, unset: 20 } as const;

/** Seconds that a container's `startTimeout` and `stopTimeout` may be, by its documentation. */
export const fargateTimeout = { min: 2, max: 120 } as const;

/** CPU units that a task for Windows may have. */
export const fargateWindowsCpu: readonly number[] = [1_024, 2_048, 4_096];

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

/** The CPU units that a task may have, as the reference lists them. */
export const fargateCpuInWords = either(fargateSizes.map(([cpu]) => `\`${cpu}\``));

/** The smallest and the largest size, in words. */
export const fargateSizesInWords = sizesInWords();

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

function sizesInWords(): string {
  const [leastCpu, leastMemory] = fargateSizes[0] ?? [];
  const [mostCpu, , mostMemory] = fargateSizes.at(-1) ?? [];
  return `from ${leastCpu} CPU units with ${leastMemory} MiB to ${mostCpu} with ${mostMemory}`;
}

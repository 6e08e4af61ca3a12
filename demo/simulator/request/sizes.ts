import { type Input, objects, optionalString } from "./input.ts";

/** The CPU units and MiB of a task. Undefined where not given. */
export type TaskSize = { readonly cpu: number | undefined; readonly memory: number | undefined };

/** What a container reserves: CPU units, and MiB as hard limit and as soft limit. */
export type ContainerSize = {
  readonly name: string;
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  readonly memoryReservation: number | undefined;
};

/** Least and most CPU units that a task outside of Fargate can have. */
const leastCpu = 128;
const mostCpu = 196_608;

/** Sizes of Fargate: CPU units to least MiB, most MiB and step. */
const fargateSizes: ReadonlyMap<number, readonly [number, number, number]> = new Map([
  [256, [512, 2_048, 1_024]],
  [512, [1_024, 4_096, 1_024]],
  [1_024, [2_048, 8_192, 1_024]],
  [2_048, [4_096, 16_384, 1_024]],
  [4_096, [8_192, 30_720, 1_024]],
  [8_192, [16_384, 61_440, 4_096]],
  [16_384, [32_768, 122_880, 8_192]],
]);

/**
 * Reads the size of a task from a definition or an override: CPU as "1024" units or "1 vCPU", memory
 * as "2048" MiB or "2 GB". Throws what `refuse` makes where a text is no size.
 */
export function taskSize(input: Input, refuse: (message: string) => Error): TaskSize {
  const cpu = amount(optionalString(input, "cpu"), "vcpu");
  const memory = amount(optionalString(input, "memory"), "gb");
  if (cpu !== undefined && !(cpu >= leastCpu && cpu <= mostCpu)) {
    throw refuse("Invalid 'cpu' setting for task.");
  }
  if (memory !== undefined && !(memory >= 1)) throw refuse("Invalid 'memory' setting for task.");
  return { cpu, memory };
}

/** Whether Fargate offers this size. Windows has 1 to 4 vCPU, on x86 only. */
export function isFargateSize(
  { cpu, memory }: TaskSize,
  platform: { windows: boolean; arm: boolean },
): boolean {
  const size = fargateSizes.get(cpu ?? 0);
  if (size === undefined || cpu === undefined || memory === undefined) return false;
  if (platform.windows && (cpu < 1_024 || cpu > 4_096 || platform.arm)) return false;
  const [least, most, step] = size;
  return memory === least || (memory > least && memory <= most && memory % step === 0);
}

/** The sizes of a definition's containers. An override of a container wins. */
export function containerSizes(definition: Input, overrides: readonly Input[] = []) {
  return objects(definition, "containerDefinitions").map((container): ContainerSize => {
    const override = overrides.find((candidate) => candidate["name"] === container["name"]) ?? {};
    const number = (key: string) => {
      const value = override[key] ?? container[key];
      return typeof value === "number" ? value : undefined;
    };
    return {
      name: String(container["name"]),
      cpu: number("cpu"),
      memory: number("memory"),
      memoryReservation: number("memoryReservation"),
    };
  });
}

/** Why the containers do not fit into their task. Undefined: they fit. */
export function sizeProblem(task: TaskSize, containers: readonly ContainerSize[]) {
  let cpuInAll = 0;
  let memoryInAll = 0;
  for (const { name, cpu, memory, memoryReservation } of containers) {
    if ((task.memory ?? memory ?? memoryReservation) === undefined) {
      return `Invalid setting for container '${name}'. ` +
        "At least one of 'memory' or 'memoryReservation' must be specified.";
    }
    if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation) {
      return `Invalid setting for container '${name}'. ` +
        "'memory' must be greater than or equal to 'memoryReservation'.";
    }
    for (const [setting, value] of Object.entries({ memory, memoryReservation })) {
      if (value !== undefined && value > (task.memory ?? Infinity)) {
        return `The '${setting}' setting for container '${name}' is greater than for the task.`;
      }
    }
    cpuInAll += cpu ?? 0;
    // ECS reserves the soft limit of a container that has one.
    memoryInAll += memoryReservation ?? memory ?? 0;
  }
  const over = cpuInAll > (task.cpu ?? Infinity)
    ? "cpu"
    : memoryInAll > (task.memory ?? Infinity)
    ? "memory"
    : undefined;
  return over === undefined ? undefined : `The sum of all container '${over}' values cannot be ` +
    `greater than the value of the task '${over}'.`;
}

/** Reads "512" as 512 and "2 GB" as 2,048. NaN for any other text. */
function amount(text: string | undefined, unit: "vcpu" | "gb"): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text);
  const [, number, given] = /^([0-9]*\.?[0-9]+) *([a-z]+)$/i.exec(text) ?? [];
  const whole = Number(number) * 1_024;
  return given?.toLowerCase() === unit && Number.isInteger(whole) ? whole : NaN;
}

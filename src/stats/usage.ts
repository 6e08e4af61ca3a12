/** What an ECS task uses, as it was measured at one time. At least one of the two is known. */
export type Usage = {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** CPU units; undefined where they were not measured. */
  readonly cpuUnits: number | undefined;
  /** Bytes of memory without the page cache; undefined where they were not measured. */
  readonly memoryBytes: number | undefined;
};

/** What AWS says of a task at one time. Nothing in it has been checked. */
export type Measurement = {
  /** Milliseconds since the Unix epoch. */
  readonly at: unknown;
  /** CPU units. */
  readonly cpuUtilized: unknown;
  /** MiB, which CloudWatch calls Megabytes. */
  readonly memoryUtilized: unknown;
};

/** CPU units of a core. */
const unitsOfCore = 1_024;
/** CPU units of 1,024 cores, more than any instance of EC2 has. */
const mostCpuUnits = 1_024 * unitsOfCore;
/** MiB of 1 PiB, more than any instance of EC2 has. */
const mostMemory = 2 ** 30;
const mebibyte = 1_024 * 1_024;

/**
 * The usage that a measurement tells; undefined where it tells none. A number that no task can use is
 * taken as not measured.
 */
export function usageOf({ at, cpuUtilized, memoryUtilized }: Measurement): Usage | undefined {
  if (!Number.isSafeInteger(at)) return undefined;
  const cpuUnits = amountUpTo(mostCpuUnits, cpuUtilized);
  const memory = amountUpTo(mostMemory, memoryUtilized);
  if (cpuUnits === undefined && memory === undefined) return undefined;
  const memoryBytes = memory === undefined ? undefined : Math.round(memory * mebibyte);
  return { at: Number(at), cpuUnits, memoryBytes };
}

/** CPU units as per cent of one core: a task that keeps two cores busy uses 200. */
export function cpuPercent(cpuUnits: number): number {
  return cpuUnits / unitsOfCore * 100;
}

function amountUpTo(most: number, value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= most ? value : undefined;
}

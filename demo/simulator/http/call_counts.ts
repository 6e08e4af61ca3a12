/** Calls that the simulator has had. */
export type CallCounts = {
  readonly byOperation: Record<string, number>;
  /** The most calls in any span of one second. */
  readonly peakPerSecond: number;
  /** Calls by operation, by the access key id or the role's ARN and session name of the caller. */
  readonly byIdentity: Record<string, Record<string, number>>;
};

/** Counts calls. */
export type CallCounter = {
  count(operation: string): void;
  countAs(identity: string, operation: string): void;
  read(): CallCounts;
  reset(): void;
};

/** Makes a counter. `now` is a clock in milliseconds that never goes back. */
export function createCallCounter(now: () => number): CallCounter {
  let byOperation: Record<string, number> = {};
  let byIdentity: Record<string, Record<string, number>> = {};
  let lastSecond: number[] = [];
  let peakPerSecond = 0;
  return {
    count: (operation) => {
      byOperation[operation] = (byOperation[operation] ?? 0) + 1;
      const at = now();
      lastSecond.push(at);
      while (at - (lastSecond[0] ?? at) >= 1_000) lastSecond.shift();
      peakPerSecond = Math.max(peakPerSecond, lastSecond.length);
    },
    countAs: (identity, operation) => {
      const counts = byIdentity[identity] ??= {};
      counts[operation] = (counts[operation] ?? 0) + 1;
    },
    read: () => ({
      byOperation: { ...byOperation },
      byIdentity: structuredClone(byIdentity),
      peakPerSecond,
    }),
    reset: () => {
      byOperation = {};
      byIdentity = {};
      lastSecond = [];
      peakPerSecond = 0;
    },
  };
}

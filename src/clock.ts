/**
 * Time as the driver sees it. Everything that waits or stamps takes a `Clock`, so that a test can
 * own time.
 */
export type Clock = {
  /** Wall-clock time in milliseconds since the Unix epoch. It may jump: stamp with it, never measure. */
  now(): number;
  /** Milliseconds since an arbitrary start. It never jumps: measure with it. */
  monotonic(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when `signal` aborts. An abort is no error: the
   * caller checks its own condition again in both cases.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** A source of numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

/** Milliseconds past which a timer of the runtime's would overflow, and fire at once: 24.8 days. */
export const longestSleep = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, longestSleep));
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** Seconds since a time in monotonic milliseconds. */
export function secondsSince(clock: Clock, started: number): number {
  return (clock.monotonic() - started) / 1_000;
}

/** How long a piece of work may take. */
export type TimeLimit = {
  readonly clock: Clock;
  readonly ms: number;
  /** The reason with which the work's signal aborts once the time is up. */
  readonly late: () => Error;
  /** Aborts the work's signal, too. */
  readonly signal?: AbortSignal;
};

/** Does work that heeds its signal, which aborts once the time is up. Settles as the work does. */
export async function within<T>(
  { clock, ms, late, signal }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const expired = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) expired.abort(late());
  });
  try {
    const signals = signal === undefined ? [expired.signal] : [signal, expired.signal];
    return await work(AbortSignal.any(signals));
  } finally {
    done.abort();
  }
}

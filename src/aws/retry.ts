import type { Clock, Random } from "../clock.ts";

/** First pause between attempts, in milliseconds, before jitter. */
const firstPause = 500;
/** Longest pause between attempts, in milliseconds, before jitter. */
const longestPause = 20_000;

/**
 * Pause in milliseconds before attempt `failures + 1`: doubling, capped, and drawn from the upper
 * half of the span so that clients which failed together do not come back together.
 */
export function backoff(failures: number, random: Random): number {
  const span = Math.min(longestPause, firstPause * 2 ** Math.min(failures - 1, 16));
  return span / 2 + random() * span / 2;
}

/** What a failed attempt leads to. */
export type RetryVerdict = "retry" | "give up";

/**
 * Makes attempts until one succeeds, `judge` gives up on an error, or `signal` aborts. Rejects with
 * the last error, or with the signal's reason.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  { judge, clock, random, signal }: {
    judge: (error: unknown, failures: number) => RetryVerdict;
    clock: Clock;
    random: Random;
    signal: AbortSignal;
  },
): Promise<T> {
  for (let failures = 1;; failures++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (judge(error, failures) === "give up") throw error;
      await clock.sleep(backoff(failures, random), signal);
    }
  }
}

/** Resolves with the promise; rejects with the signal's reason if that aborts first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

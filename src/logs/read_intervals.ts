/** How often a stream of CloudWatch Logs is read. All times are in milliseconds. */

/** Between two reads of a stream that has news, or whose container has ended. */
export const shortestInterval = 2_000;
/** Between two reads of a quiet stream. */
export const longestInterval = 10_000;
/** How much longer a quiet stream waits for each further read. */
const growth = 1.5;

/** After a refusal until AWS is asked again: policies are repaired by hand. */
export const refusedWait = 60_000;
/** Until a stream that does not exist is asked for again: at first, and at most. */
const missingWait = { first: 2_000, last: 30_000, ending: shortestInterval };
/**
 * After a failure that may pass: at first, and at most. Of the 15 s that the end of a log usually has, only the
 * last seven show that it was read: they want many attempts.
 */
const failedWait = { first: 500, last: 30_000, ending: 500 };

/** What the intervals of a stream go by. */
type Pace = {
  /** Milliseconds between its last two reads. */
  readonly interval: number;
  /** Attempts that have failed in a row. */
  readonly failures: number;
  /** Whether the container has ended, so that the end of its log is wanted soon. */
  readonly isEnding: boolean;
};

/** Milliseconds until the next read after one that took so many `fresh` events. */
export function nextInterval({ interval, isEnding }: Pace, fresh: number): number {
  if (fresh > 0 || isEnding) return shortestInterval;
  return Math.min(longestInterval, interval * growth);
}

/** Milliseconds until the next read of a stream, or of a group, that does not exist. */
export function waitForMissing(pace: Pace): number {
  return growing(pace, missingWait);
}

/** Milliseconds until the next read after a failure that may pass. */
export function waitAfterFailure(pace: Pace): number {
  return growing(pace, failedWait);
}

/** Milliseconds that grow with each failure in a row. The end of a log has no time for that. */
function growing(
  { failures, isEnding }: Pace,
  { first, last, ending }: Readonly<Record<"first" | "last" | "ending", number>>,
): number {
  const most = isEnding ? ending : last;
  return Math.min(most, first * 2 ** Math.min(20, failures - 1));
}

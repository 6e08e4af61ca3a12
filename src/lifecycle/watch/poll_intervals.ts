/**
 * How often ECS is asked for a task's status. A task that starts or stops (`inTransition` in
 * `task/tracking.ts`) is due at the quick interval, any other at `restInterval`.
 */
import { batchSize } from "../../aws/operations.ts";

/** Milliseconds between looks at a task that starts or stops. */
export const quickInterval = 1_000;

/**
 * Milliseconds that a task which starts or stops may be looked at early. Tasks that were started one
 * after the other would else be due one after the other, and each would take a request.
 */
export const quickAhead = quickInterval / 2;

/** Milliseconds before a task that AWS refuses to describe is asked for again. */
export const refusedInterval = 60_000;

/**
 * Part of the reads that looking at tasks at rest may take. Searches need the others; starts and stops
 * are counted apart.
 */
export const steadyShare = 0.9;

/**
 * Milliseconds between looks at a running task: the poll interval of the configuration, and more where the
 * budget does not suffice for so many tasks. `rate` is the DescribeTasks calls that a second allows.
 */
export function restInterval(
  { tasks, rate, pollInterval }: {
    readonly tasks: number;
    readonly rate: number;
    readonly pollInterval: number;
  },
): number {
  const calls = Math.ceil(tasks / batchSize);
  return Math.max(pollInterval, calls / (rate * steadyShare) * 1_000);
}

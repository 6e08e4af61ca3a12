/**
 * How long ECS must say an odd thing of a task before the driver believes it: that the task is MISSING,
 * foreign or without tags.
 */
import type { Clock } from "../clock.ts";

/** An unbroken run of answers that all say the same odd thing. */
export type Lasting = {
  /** Monotonic milliseconds of the first. */
  readonly since: number;
  readonly times: number;
};

/**
 * Milliseconds for which ECS must say it. ECS is eventually consistent for seconds after RunTask, and a
 * minute leaves room for a bad day.
 */
export const patience = 60_000;
/** Answers that are needed besides the time, so that one late answer decides nothing. */
const leastTimes = 3;

/** The run with one more answer. `now` is monotonic milliseconds. */
export function oneMore(before: Lasting | undefined, now: number): Lasting {
  return { since: before?.since ?? now, times: (before?.times ?? 0) + 1 };
}

/** Whether the run has lasted long enough to be believed. */
export function hasLasted({ since, times }: Lasting, now: number): boolean {
  return now - since >= patience && times >= leastTimes;
}

/** Counts odd answers in a row. What it returns takes each answer in and tells whether they have lasted. */
export function createPatience(clock: Clock): (isOdd: boolean) => boolean {
  let run: Lasting | undefined;
  return (isOdd) => {
    const now = clock.monotonic();
    run = isOdd ? oneMore(run, now) : undefined;
    return run !== undefined && hasLasted(run, now);
  };
}

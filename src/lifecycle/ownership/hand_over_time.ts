import type { Clock } from "../../clock.ts";
import type { LeftTo } from "./tags.ts";

/**
 * How long a successor on another node has to take a task over that was left to it, while this node's driver
 * works. Where the driver is gone, others wait as long as the task's tag says, which `driver/leave.ts` sets.
 */

/**
 * Milliseconds for which a task that was left to run on does not count as unclaimed: in that time
 * another node's driver takes it over and moves its tags.
 */
export const handOverTime = 3_600_000;

/** Whether the successor's time is over. Both times are monotonic milliseconds. */
export function isHandOverLate(leftAt: number, now: number): boolean {
  return now - leftAt >= handOverTime;
}

/**
 * Whether a successor may still take a task over that an earlier process of this node has left. A container may be
 * able to write its own task's tags: whatever time they name, the wait is over `handOverTime` after the task was found.
 */
export function isAwaited(
  { left, since }: { readonly left: LeftTo | undefined; readonly since: number },
  clock: Pick<Clock, "now" | "monotonic">,
): boolean {
  if (left === undefined || isHandOverLate(since, clock.monotonic())) return false;
  return clock.now() < left.until + handOverTime;
}

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

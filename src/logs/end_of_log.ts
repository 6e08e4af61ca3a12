/** When the end of an ended container's log counts as read, and how long it is waited for at most. */
import { shortestInterval } from "./read_intervals.ts";
import type { FollowedStream } from "./stream.ts";

/**
 * Milliseconds without anything new after which an ended container's log counts as read: twice the time
 * that the log driver collects lines for before it sends them.
 */
export const quietTime = 10_000;
/** Milliseconds that the last lines are waited for at most. Nomad hears of the task's end after that. */
export const longestWait = 15_000;

/** Whether a stream was read to its end, or cannot be. `ended` is when its task had ended. */
export function isReadToEnd(stream: FollowedStream, ended: number, now: number): boolean {
  switch (stream.trouble?.kind) {
    case "refused":
    case "no group":
      return true;
    case "no stream":
      return now - ended >= quietTime;
    case "outage":
      return false;
    case undefined: {
      const quietSince = Math.max(ended, stream.newsAt);
      const { readAt = 0 } = stream;
      return now - quietSince >= quietTime && readAt >= quietSince + quietTime - shortestInterval;
    }
  }
}

import { type FollowedStream, shortestInterval } from "./stream.ts";

/**
 * Milliseconds without anything new after which an ended container's log counts as read: twice the time
 * that the log driver collects lines for before it sends them.
 */
export const quietTime = 10_000;
/** Milliseconds that the reading of the rest takes at most. Nomad hears of the task's end after that. */
export const mostRest = 15_000;

/** Whether the rest of a stream was read, or cannot be. `ended` is when its task had ended. */
export function isRestRead(stream: FollowedStream, ended: number, now: number): boolean {
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

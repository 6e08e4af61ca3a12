/** When the end of an ended container's log counts as read, and how long it is waited for at most. */
import { shortestInterval } from "./read_intervals.ts";
import type { FollowedStream } from "./stream.ts";

/**
 * Milliseconds without anything new after which an ended container's log counts as read: twice the time
 * that the log driver collects lines for before it sends them.
 */
export const quietTime = 10_000;
/** Milliseconds that the last lines are waited for. Nomad hears of the task's end after that. */
export const usualWait = 15_000;
/** The same where CloudWatch Logs answers some calls and refuses or fails others. */
export const longestWait = 30_000;

/** Whether a stream was read to its end, or cannot be. `ended` is when its task had ended. */
export function isReadToEnd(stream: FollowedStream, ended: number, now: number): boolean {
  switch (stream.trouble?.kind) {
    case "refused":
    case "no group":
      return true;
    case "no stream":
      return now - ended >= quietTime;
    case "outage":
    case undefined: {
      const quietSince = Math.max(ended, stream.newsAt);
      return now - quietSince >= quietTime && isReadAfter(stream, quietSince);
    }
  }
}

/** Whether a read was late enough to find all lines that came with the end. Later ones may have come since. */
export function isReadAfter({ readAt = -Infinity }: FollowedStream, ended: number): boolean {
  return readAt >= ended + quietTime - shortestInterval;
}

/** Whether it is time to wait no longer for the last lines of these streams. */
export function isTooLate(streams: readonly FollowedStream[], ended: number, now: number): boolean {
  if (now - ended >= longestWait) return true;
  return now - ended >= usualWait &&
    streams.every((stream) => isReadAfter(stream, ended) || !isAnswered(stream, now));
}

/** Whether lines of a stream may still come: somebody takes them, and AWS has answered lately. */
function isAnswered(stream: FollowedStream, now: number): boolean {
  const { sink, trouble, failingSince = now } = stream;
  if (trouble !== undefined && trouble.kind !== "outage") return false;
  return now - failingSince < usualWait && !sink.isFull(stream);
}

import type { EcsError } from "../aws/error.ts";
import { forgetOverlap, type Position } from "./position.ts";
import {
  nextInterval,
  refusedWait,
  shortestInterval,
  waitAfterFailure,
  waitForMissing,
} from "./read_intervals.ts";
import type { LogSource } from "./source.ts";

/** What takes the events of streams. No closures for each stream, of which there may be thousands. */
export type StreamSink = {
  /** Takes a message on, or answers `full` and takes nothing. */
  accept(stream: FollowedStream, message: string): "taken" | "full";
  isFull(stream: FollowedStream): boolean;
  /** Told why the stream cannot be read now. */
  onTrouble(stream: FollowedStream, trouble: Trouble): void;
  /** Told that all events that CloudWatch Logs had of the stream were taken. */
  onRead(stream: FollowedStream): void;
};

/** Why a stream is not read. */
export type Trouble =
  /** It does not exist, or its group does not. */
  | { readonly kind: "no stream" | "no group"; readonly error: EcsError }
  /** AWS does not let this client read it, or refuses the request. */
  | { readonly kind: "refused"; readonly error: EcsError }
  /** AWS has not answered for a while. */
  | { readonly kind: "outage"; readonly error: EcsError };

/** A stream that is followed. All times are monotonic milliseconds. */
export type FollowedStream = {
  readonly source: LogSource;
  readonly sink: StreamSink;
  readonly position: Position;
  /** `new` until AWS was asked for it; `missing` while AWS does not have it. */
  state: "new" | "proven" | "missing";
  /** Whether the container has ended, so that the end of its log is wanted soon. */
  isEnding: boolean;
  /** Events a second, lately. */
  rate: number;
  /** When it is to be read next. */
  dueAt: number;
  /** Milliseconds between two reads. */
  interval: number;
  /** When the last read began that found nothing more; undefined before the first. */
  readAt: number | undefined;
  /** When news came last. */
  newsAt: number;
  /** Since when each attempt failed; undefined after a success. */
  failingSince: number | undefined;
  /** Attempts that have failed in a row. */
  failures: number;
  /** Why the last attempt failed; undefined after a success. */
  trouble: Trouble | undefined;
  /** Whether the last read has left much of it unread: it comes faster than it can be read or written. */
  isBehind: boolean;
  /** Most streams that are read together with this one: fewer where their reads went past it. */
  mostBeside: number;
  /** Whether a read of it is under way. */
  isBusy: boolean;
};

/** Most streams that one FilterLogEvents call names. */
export const mostStreams = 100;
/** Milliseconds without news after which no event from before the newest one is expected any more. */
const longQuiet = 60_000;
/** Milliseconds for which a stream may be missing, or not be answered for, before its user is told. */
export const silentTime = 30_000;

/** A stream that was not read yet. */
export function followedStream(
  { source, sink, position, now }: {
    readonly source: LogSource;
    readonly sink: StreamSink;
    readonly position: Position;
    readonly now: number;
  },
): FollowedStream {
  return {
    source,
    sink,
    position,
    state: "new",
    isEnding: false,
    rate: 0,
    dueAt: now,
    interval: shortestInterval,
    readAt: undefined,
    newsAt: now,
    failingSince: undefined,
    failures: 0,
    trouble: undefined,
    isBehind: false,
    mostBeside: mostStreams - 1,
    isBusy: false,
  };
}

/** Takes in that a read which began at `begun` took all that there was, `fresh` events of it new. */
export function noteRead(
  stream: FollowedStream,
  { begun, fresh, now }: { begun: number; fresh: number; now: number },
): void {
  const seconds = Math.max(1_000, begun - (stream.readAt ?? begun - shortestInterval)) / 1_000;
  noteAnswered(stream);
  stream.isBehind = false;
  stream.rate = (stream.rate + fresh / seconds) / 2;
  stream.interval = nextInterval(stream, fresh);
  stream.dueAt = now + stream.interval;
  stream.readAt = begun;
  stream.mostBeside = Math.min(mostStreams - 1, stream.mostBeside + 1);
  if (fresh > 0) stream.newsAt = now;
  else if (now - stream.newsAt >= longQuiet) forgetOverlap(stream.position);
  stream.sink.onRead(stream);
}

/**
 * Takes in that a read of so many `streams` went past this one, after `fresh` events of it. Where it came no
 * further, it is read with half of them: known events of the others have filled a page.
 */
export function noteInterrupted(
  stream: FollowedStream,
  { fresh, streams, now }: { fresh: number; streams: number; now: number },
): void {
  noteAnswered(stream);
  if (fresh === 0) {
    stream.mostBeside = Math.min(stream.mostBeside, Math.floor((streams - 1) / 2));
  }
  stream.dueAt = now;
  stream.newsAt = now;
}

/** Takes in that a read ended before this stream did, of which it handed on `fresh` events. */
export function noteMore(stream: FollowedStream, fresh: number, now: number): void {
  noteAnswered(stream);
  stream.dueAt = now;
  if (fresh > 0) stream.newsAt = now;
}

/** Takes in that not all of a stream was taken, as its sink is full. */
export function noteStalled(stream: FollowedStream, now: number): void {
  noteAnswered(stream);
  stream.isBehind = true;
  stream.dueAt = now + shortestInterval;
  stream.newsAt = now;
}

function noteAnswered(stream: FollowedStream): void {
  stream.state = "proven";
  stream.failingSince = undefined;
  stream.failures = 0;
  stream.trouble = undefined;
}

/** The part that a failed read did not find; undefined where the read failed for another reason. */
export function missingPart({ kind, answer }: EcsError): "stream" | "group" | undefined {
  if (kind !== "no_resource") return undefined;
  return /log group/i.test(answer) ? "group" : "stream";
}

/** Takes in that a stream could not be read. */
export function noteFailure(stream: FollowedStream, error: EcsError, now: number): void {
  stream.failures += 1;
  stream.failingSince ??= now;
  const lasts = now - stream.failingSince >= silentTime;
  switch (error.kind) {
    case "no_resource": {
      const kind = missingPart(error) === "group" ? "no group" : "no stream";
      stream.trouble = { kind, error };
      stream.state = "missing";
      stream.dueAt = now + waitForMissing(stream);
      if (lasts) stream.sink.onTrouble(stream, stream.trouble);
      return;
    }
    case "throttled":
    case "unavailable":
    case "not_yet":
    case "credentials":
    case "no_region":
      stream.trouble = { kind: "outage", error };
      stream.dueAt = now + waitAfterFailure(stream);
      if (lasts) stream.sink.onTrouble(stream, stream.trouble);
      return;
    case "rejected":
      // Such as a name that no stream can have. It is asked for alone, as it makes a whole call fail.
      stream.state = "missing";
      stream.trouble = { kind: "refused", error };
      stream.dueAt = now + refusedWait;
      stream.sink.onTrouble(stream, stream.trouble);
      return;
    case "denied":
    case "no_cluster":
    case "no_task":
    case "conflict":
    case "capacity":
      stream.trouble = { kind: "refused", error };
      stream.dueAt = now + refusedWait;
      stream.sink.onTrouble(stream, stream.trouble);
      return;
  }
}

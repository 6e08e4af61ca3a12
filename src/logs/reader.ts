import type { EcsCaller } from "../aws/caller.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Meter } from "../meter.ts";
import { nextBatch, nextDue } from "./batch.ts";
import { readBatch } from "./read_batch.ts";
import type { FollowedStream } from "./stream.ts";

/** Reads all streams that are followed in one account and region. */
export type Reader = {
  add(stream: FollowedStream): void;
  remove(stream: FollowedStream): void;
  /** Tells that a stream may be due earlier than it was. */
  wake(): void;
};

/** Reads at one time: an answer may take as long as a second. */
const mostReads = 4;
/**
 * Part of AWS's limit that reading takes when all streams are due all the time. AWS does not raise this
 * limit, and the account's other users of CloudWatch Logs share it.
 */
const part = 0.5;
/** Milliseconds until the next look at what is due. A sink that has room again does not tell. */
const longestSleep = 1_000;
/** Milliseconds to wait after a fault of our own. */
const faultWait = 5_000;

/** One reason for all, as each new one would cost a stack trace. */
const woken = new Error("a stream is due");

/**
 * Makes a reader, which calls AWS only while a stream is followed. `signal` ends it. `onIdle` is called when
 * the last stream was removed: nothing is left of it then but reads under way.
 */
export function createReader(
  { caller, clock, log, meter, signal, onIdle = () => {} }: {
    readonly caller: EcsCaller;
    readonly clock: Clock;
    readonly log: Logger;
    readonly meter?: Meter | undefined;
    readonly signal: AbortSignal;
    readonly onIdle?: () => void;
  },
): Reader {
  const streams = new Set<FollowedStream>();
  let wake = new AbortController();
  let reads = 0;
  let isRunning = false;
  /** When the next read may begin, in monotonic milliseconds. */
  let nextAt = clock.monotonic();
  /** Whether the last read was for streams that AWS may not have. */
  let wasMissing = false;

  const read = async (batch: readonly FollowedStream[]) => {
    reads += 1;
    for (const stream of batch) stream.isBusy = true;
    try {
      await readBatch({ caller, clock, meter, signal }, batch);
    } catch (error) {
      if (signal.aborted) return;
      log.error("logs could not be read", { error });
      for (const stream of batch) stream.dueAt = clock.monotonic() + faultWait;
    } finally {
      for (const stream of batch) stream.isBusy = false;
      reads -= 1;
      wake.abort(woken);
    }
  };

  const readNext = async () => {
    const now = clock.monotonic();
    const isFree = reads < mostReads && now >= nextAt;
    const batch = isFree ? nextBatch(streams, now, wasMissing ? "present" : "overdue") : [];
    if (batch.length > 0) {
      wasMissing = batch[0]?.state === "missing";
      nextAt = now + 1_000 / (caller.rate("filterLogEvents") * part);
      read(batch);
      return;
    }
    const due = reads < mostReads ? Math.max(nextAt, nextDue(streams)) : Infinity;
    wake = new AbortController();
    await clock.sleep(Math.min(longestSleep, Math.max(1, due - now)), wake.signal);
  };

  const wakeNow = () => wake.abort(woken);
  const run = async () => {
    isRunning = true;
    signal.addEventListener("abort", wakeNow);
    try {
      while (streams.size > 0 && !signal.aborted) await readNext();
    } catch (error) {
      log.error("the reading of logs ended", { error });
    } finally {
      isRunning = false; // at once: a stream that is added from now on begins it anew
      signal.removeEventListener("abort", wakeNow);
    }
  };

  return {
    add: (stream) => {
      streams.add(stream);
      wakeNow();
      if (!isRunning && !signal.aborted) run();
    },
    remove: (stream) => {
      streams.delete(stream);
      wakeNow();
      if (streams.size === 0) onIdle();
    },
    wake: wakeNow,
  };
}

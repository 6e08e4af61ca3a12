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

/** What a reader is made of. */
export type ReaderOptions = {
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter?: Meter | undefined;
  /** Ends the reader. */
  readonly signal: AbortSignal;
  /** Called when the last stream was removed: nothing is left of the reader then but reads under way. */
  readonly onIdle?: () => void;
};

/** A reader at work. */
type Reading = ReaderOptions & {
  readonly streams: Set<FollowedStream>;
  wake: AbortController;
  /** Reads that are under way. */
  reads: number;
  isRunning: boolean;
  /** When the next read may begin, in monotonic milliseconds. */
  nextAt: number;
  /** Whether the last read was for streams that AWS may not have. */
  wasMissing: boolean;
};

/** Makes a reader, which calls AWS only while a stream is followed. */
export function createReader(options: ReaderOptions): Reader {
  const reading: Reading = {
    ...options,
    streams: new Set(),
    wake: new AbortController(),
    reads: 0,
    isRunning: false,
    nextAt: options.clock.monotonic(),
    wasMissing: false,
  };
  const wake = () => reading.wake.abort(woken);
  return {
    add: (stream) => {
      reading.streams.add(stream);
      wake();
      run(reading);
    },
    remove: (stream) => {
      reading.streams.delete(stream);
      wake();
      if (reading.streams.size === 0) options.onIdle?.();
    },
    wake,
  };
}

/** Reads what is due until no stream is followed any more or the signal aborts. */
async function run(reading: Reading): Promise<void> {
  const { streams, log, signal } = reading;
  if (reading.isRunning || signal.aborted) return;
  const wake = () => reading.wake.abort(woken);
  reading.isRunning = true;
  signal.addEventListener("abort", wake);
  try {
    while (streams.size > 0 && !signal.aborted) await readNext(reading);
  } catch (error) {
    log.error("the reading of logs ended", { error });
  } finally {
    reading.isRunning = false; // at once: a stream that is added from now on begins it anew
    signal.removeEventListener("abort", wake);
  }
}

/** Begins the next read, or waits until one may be due. */
async function readNext(reading: Reading): Promise<void> {
  const { streams, caller, clock, nextAt, wasMissing } = reading;
  const now = clock.monotonic();
  const isFree = reading.reads < mostReads && now >= nextAt;
  const batch = isFree ? nextBatch(streams, now, wasMissing ? "present" : "overdue") : [];
  if (batch.length > 0) {
    reading.wasMissing = batch[0]?.state === "missing";
    reading.nextAt = now + 1_000 / (caller.rate("filterLogEvents") * part);
    read(reading, batch);
    return;
  }
  const due = reading.reads < mostReads ? Math.max(nextAt, nextDue(streams)) : Infinity;
  reading.wake = new AbortController();
  await clock.sleep(Math.min(longestSleep, Math.max(1, due - now)), reading.wake.signal);
}

/** Reads a batch. Does not reject. */
async function read(reading: Reading, batch: readonly FollowedStream[]): Promise<void> {
  const { clock, log, signal } = reading;
  reading.reads += 1;
  for (const stream of batch) stream.isBusy = true;
  try {
    await readBatch(reading, batch);
  } catch (error) {
    if (signal.aborted) return;
    log.error("logs could not be read", { error });
    for (const stream of batch) stream.dueAt = clock.monotonic() + faultWait;
  } finally {
    for (const stream of batch) stream.isBusy = false;
    reading.reads -= 1;
    reading.wake.abort(woken);
  }
}

import type { EcsCaller } from "../aws/caller.ts";
import { EcsError, toEcsError } from "../aws/error.ts";
import { attemptOf, type Input, type Output } from "../aws/operations.ts";
import type { Clock } from "../clock.ts";
import type { Meter } from "../meter.ts";
import { advance, isFresh, noteEvent, wasShown } from "./position.ts";
import {
  type FollowedStream,
  missingPart,
  noteFailure,
  noteInterrupted,
  noteMore,
  noteRead,
  noteStalled,
} from "./stream.ts";

/** What reading needs. */
export type ReadContext = {
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where the age of events is measured; nowhere by default. */
  readonly meter?: Meter | undefined;
};

type Page = Output<"filterLogEvents">;

/**
 * Most pages of one read. AWS answers empty pages for old streams by the ten; a thousand of them are no
 * progress, and the next read begins anew.
 */
const mostPages = 1_000;
/** Most pages with something new of one read, as other streams wait for their turn meanwhile. */
const mostNewPages = 10;
/** Attempts at a page after the first one, and milliseconds between two. */
const mostAttempts = 4;
const pageWait = 250;

/**
 * Reads streams of one group to their end, and hands each page on before the next is asked for. The result
 * is noted on each stream. AWS refuses a whole call for one stream that does not exist, or whose name no
 * stream can have. Then each half of the batch is read apart. Rejects only when the signal aborts.
 */
export async function readBatch(
  context: ReadContext,
  batch: readonly FollowedStream[],
): Promise<void> {
  const { clock } = context;
  try {
    await readPages(context, batch);
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = toEcsError(thrown, attemptOf("filterLogEvents", targetOf(batch)));
    const isOfOne = error.kind === "rejected" || missingPart(error) === "stream";
    if (!isOfOne || batch.length === 1) {
      for (const stream of batch) noteFailure(stream, error, clock.monotonic());
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await readBatch(context, batch.slice(0, middle));
    await readBatch(context, batch.slice(middle));
  }
}

async function readPages(
  { caller, clock, meter, signal }: ReadContext,
  batch: readonly FollowedStream[],
): Promise<void> {
  const begun = clock.monotonic();
  const streams = new Map(batch.map((stream) => [stream.source.stream, stream]));
  const progress: Progress = {
    fresh: new Map(),
    stalled: new Set(),
    interrupted: new Set(),
    reached: 0,
    onFresh: ({ timestamp }) => {
      if (timestamp === undefined || !meter?.isOn()) return;
      // The clocks of AWS and of this machine may differ.
      const seconds = Math.max(0, clock.now() - timestamp) / 1_000;
      meter.record({ kind: "log delay", seconds });
    },
  };
  const { fresh, stalled, interrupted } = progress;
  const startTime = Math.min(...batch.map(({ position }) => position.from));
  const logGroupName = batch[0]?.source.group ?? "";
  let nextToken: string | undefined;
  let newPages = 0;
  for (let pages = 0; pages < mostPages && newPages < mostNewPages; pages++) {
    const input = { logGroupName, logStreamNames: [...streams.keys()], startTime, nextToken };
    const page = await askForPage({ caller, clock, signal }, input, targetOf(batch));
    const had = takePage(page, streams, progress);
    nextToken = page.nextToken;
    if (had === "new events") newPages += 1;
    if (nextToken === undefined || stalled.size === batch.length) break;
    // What follows may all be of streams that get no more of this read.
    if (had === "nothing" && interrupted.size + stalled.size > 0) break;
  }
  if (newPages >= mostNewPages && nextToken !== undefined) noteBusiest(fresh);
  const now = clock.monotonic();
  for (const stream of batch) {
    const count = fresh.get(stream) ?? 0;
    if (stalled.has(stream)) noteStalled(stream, now);
    else if (interrupted.has(stream)) {
      noteInterrupted(stream, { fresh: count, streams: batch.length, now });
    } else if (nextToken === undefined) noteRead(stream, { begun, fresh: count, now });
    else noteMore(stream, count, now);
  }
}

/** Has the stream with the most events read apart from others, which would wait for it. */
function noteBusiest(fresh: ReadonlyMap<FollowedStream, number>): void {
  const [busiest] = [...fresh].toSorted(([, one], [, other]) => other - one);
  if (busiest !== undefined) busiest[0].isBehind = true;
}

/** How far a read of several streams has come. */
type Progress = {
  /** Events that were handed on, by stream. */
  readonly fresh: Map<FollowedStream, number>;
  /** Streams whose sink is full. */
  readonly stalled: Set<FollowedStream>;
  /** Streams of which events may have been passed over. */
  readonly interrupted: Set<FollowedStream>;
  /** Time of the last event of the pages before, in milliseconds since the Unix epoch. */
  reached: number;
  /** Told of each event that was handed on. */
  readonly onFresh: (event: { readonly timestamp?: number | undefined }) => void;
};

/**
 * Asks for a page. One after the first is asked for again where that may help: else a read of many pages
 * might never come to its end while some of all calls fail.
 */
async function askForPage(
  { caller, clock, signal }: ReadContext,
  input: Input<"filterLogEvents">,
  target: string,
): Promise<Page> {
  for (let failures = 0;;) {
    try {
      return await caller.call("filterLogEvents", input, { target, priority: "watch", signal });
    } catch (error) {
      const mayPass = error instanceof EcsError &&
        (error.kind === "throttled" || error.kind === "unavailable");
      failures += 1;
      if (input.nextToken === undefined || !mayPass || failures >= mostAttempts) throw error;
      await clock.sleep(pageWait * failures, signal);
    }
  }
}

/**
 * Hands on what is fresh in a page. Returns what it had for the streams that are still read. A stream whose
 * sink is full gets no more of this read.
 *
 * A token goes on behind the last event of its page, whichever stream that is of. Events of another stream
 * that become readable meanwhile may be from before that event: this read then passes them over, and would
 * hand on those behind them first. So a stream that was not read up to there gets no more of this read.
 */
function takePage(
  { events = [] }: Page,
  streams: ReadonlyMap<string, FollowedStream>,
  progress: Progress,
): "new events" | "known events" | "nothing" {
  const { fresh, stalled, interrupted, reached } = progress;
  const touched = new Set<FollowedStream>();
  let hasKnown = false;
  for (const event of events) {
    progress.reached = Math.max(progress.reached, event.timestamp ?? 0);
    const stream = streams.get(event.logStreamName ?? "");
    if (stream === undefined || stalled.has(stream) || interrupted.has(stream)) continue;
    const { position, sink } = stream;
    if (!isFresh(position, event)) {
      hasKnown = true;
      continue;
    }
    if (wasShown(position, event)) {
      noteEvent(position, event);
      hasKnown = true;
      continue;
    }
    if (position.newest < reached) {
      interrupted.add(stream);
      continue;
    }
    if (sink.accept(stream, event.message ?? "") === "full") {
      stalled.add(stream);
      continue;
    }
    noteEvent(position, event);
    progress.onFresh(event);
    touched.add(stream);
    fresh.set(stream, (fresh.get(stream) ?? 0) + 1);
  }
  for (const { position } of touched) advance(position);
  if (touched.size > 0) return "new events";
  return hasKnown ? "known events" : "nothing";
}

function targetOf([first, ...others]: readonly FollowedStream[]): string {
  const more = others.length === 0 ? "" : ` and ${others.length} more streams`;
  return `${first?.source.stream}${more} of log group ${first?.source.group}`;
}

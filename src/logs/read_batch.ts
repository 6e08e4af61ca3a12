import type { EcsCaller } from "../aws/caller.ts";
import { EcsError } from "../aws/error.ts";
import type { Input, Output } from "../aws/operations.ts";
import type { Clock } from "../clock.ts";
import { advance, isFresh, noteEvent } from "./position.ts";
import { type FollowedStream, noteFailure, noteRead, noteStalled } from "./stream.ts";

/** What reading needs. */
export type ReadContext = {
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

type Page = Output<"filterLogEvents">;

/**
 * Most pages of one read. AWS answers empty pages for old streams by the ten; a thousand of them are no
 * progress, and the next read begins anew.
 */
const mostPages = 1_000;
/** Attempts at a page after the first one, and milliseconds between two. */
const mostAttempts = 4;
const pageWait = 250;

/**
 * Reads streams of one group to their end, and hands each page on before the next is asked for. What
 * comes of it is noted on each stream. Where AWS does not have one of them, it says so of the call as a
 * whole, so halves of the batch are read apart. Rejects only when the signal aborts.
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
    const error = thrown instanceof EcsError
      ? thrown
      : new EcsError("unavailable", "CloudWatch Logs FilterLogEvents", String(thrown));
    const isOfOne = error.kind === "no_resource" && !/log group/i.test(error.answer);
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
  { caller, clock, signal }: ReadContext,
  batch: readonly FollowedStream[],
): Promise<void> {
  const begun = clock.monotonic();
  const streams = new Map(batch.map((stream) => [stream.source.stream, stream]));
  const fresh = new Map<FollowedStream, number>();
  const stalled = new Set<FollowedStream>();
  const startTime = Math.min(...batch.map(({ position }) => position.from));
  const logGroupName = batch[0]?.source.group ?? "";
  let nextToken: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const input = { logGroupName, logStreamNames: [...streams.keys()], startTime, nextToken };
    const page = await askForPage({ caller, clock, signal }, input, targetOf(batch));
    takePage(page, streams, fresh, stalled);
    nextToken = page.nextToken;
    if (nextToken === undefined || stalled.size === batch.length) break;
  }
  const now = clock.monotonic();
  for (const stream of batch) {
    if (stalled.has(stream)) noteStalled(stream, now);
    else if (nextToken === undefined) {
      noteRead(stream, { begun, fresh: fresh.get(stream) ?? 0, now });
    } else stream.dueAt = now; // there is more, for which the next read begins where this one ended
  }
}

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

/** Hands on what is fresh in a page. A stream whose sink is full gets no more of this read. */
function takePage(
  { events = [] }: Page,
  streams: ReadonlyMap<string, FollowedStream>,
  fresh: Map<FollowedStream, number>,
  stalled: Set<FollowedStream>,
): void {
  const touched = new Set<FollowedStream>();
  for (const event of events) {
    const stream = streams.get(event.logStreamName ?? "");
    if (stream === undefined || stalled.has(stream) || !isFresh(stream.position, event)) continue;
    if (stream.sink.accept(stream, event.message ?? "") === "full") {
      stalled.add(stream);
      continue;
    }
    noteEvent(stream.position, event);
    touched.add(stream);
    fresh.set(stream, (fresh.get(stream) ?? 0) + 1);
  }
  for (const { position } of touched) advance(position);
}

function targetOf([first, ...others]: readonly FollowedStream[]): string {
  const more = others.length === 0 ? "" : ` and ${others.length} more streams`;
  return `${first?.source.stream}${more} of log group ${first?.source.group}`;
}

import type { FollowedStream } from "./stream.ts";

/** Most streams that one FilterLogEvents call names. */
export const mostStreams = 100;
/** Most events that a call may be expected to read again for the sake of streams that lag behind. */
const mostRepeated = 2_000;

/** Interruptions after which a stream is read alone, as nothing then goes past it. */
const mostInterruptions = 2;

/**
 * Chooses the streams that are read next, by one call: the most overdue one, and others of its group that
 * are due or soon will be. A call reads all its streams from one time on. So a busy stream is not read
 * together with one whose position is far behind, and a stream that AWS is not known to have is read
 * apart, as it would make the whole call fail. Empty where none is due.
 */
export function nextBatch(streams: Iterable<FollowedStream>, now: number): FollowedStream[] {
  const waiting: FollowedStream[] = [];
  let first: FollowedStream | undefined;
  for (const stream of streams) {
    if (stream.isBusy || stream.sink.isFull(stream)) continue;
    if (stream.dueAt - now > stream.interval / 2) continue;
    waiting.push(stream);
    if (first === undefined || stream.dueAt < first.dueAt) first = stream;
  }
  if (first === undefined || first.dueAt > now) return [];
  if (first.state === "missing" || first.interruptions >= mostInterruptions) return [first];
  const { source: { group }, state } = first;
  const others = waiting
    .filter((other) => other !== first && other.source.group === group && other.state === state)
    .sort((one, other) => one.dueAt - other.dueAt);
  const batch = [first];
  let reach = withStream({ from: Infinity, rate: 0, weighted: 0 }, first);
  for (const stream of others) {
    if (batch.length >= mostStreams) break;
    const wider = withStream(reach, stream);
    if (repeatedBy(wider) > mostRepeated) continue;
    reach = wider;
    batch.push(stream);
  }
  return batch;
}

/** When the next stream is due, in monotonic milliseconds; `Infinity` where none will be. */
export function nextDue(streams: Iterable<FollowedStream>): number {
  let next = Infinity;
  for (const stream of streams) {
    const { isBusy, sink, dueAt } = stream;
    if (!isBusy && dueAt < next && !sink.isFull(stream)) next = dueAt;
  }
  return next;
}

/** What a call reads: from when on, and its streams' events a second, also weighted by their positions. */
type Reach = { readonly from: number; readonly rate: number; readonly weighted: number };

function withStream(reach: Reach, { rate, position: { from } }: FollowedStream): Reach {
  return {
    from: Math.min(reach.from, from),
    rate: reach.rate + rate,
    weighted: reach.weighted + rate * from,
  };
}

/** How many events a call is expected to answer that are known already: those before a stream's position. */
function repeatedBy({ from, rate, weighted }: Reach): number {
  return (weighted - rate * from) / 1_000;
}

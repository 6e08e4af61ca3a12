import type { FollowedStream } from "./stream.ts";

/** Most events that a call may be expected to read again for the sake of streams that lag behind. */
const mostRepeated = 2_000;

/**
 * Chooses the streams that are read next, by one call: the most overdue one, and others of its group that
 * are due or soon will be. A call reads all its streams from one time on. So a busy stream is not read
 * together with one whose position is far behind, and a stream that AWS is not known to have is read
 * apart, as it would make the whole call fail. Empty where none is due.
 *
 * @param prefers With `present`, streams that are not missing come first: missing ones may be hundreds,
 * and take a call each.
 */
export function nextBatch(
  streams: Iterable<FollowedStream>,
  now: number,
  prefers: "overdue" | "present" = "overdue",
): FollowedStream[] {
  const waiting: FollowedStream[] = [];
  let first: FollowedStream | undefined;
  let present: FollowedStream | undefined;
  for (const stream of streams) {
    if (stream.isBusy || stream.sink.isFull(stream)) continue;
    if (stream.dueAt - now > stream.interval / 2) continue;
    waiting.push(stream);
    if (first === undefined || stream.dueAt < first.dueAt) first = stream;
    if (stream.state === "missing") continue;
    if (present === undefined || stream.dueAt < present.dueAt) present = stream;
  }
  if (prefers === "present" && present !== undefined && present.dueAt <= now) first = present;
  if (first === undefined || first.dueAt > now) return [];
  return [first, ...companionsOf(first, waiting)];
}

/** The streams that are read with one, of those that may be. */
function companionsOf(
  first: FollowedStream,
  waiting: readonly FollowedStream[],
): FollowedStream[] {
  const isMissing = first.state === "missing" && first.trouble?.kind !== "no group";
  if (isMissing || first.isBehind) return [];
  const others = waiting
    .filter((other) => other !== first && isAlike(other, first))
    .sort((one, other) => one.dueAt - other.dueAt);
  // Two tasks may follow one stream. A call hands its events to one of them.
  const names = new Set([first.source.stream]);
  const companions: FollowedStream[] = [];
  let most = first.mostBeside;
  let reach = withStream({ from: Infinity, rate: 0, weighted: 0 }, first);
  for (const stream of others) {
    if (companions.length >= most) break;
    // A stream that bears few companions waits for a batch of few, and does not make this one small.
    if (companions.length >= stream.mostBeside || stream.mostBeside < most / 2) continue;
    if (names.has(stream.source.stream)) continue;
    const wider = withStream(reach, stream);
    if (repeatedBy(wider) > mostRepeated) continue;
    reach = wider;
    most = Math.min(most, stream.mostBeside);
    names.add(stream.source.stream);
    companions.push(stream);
  }
  return companions;
}

/** Whether a call may name both streams. The error for a missing group is the same for all its streams. */
function isAlike(one: FollowedStream, other: FollowedStream): boolean {
  return one.source.group === other.source.group && one.state === other.state &&
    !one.isBehind &&
    (one.state !== "missing" || one.trouble?.kind === other.trouble?.kind);
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

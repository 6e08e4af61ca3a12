/**
 * How far a stream of CloudWatch Logs was read. FilterLogEvents keeps no place between two reads. So each
 * read begins at a time before the newest known event, and events whose ids are known are dropped. All times
 * here are those of events. They are never compared with a clock of this machine.
 */
export type Position = {
  /** Reading begins at this time, in milliseconds since the Unix epoch. */
  from: number;
  /** Time of the newest event that was read; `from` where there is none. */
  newest: number;
  /** Times of the events since `from` that were read, by their shortened ids. */
  readonly known: Map<number, number>;
  /** Events of one time that another allocation has shown, of which `remaining` are still to be met. */
  shown?: { readonly time: number; readonly remaining: number } | undefined;
};

/** An event of CloudWatch Logs, as far as it is read. */
export type LogEvent = {
  readonly eventId?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly message?: string | undefined;
};

/**
 * Milliseconds before the newest event that are read again: batches of a log driver that was throttled
 * become readable out of order, and a host's clock may be set back.
 */
export const overlap = 10_000;
/** Most events that are kept, and read again. */
export const mostKnown = 2_000;

/** A position before all events from a time on. */
export function positionAt(from: number): Position {
  return { from, newest: from, known: new Map() };
}

/** Whether an event was not read yet. */
export function isFresh({ from, known }: Position, event: LogEvent): boolean {
  return timeOf(event) >= from && !known.has(shortId(event));
}

/**
 * Whether another allocation has shown a fresh event. AWS answers the events of one time in one order, so
 * that those are its first ones.
 */
export function wasShown(position: Position, event: LogEvent): boolean {
  const { shown } = position;
  if (shown === undefined || shown.remaining === 0 || timeOf(event) !== shown.time) return false;
  position.shown = { ...shown, remaining: shown.remaining - 1 };
  return true;
}

/** Takes in that an event was read. */
export function noteEvent(position: Position, event: LogEvent): void {
  const time = timeOf(event);
  position.known.set(shortId(event), time);
  position.newest = Math.max(position.newest, time);
}

/**
 * Moves a position on behind the events that are old enough. Whole milliseconds are dropped, as events of
 * one millisecond cannot be told apart by their time.
 */
export function advance(position: Position): void {
  const { known, newest } = position;
  let from = Math.max(position.from, newest - overlap);
  if (known.size > mostKnown) {
    const times = [...known.values()].sort((one, other) => other - one);
    const last = times[mostKnown] ?? 0;
    from = Math.max(from, Math.min(newest, last + 1));
  }
  moveTo(position, from);
}

/**
 * Moves the position of a stream that has been quiet for long up to its newest event. A burst of lines leaves
 * up to 2,000 ids behind, and thousands of tasks may have begun with one.
 */
export function forgetOverlap(position: Position): void {
  if (position.from !== position.newest) moveTo(position, position.newest);
}

/** Has reading begin at a time, before which no event needs to be known. */
function moveTo(position: Position, from: number): void {
  position.from = from;
  for (const [id, time] of position.known) if (time < from) position.known.delete(id);
}

function timeOf({ timestamp }: LogEvent): number {
  return timestamp ?? 0;
}

/** An id of 56 digits as a number of 53 bits (cyrb53): thousands of streams keep some each. */
function shortId({ eventId, timestamp, message }: LogEvent): number {
  const id = eventId ?? `${timestamp} ${message}`;
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    two = Math.imul(two ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909);
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & two) + (one >>> 0);
}

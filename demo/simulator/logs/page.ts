import type { LogEvent, LogHabits } from "./store.ts";

/** A page of events, and whether there are more after it. */
export type Page = { readonly events: readonly LogEvent[]; readonly more: boolean };

/**
 * Cuts a page off the beginning of `events`. As at AWS, a page may be shorter than it could be, and
 * empty although there are events: only its token says whether it is the last.
 */
export function cutPage(
  events: readonly LogEvent[],
  { limit, habits, random }: { limit: number; habits: LogHabits; random: () => number },
): Page {
  if (events.length > 0 && random() < habits.emptyPages) return { events: [], more: true };
  let length = 0;
  let bytes = 0;
  for (const event of events) {
    if (length >= Math.min(limit, habits.pageEvents)) break;
    // A single event is never too large for a page.
    if (length > 0 && bytes + event.bytes > habits.pageBytes) break;
    length += 1;
    bytes += event.bytes;
  }
  if (length > 1 && random() < habits.partialPages) {
    length = 1 + Math.floor(random() * (length - 1));
  }
  return { events: events.slice(0, length), more: length < events.length };
}

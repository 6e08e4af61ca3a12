/**
 * How far the logs of an ECS task were shown by the allocation that leaves it to another, in digits for a tag
 * of the ECS task. The next allocation may run on another client, whose clock says nothing of the times of
 * events.
 */
import { type Position, positionAt } from "./position.ts";

/** Digits of a time in milliseconds since the Unix epoch, until the year 2286. */
const timeDigits = 13;
/** Digits of the number of events of that time. */
const countDigits = 4;
const digits = timeDigits + countDigits;
/** Most digits: a tag's value has 256 characters, of which others need some. */
const mostDigits = 240;

/**
 * For each stream in the order of the task's sources: the time of the newest event, and the number of events
 * of that time. Undefined where a tag has no room for it.
 */
export function encodePositions(positions: readonly Position[]): string | undefined {
  const parts = positions.map(({ newest, known }) => {
    const count = [...known.values()].filter((time) => time === newest).length;
    return `${newest}`.padStart(timeDigits, "0") + `${count}`.padStart(countDigits, "0");
  });
  const fits = parts.every(({ length }) => length === digits) &&
    parts.length * digits <= mostDigits;
  return fits ? parts.join("") : undefined;
}

/** The positions that a tag tells; undefined where it is of another number of streams. */
export function decodePositions(text: string, streams: number): Position[] | undefined {
  if (!/^[0-9]+$/.test(text) || text.length !== streams * digits) return undefined;
  return Array.from({ length: streams }, (_, at) => {
    const part = text.slice(at * digits, (at + 1) * digits);
    const time = Number(part.slice(0, timeDigits));
    return { ...positionAt(time), shown: { time, remaining: Number(part.slice(timeDigits)) } };
  });
}

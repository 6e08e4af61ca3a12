import { invalidParameter } from "../request/aws_error.ts";
import type { Place } from "./store.ts";

/** Milliseconds for which a token can be used. */
const lifetime = 24 * 3_600_000;

/** A place to go on from, and in which direction. */
export type Token = {
  readonly direction: "forward" | "backward";
  readonly place: Place;
  /** Empty pages that were answered at this place: each has a token of its own. */
  readonly empties: number;
  /** When the token was given out, in milliseconds since the Unix epoch. */
  readonly issuedAt: number;
};

const widths = [14, 14, 12, 6, 14] as const;

/** The token in the form of GetLogEvents: `f/` or `b/`, digits, and `/s`. */
export function writeToken({ direction, place, empties, issuedAt }: Token): string {
  const numbers = [place.timestamp, place.ingestionTime, place.order, empties, issuedAt];
  const digits = numbers.map((number, index) =>
    String(Math.round(number)).padStart(widths[index] ?? 0, "0")
  );
  return `${direction === "forward" ? "f" : "b"}/${digits.join("")}/s`;
}

/** Reads a token. Throws an `AwsError` for what is none, and for one that is too old. */
export function readToken(text: string, now: number): Token {
  const [, letter, digits = ""] = /^([fb])\/([0-9]{60})\/s$/.exec(text) ?? [];
  if (letter === undefined) throw invalidParameter("The specified nextToken is invalid.");
  let at = 0;
  const [timestamp = 0, ingestionTime = 0, order = 0, empties = 0, issuedAt = 0] = widths.map(
    (width) => Number(digits.slice(at, at += width)),
  );
  if (now - issuedAt > lifetime) throw invalidParameter("The specified nextToken has expired.");
  return {
    direction: letter === "f" ? "forward" : "backward",
    place: { timestamp, ingestionTime, order },
    empties,
    issuedAt,
  };
}

/** The place before every event, and the place after every event. */
export const beginning: Place = { timestamp: 0, ingestionTime: 0, order: 0 };
export const end: Place = {
  timestamp: 99_999_999_999_999,
  ingestionTime: 99_999_999_999_999,
  order: 999_999_999_999,
};

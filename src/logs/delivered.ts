import { joined } from "../bytes.ts";

/**
 * What an earlier process delivered after its last checkpoint, as the log files show. The next process
 * reads the events since the checkpoint again, and takes out of them what stands there.
 *
 * Lines are matched by their text and not by their place: the two processes may have read events of one
 * time in another order. Lines of one text are told apart by their number alone, which suffices.
 */
export type Delivered = {
  /**
   * What of these bytes is to be written now; they are whole lines. Where a line was begun, others wait
   * until its end is known.
   */
  missing(bytes: Uint8Array): Uint8Array;
  /** What is to be written once all was read again: what still waits. */
  rest(): Uint8Array;
  /** Whether nothing is left that bytes could be found in. */
  isEmpty(): boolean;
};

const lineBreak = 10;
/** Most bytes that wait for the end of a line that was begun. */
const mostWaiting = 256 * 1024;

/** Reads what was delivered. A last line without an end is one of which the rest is missing. */
export function deliveredIn(tail: Uint8Array): Delivered {
  const counts = new Map<string, number>();
  const lines = linesOf(tail);
  /** The line that was begun; undefined once its end is written. */
  let begun = tail.length === 0 || tail.at(-1) === lineBreak ? undefined : lines.pop();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  /** Whether the last line may be one in the middle of an event. */
  let isEndOpen = begun === undefined;
  let waiting: Uint8Array[] = [];

  const take = (taken: readonly string[]) => {
    for (const line of taken) {
      const count = (counts.get(line) ?? 0) - 1;
      if (count > 0) counts.set(line, count);
      else counts.delete(line);
    }
  };
  /** How many of the first lines stand there, each as often as it is wanted. */
  const leading = (wanted: readonly string[]): number => {
    const used = new Map<string, number>();
    for (const [at, line] of wanted.entries()) {
      const count = (used.get(line) ?? 0) + 1;
      if (count > (counts.get(line) ?? 0)) return at;
      used.set(line, count);
    }
    return wanted.length;
  };
  const release = (first: Uint8Array): Uint8Array => {
    const all = joined(first, ...waiting);
    waiting = [];
    return all;
  };

  return {
    isEmpty: () => counts.size === 0 && begun === undefined,
    rest: () => {
      const end = begun === undefined ? new Uint8Array() : Uint8Array.of(lineBreak);
      begun = undefined;
      return release(end);
    },
    missing: (bytes) => {
      const wanted = linesOf(bytes);
      const found = leading(wanted);
      if (found === wanted.length) {
        take(wanted);
        return new Uint8Array();
      }
      if (begun === undefined) {
        const count = isEndOpen ? beginningAtEnd(lines, wanted.slice(0, found)) : 0;
        if (count === 0) return bytes;
        isEndOpen = false;
        take(wanted.slice(0, count));
        return bytes.subarray(lengthOf(wanted.slice(0, count)));
      }
      if (wanted[found]?.startsWith(begun)) {
        const whole = wanted.slice(0, found);
        take(whole);
        const done = lengthOf(whole) + begun.length;
        begun = undefined;
        return release(bytes.subarray(done));
      }
      waiting.push(bytes);
      if (waiting.reduce((sum, { length }) => sum + length, 0) <= mostWaiting) {
        return new Uint8Array();
      }
      begun = undefined;
      return release(Uint8Array.of(lineBreak));
    },
  };
}

/**
 * How many of the first lines of `wanted` are the last ones of `lines`. In the time of Knuth, Morris and
 * Pratt's search: a container may print many lines that are alike.
 */
function beginningAtEnd(lines: readonly string[], wanted: readonly string[]): number {
  /** For each count of first lines: the most of them, but not all, that are also their last ones. */
  const shorter = [0, 0];
  const extended = (count: number, line: string | undefined): number => {
    let most = count;
    while (most > 0 && (most === wanted.length || wanted[most] !== line)) most = shorter[most] ?? 0;
    return wanted[most] === line ? most + 1 : 0;
  };
  for (let at = 1; at < wanted.length; at++) shorter.push(extended(shorter[at] ?? 0, wanted[at]));
  return wanted.length === 0
    ? 0
    : lines.slice(-wanted.length).reduce((count, line) => extended(count, line), 0);
}

/** Bytes of lines with their ends. */
function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, { length }) => sum + length + 1, 0);
}

/** The lines of bytes, without their ends, as texts of one character a byte. */
function linesOf(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  const lines: string[] = [];
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(lineBreak, from);
    const until = at < 0 ? bytes.length : at;
    lines.push(bytewise.decode(bytes.subarray(from, until)));
    from = until + 1;
  }
  return lines;
}

/** Windows-1252 has a character of its own for each byte, so that no two texts come to one. */
const bytewise = new TextDecoder("windows-1252");

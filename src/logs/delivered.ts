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
   * Takes whole lines that were read again, and returns the bytes that are to be written now: without lines
   * that were delivered. While the end of a line that was begun is not known, the lines wait, and nothing is
   * returned.
   */
  missing(bytes: Uint8Array): Uint8Array;
  /** The lines that still wait, to be written once all events were read again. */
  rest(): Uint8Array;
  /** Whether no more lines are to be left out. */
  isEmpty(): boolean;
};

const none = new Uint8Array();
const lineBreak = 10;
/** Most bytes that wait for the end of a line that was begun. */
const mostWaiting = 256 * 1024;

/** The lines that were delivered and were not read again yet. */
type State = {
  /** All whole lines, in their order. */
  readonly lines: readonly string[];
  /** How often each of them is still to be left out. */
  readonly counts: Map<string, number>;
  /** The last line, whose end was not delivered; undefined where there is none, or its end is written. */
  begun: string | undefined;
  /** Whether the last whole line may be one in the middle of an event. */
  isEndOpen: boolean;
  /** Lines that wait for the end of the begun line. */
  waiting: Uint8Array[];
  /** Bytes of those lines. */
  waitingBytes: number;
};

/** Reads what was delivered. A last line without a line break was delivered in part. */
export function deliveredIn(tail: Uint8Array): Delivered {
  const lines = linesOf(tail);
  const begun = tail.length === 0 || tail.at(-1) === lineBreak ? undefined : lines.pop();
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const state: State = {
    lines,
    counts,
    begun,
    isEndOpen: begun === undefined,
    waiting: [],
    waitingBytes: 0,
  };
  return {
    isEmpty: () => counts.size === 0 && state.begun === undefined,
    rest: () => release(state, state.begun === undefined ? none : Uint8Array.of(lineBreak)),
    missing: (bytes) => missingOf(state, bytes),
  };
}

function missingOf(state: State, bytes: Uint8Array): Uint8Array {
  const { begun } = state;
  const wanted = linesOf(bytes);
  const found = wanted.slice(0, leading(state, wanted));
  if (found.length === wanted.length) {
    take(state, wanted);
    return none;
  }
  if (begun === undefined) return withoutBeginning(state, bytes, found);
  if (wanted[found.length]?.startsWith(begun)) {
    take(state, found);
    return release(state, bytes.subarray(lengthOf(found) + begun.length));
  }
  state.waiting.push(bytes);
  state.waitingBytes += bytes.length;
  return state.waitingBytes <= mostWaiting ? none : release(state, Uint8Array.of(lineBreak));
}

/** Leaves out the first lines of one event where they are the last lines that were delivered. */
function withoutBeginning(state: State, bytes: Uint8Array, found: readonly string[]): Uint8Array {
  const done = state.isEndOpen ? found.slice(0, beginningAtEnd(state.lines, found)) : [];
  if (done.length === 0) return bytes;
  state.isEndOpen = false;
  take(state, done);
  return bytes.subarray(lengthOf(done));
}

/** How many of the first lines were delivered, each as often as it is wanted. */
function leading({ counts }: State, wanted: readonly string[]): number {
  const used = new Map<string, number>();
  for (const [at, line] of wanted.entries()) {
    const count = (used.get(line) ?? 0) + 1;
    if (count > (counts.get(line) ?? 0)) return at;
    used.set(line, count);
  }
  return wanted.length;
}

/** Takes in that lines were left out. */
function take({ counts }: State, lines: readonly string[]): void {
  for (const line of lines) {
    const count = (counts.get(line) ?? 0) - 1;
    if (count > 0) counts.set(line, count);
    else counts.delete(line);
  }
}

/** Ends the begun line with the first bytes. Returns those, and the lines that waited for them. */
function release(state: State, first: Uint8Array): Uint8Array {
  const all = joined(first, ...state.waiting);
  state.begun = undefined;
  state.waiting = [];
  state.waitingBytes = 0;
  return all;
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

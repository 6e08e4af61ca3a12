import { Buffer } from "node:buffer";
import { fromBase64, joined } from "../bytes.ts";
import { type ExecMode, markSign } from "./shell_script.ts";

/** Something that the wrapper in the container tells. */
export type ExecEvent =
  | { readonly kind: "ready" }
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array }
  | { readonly kind: "exited"; readonly code: number }
  /** The image lacks programs that a command without a terminal needs. */
  | { readonly kind: "missing programs"; readonly names: readonly string[] };

/** Reads what a session shows. */
export type OutputReader = {
  /** Takes in what has come, and tells what is complete by now. */
  read(bytes: Uint8Array): ExecEvent[];
  /** What was held back for a mark that never came. */
  rest(): ExecEvent[];
};

/** Most bytes of a mark. A longer one is output of the command's own. */
const markLimit = 200;
/** Most characters of a line: more than base64 ever writes in one. */
const lineLimit = 256;

/** Makes a reader. */
export function createOutputReader(mode: ExecMode): OutputReader {
  switch (mode) {
    case "terminal":
      return createTerminalReader();
    case "pipes":
      return createPipesReader();
  }
}

function createTerminalReader(): OutputReader {
  const sign = markSign.charCodeAt(0);
  let held = new Uint8Array();
  const output = (bytes: Uint8Array): ExecEvent[] =>
    bytes.byteLength === 0 ? [] : [{ kind: "output", stream: "stdout", bytes }];
  return {
    read: (bytes) => {
      const events: ExecEvent[] = [];
      const all = joined(held, bytes);
      held = new Uint8Array();
      /** Where the output begins that no event has yet. */
      let from = 0;
      for (let at = all.indexOf(sign); at >= 0;) {
        const to = all.indexOf(sign, at + 1);
        if (to < 0 && all.byteLength - at <= markLimit) {
          events.push(...output(all.subarray(from, at)));
          held = all.slice(at);
          return events;
        }
        const isShort = to >= 0 && to - at <= markLimit;
        const mark = isShort ? markOf(text(all.subarray(at + 1, to))) : undefined;
        if (mark === undefined) {
          at = to;
          continue;
        }
        events.push(...output(all.subarray(from, at)), mark);
        from = to + 1;
        at = all.indexOf(sign, from);
      }
      return [...events, ...output(all.subarray(from))];
    },
    rest: () => output(held),
  };
}

function createPipesReader(): OutputReader {
  let held = "";
  const lineOf = (line: string): ExecEvent[] => {
    const stream = line.startsWith("o") ? "stdout" : line.startsWith("e") ? "stderr" : undefined;
    const bytes = stream === undefined ? undefined : fromBase64(line.slice(1));
    // Anything else is a shell's own word, as of a command that it cannot find.
    return stream === undefined || bytes === undefined
      ? line === "" ? [] : [{ kind: "output", stream: "stderr", bytes: encode(`${line}\n`) }]
      : [{ kind: "output", stream, bytes }];
  };
  return {
    read: (bytes) => {
      const events: ExecEvent[] = [];
      const all = held + text(bytes).replaceAll("\r", "");
      let at = 0;
      while (at < all.length) {
        if (all[at] === markSign) {
          const to = all.slice(at + 1, at + markLimit).indexOf(markSign) + at + 1;
          if (to === at && all.length - at <= markLimit) break;
          // A sign whose mark does not end is a program's own.
          if (to > at) {
            events.push(...[markOf(all.slice(at + 1, to))].filter((mark) => mark !== undefined));
          }
          at = to + 1;
          continue;
        }
        const end = endOfLine(all, at);
        if (end < 0 && all.length - at <= lineLimit) break;
        events.push(...lineOf(all.slice(at, end < 0 ? all.length : end)));
        at = end < 0 ? all.length : all[end] === "\n" ? end + 1 : end;
      }
      held = all.slice(at);
      return inOne(events);
    },
    rest: () => lineOf(held),
  };
}

/** Where a line that begins at `from` ends: at its end, or where a mark follows it. */
function endOfLine(text: string, from: number): number {
  const end = new RegExp(`[\n${markSign}]`, "g");
  end.lastIndex = from;
  return end.exec(text)?.index ?? -1;
}

/** The events, with neighbouring output of one stream joined: base64 has a line for each 57 bytes. */
function inOne(events: readonly ExecEvent[]): ExecEvent[] {
  const all: ExecEvent[] = [];
  let pieces: Uint8Array[] = [];
  for (const [at, event] of events.entries()) {
    if (event.kind !== "output") {
      all.push(event);
      continue;
    }
    pieces.push(event.bytes);
    const next = events[at + 1];
    if (next?.kind === "output" && next.stream === event.stream) continue;
    all.push({ ...event, bytes: joined(...pieces) });
    pieces = [];
  }
  return all;
}

function markOf(mark: string): ExecEvent | undefined {
  if (mark === "r") return { kind: "ready" };
  if (/^x[0-9]{1,3}$/.test(mark)) return { kind: "exited", code: Number(mark.slice(1)) };
  if (mark.startsWith("m ")) {
    return { kind: "missing programs", names: mark.slice(2).split(" ") };
  }
  return undefined;
}

/** One character for each byte, so that no byte is lost on its way through. */
function text(bytes: Uint8Array): string {
  // TextDecoder takes latin1 for windows-1252, which has other characters for 0x80 to 0x9f.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function encode(words: string): Uint8Array {
  return new Uint8Array(Buffer.from(words, "latin1"));
}

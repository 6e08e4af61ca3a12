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
      let rest = joined(held, bytes);
      held = new Uint8Array();
      while (rest.byteLength > 0) {
        const from = rest.indexOf(sign);
        if (from < 0) return [...events, ...output(rest)];
        events.push(...output(rest.subarray(0, from)));
        rest = rest.subarray(from);
        const to = rest.indexOf(sign, 1);
        if (to < 0 && rest.byteLength <= markLimit) {
          held = rest.slice();
          return events;
        }
        const mark = to < 0 ? undefined : markOf(text(rest.subarray(1, to)));
        if (mark === undefined) {
          events.push(...output(rest.subarray(0, 1)));
          rest = rest.subarray(1);
        } else {
          events.push(mark);
          rest = rest.subarray(to + 1);
        }
      }
      return events;
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
      let rest = held + text(bytes).replaceAll("\r", "");
      held = "";
      while (rest !== "") {
        const mark = rest.startsWith(markSign) ? rest.indexOf(markSign, 1) : -1;
        if (rest.startsWith(markSign)) {
          if (mark < 0) break;
          events.push(...[markOf(rest.slice(1, mark))].filter((event) => event !== undefined));
          rest = rest.slice(mark + 1);
          continue;
        }
        const end = endOfLine(rest);
        if (end < 0 && rest.length <= lineLimit) break;
        const line = end < 0 ? rest : rest.slice(0, end);
        events.push(...lineOf(line));
        rest = rest.slice(end < 0 ? rest.length : rest[end] === "\n" ? end + 1 : end);
      }
      held = rest;
      return events;
    },
    rest: () => lineOf(held),
  };
}

/** Where a line ends: at its end, or where a mark follows it. */
function endOfLine(text: string): number {
  const ends = [text.indexOf("\n"), text.indexOf(markSign)].filter((at) => at >= 0);
  return ends.length === 0 ? -1 : Math.min(...ends);
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

import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { createOutputReader, type ExecEvent } from "../../../src/exec/output.ts";
import type { ExecMode } from "../../../src/exec/shell_script.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** What a reader makes of a text that comes in pieces of `size` bytes, with neighbours joined. */
function read(mode: ExecMode, text: string, size: number): unknown[] {
  const reader = createOutputReader(mode);
  const bytes = bytesOf(text);
  const events: ExecEvent[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) {
    events.push(...reader.read(bytes.subarray(at, at + size)));
  }
  events.push(...reader.rest());
  const joined: unknown[] = [];
  let last: { stream: string; text: string } | undefined;
  for (const event of events) {
    if (event.kind !== "output") {
      joined.push(event);
      last = undefined;
    } else {
      const shown = Buffer.from(event.bytes).toString("latin1");
      if (last?.stream === event.stream) last.text += shown;
      else joined.push(last = { stream: event.stream, text: shown });
    }
  }
  return joined;
}

const stdout = (text: string) => ({ stream: "stdout", text });
const stderr = (text: string) => ({ stream: "stderr", text });
const b64 = (text: string) => btoa(text);

const everyHighByte = String.fromCharCode(...Array.from({ length: 128 }, (_, at) => 128 + at));

const cases: [string, ExecMode, string, unknown[]][] = [
  ["a terminal's bytes are handed on as they are", "terminal", "a\xff\r\nb", [
    stdout("a\xff\r\nb"),
  ]],
  [
    "the exit status is a mark at the end, and not shown",
    "terminal",
    "$ exit\r\n\x1ex130\x1e",
    [stdout("$ exit\r\n"), { kind: "exited", code: 130 }],
  ],
  [
    "a program's own control characters are no mark",
    "terminal",
    "a\x1eb\x1ec\x1e",
    [stdout("a\x1eb\x1ec\x1e")],
  ],
  [
    "a mark that never ends is output",
    "terminal",
    `\x1e${"z".repeat(300)}`,
    [stdout(`\x1e${"z".repeat(300)}`)],
  ],
  [
    "lines carry the streams",
    "pipes",
    `\x1er\x1eo${b64("out")}\ne${b64("err")}\r\no${b64("more")}\n\x1ex0\x1e`,
    [
      { kind: "ready" },
      stdout("out"),
      stderr("err"),
      stdout("more"),
      { kind: "exited", code: 0 },
    ],
  ],
  [
    "programs that an image lacks are named",
    "pipes",
    "\x1em stty base64\x1e",
    [{ kind: "missing programs", names: ["stty", "base64"] }],
  ],
  [
    "a shell's own words are standard error",
    "pipes",
    "sh: 1: nope: not found\n\x1ex127\x1e",
    [stderr("sh: 1: nope: not found\n"), { kind: "exited", code: 127 }],
  ],
  [
    "a shell's own words keep every byte value",
    "pipes",
    `sh: ${everyHighByte}: not found\n\x1ex127\x1e`,
    [stderr(`sh: ${everyHighByte}: not found\n`), { kind: "exited", code: 127 }],
  ],
  [
    "a mark right behind a line without an end is read",
    "pipes",
    `\x1er\x1eo${b64("out")}\x1ex0\x1e`,
    [{ kind: "ready" }, stdout("out"), { kind: "exited", code: 0 }],
  ],
];

for (const [name, mode, text, expected] of cases) {
  Deno.test(`${name}, however it is cut`, () => {
    for (const size of [1, 2, 3, 7, 1_000]) assertEquals(read(mode, text, size), expected);
  });
}

for (const mode of ["terminal", "pipes"] as const) {
  Deno.test(`of a mark that never ends no more is kept than a mark has: ${mode}`, () => {
    const reader = createOutputReader(mode);
    reader.read(bytesOf("\x1e"));
    let shown = 0;
    for (let piece = 0; piece < 1_000; piece++) {
      for (const event of reader.read(bytesOf("z".repeat(1_000)))) {
        if (event.kind === "output") shown += event.bytes.byteLength;
      }
    }
    assert(shown >= 1_000_000 - 1_000, `${shown} bytes`);
  });
}

Deno.test("a container cannot have the driver send a message for each byte", () => {
  const signs = createOutputReader("terminal").read(bytesOf("\x1e".repeat(100_000)));
  assert(signs.length <= 2, `${signs.length} events`);
  const lines = createOutputReader("pipes").read(bytesOf(`o${b64("x")}\n`.repeat(10_000)));
  assertEquals(lines.length, 1);
  const [line] = lines;
  assertEquals(line?.kind === "output" ? line.bytes.byteLength : undefined, 10_000);
});

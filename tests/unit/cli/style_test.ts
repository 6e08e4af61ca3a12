import { assertEquals } from "@std/assert";
import { hasColours, painterOf, printable, spanOf, tableOf } from "../../../src/cli/style.ts";

Deno.test("colours go to a terminal alone, and to none where NO_COLOR is set", () => {
  const terminal = { isTerminal: true };
  assertEquals(hasColours(terminal, {}), true);
  assertEquals(hasColours(terminal, { NO_COLOR: "" }), true);
  assertEquals(hasColours(terminal, { NO_COLOR: "1" }), false);
  assertEquals(hasColours(terminal, { TERM: "dumb" }), false);
  assertEquals(hasColours({ isTerminal: false }, {}), false);
});

Deno.test("a painter colours, or leaves the text as it is", () => {
  assertEquals(painterOf(true)("red", "no"), "\x1b[31mno\x1b[0m");
  assertEquals(painterOf(true)("plain", "no"), "no");
  assertEquals(painterOf(false)("red", "no"), "no");
});

Deno.test("a text from elsewhere cannot move the terminal's cursor", () => {
  assertEquals(printable("a\x1b[2Jb\nc\x9bd"), "a [2Jb c d");
  assertEquals(printable("over\u202eon\u2066\u2028x"), "over on  x");
});

Deno.test("columns are aligned, whatever colours their cells have", () => {
  const rows = [["a", { text: "ok", colour: "green" as const }, "x"], ["long", "fail", ""]];
  assertEquals(
    tableOf(["N", "S", "WHY"], rows, painterOf(false)),
    "N     S     WHY\na     ok    x\nlong  fail  \n",
  );
  assertEquals(
    tableOf(["N", "S", "WHY"], rows, painterOf(true)).split("\n")[1],
    "a     \x1b[32mok\x1b[0m    x",
  );
});

Deno.test("a span is told in its largest two units", () => {
  const spans: [number, string][] = [
    [0, "0s"],
    [-5, "0s"],
    [59_999, "59s"],
    [750_000, "12m30s"],
    [3_600_000, "1h"],
    [(3 * 24 + 4) * 3_600_000 + 60_000, "3d4h"],
  ];
  for (const [ms, text] of spans) assertEquals(spanOf(ms), text);
});

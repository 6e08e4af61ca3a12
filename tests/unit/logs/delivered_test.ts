import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { joined } from "../../../src/bytes.ts";
import { deliveredIn } from "../../../src/logs/delivered.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (of: Uint8Array) => new TextDecoder().decode(of);

Deno.test("what was delivered is left out, as often as it was", () => {
  const delivered = deliveredIn(bytes("a\nb\na\n"));
  const missing = ["a\n", "a\n", "a\n", "b\n", "c\n"].map((line) =>
    text(delivered.missing(bytes(line)))
  );
  assertEquals(missing, ["", "", "a\n", "", "c\n"]);
  assertEquals(delivered.isEmpty(), true);
});

Deno.test("a line that was begun is ended", () => {
  const delivered = deliveredIn(bytes("one\nthr"));
  assertEquals(text(delivered.missing(bytes("two\n"))), "", "it would stand within another line");
  assertEquals(text(delivered.missing(bytes("three\n"))), "ee\ntwo\n");
  assertEquals(text(delivered.missing(bytes("three\n"))), "three\n");
});

Deno.test("a line that was begun within a character is ended byte by byte", () => {
  const whole = bytes("grün\n");
  const delivered = deliveredIn(whole.slice(0, 3));
  assertEquals(text(joined(whole.slice(0, 3), delivered.missing(whole))), "grün\n");
});

Deno.test("of several lines together, those that are left out are the first", () => {
  const delivered = deliveredIn(bytes("a\nb\nc"));
  assertEquals(text(delivered.missing(bytes("a\nb\ncd\ne\n"))), "d\ne\n");
  assertEquals(delivered.isEmpty(), true);
});

Deno.test("wherever a process died, each event is there once in the end", () => {
  const event = fc.array(fc.stringMatching(/^[ab]{0,2}$/), { minLength: 1, maxLength: 3 })
    .map((lines) => lines.map((line) => `${line}\n`).join(""));
  fc.assert(fc.property(fc.array(event, { maxLength: 8 }), fc.nat(), (events, cut) => {
    const all = bytes(events.join(""));
    const before = all.slice(0, cut % (all.length + 1));
    const delivered = deliveredIn(before);
    const after = events.map((one) => delivered.missing(bytes(one)));
    assertEquals(text(joined(before, ...after, delivered.rest())), events.join(""));
  }));
});

Deno.test("wherever a process died, and in whatever order events come again, no line is lost or doubled", () => {
  const line = fc.stringMatching(/^[ab]{0,3}$/).map((text) => `${text}\n`);
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }).chain((lines) =>
        fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length }))
      ),
      fc.nat(),
      ([lines, again], cut) => {
        const all = bytes(lines.join(""));
        const before = all.slice(0, cut % (all.length + 1));
        const delivered = deliveredIn(before);
        const after = again.map((one) => delivered.missing(bytes(one)));
        const found = text(joined(before, ...after, delivered.rest())).split("\n").sort();
        assertEquals(found, lines.join("").split("\n").sort());
      },
    ),
  );
});

Deno.test("a begun line whose end never comes is ended, and what waited for it follows", () => {
  const delivered = deliveredIn(bytes("one"));
  assertEquals(text(delivered.missing(bytes("two\n"))), "");
  assertEquals(text(delivered.rest()), "\ntwo\n");
  assertEquals(text(delivered.missing(bytes("three\n"))), "three\n");
});

Deno.test("no more than 256 KB wait for the end of a begun line", () => {
  const delivered = deliveredIn(bytes("one"));
  const line = bytes(`${"x".repeat(99_999)}\n`);
  assertEquals([1, 2].map(() => delivered.missing(line).length), [0, 0]);
  assertEquals(delivered.missing(line).length, 1 + 3 * line.length);
});

Deno.test("the end of what was delivered is found where lines repeat, also many of them", () => {
  const repeated = (count: number) => "a\n".repeat(count);
  const cases: [tail: string, event: string, missing: string][] = [
    ["a\nb\na\na\nb\n", "a\na\nb\nc\n", "c\n"],
    ["a\na\nb\na\na\n", "a\na\nc\n", "c\n"],
    ["b\na\na\na\nc\n", "a\na\na\nd\n", "a\na\na\nd\n"],
    // To compare each possible end anew would take the square of that many steps.
    [`${repeated(100_000)}b\n`, `${repeated(100_000)}c\n`, `${repeated(100_000)}c\n`],
  ];
  for (const [tail, event, missing] of cases) {
    assertEquals(text(deliveredIn(bytes(tail)).missing(bytes(event))) === missing, true);
  }
});

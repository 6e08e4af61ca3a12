import { assertEquals } from "@std/assert";
import { positionAt } from "../../../src/logs/position.ts";
import { decodePositions, encodePositions } from "../../../src/logs/position_tag.ts";

Deno.test("how far each stream was shown fits into a tag, and is read from it", () => {
  const busy = positionAt(1_767_225_600_000);
  busy.newest = 1_767_225_610_000;
  for (const [id, time] of [[1, busy.newest], [2, busy.newest], [3, busy.newest - 1]] as const) {
    busy.known.set(id, time);
  }
  const text = encodePositions([busy, positionAt(7)]) ?? "";
  assertEquals(text, "17672256100000002" + "00000000000070000");
  const [first, second] = decodePositions(text, 2) ?? [];
  assertEquals([first?.from, first?.shown], [busy.newest, { time: busy.newest, remaining: 2 }]);
  assertEquals([second?.from, second?.shown?.remaining], [7, 0]);
});

Deno.test("a tag of another number of streams, or of anything else, tells nothing", () => {
  assertEquals(decodePositions("17672256100000002", 2), undefined);
  for (const text of ["", "x".repeat(17), "1767"]) {
    assertEquals(decodePositions(text, 1), undefined);
  }
});

Deno.test("more streams than a tag has room for are not told of", () => {
  assertEquals(
    encodePositions(Array.from({ length: 15 }, () => positionAt(1_767_225_600_000))),
    undefined,
  );
});

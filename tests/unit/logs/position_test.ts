import { assert, assertEquals } from "@std/assert";
import {
  advance,
  isFresh,
  type LogEvent,
  mostKnown,
  noteEvent,
  overlap,
  positionAt,
  wasShown,
} from "../../../src/logs/position.ts";

const event = (timestamp: number, id = `${timestamp}`): LogEvent => ({
  eventId: id.padStart(56, "0"),
  timestamp,
  message: "m",
});

/** A position behind these events. */
function after(...events: LogEvent[]) {
  const position = positionAt(0);
  for (const one of events) noteEvent(position, one);
  advance(position);
  return position;
}

Deno.test("an event is fresh once, and others of its millisecond still are", () => {
  const position = after(event(5, "1"));
  assertEquals(isFresh(position, event(5, "1")), false);
  assertEquals(isFresh(position, event(5, "2")), true);
});

Deno.test("events that come late are fresh within the overlap, and those before it are known", () => {
  const position = after(event(100), event(100 + overlap));
  assertEquals(position.from, 100);
  assertEquals(isFresh(position, event(101)), true);
  assertEquals(isFresh(position, event(99)), false);
});

Deno.test("a position never moves back for an event of an earlier time", () => {
  const position = after(event(50_000), event(45_000));
  assertEquals([position.from, position.newest], [50_000 - overlap, 50_000]);
});

Deno.test("of a busy stream no more events are kept than are read again, and none comes twice", () => {
  const events = Array.from(
    { length: 5_000 },
    (_, at) => event(1_000 + Math.floor(at / 3), `${at}`),
  );
  const position = after(...events);
  assert(position.known.size <= mostKnown, String(position.known.size));
  assertEquals(events.filter((one) => isFresh(position, one)), []);
});

Deno.test("events of one millisecond are all kept, however many: only ids tell them apart", () => {
  const events = Array.from({ length: 3_000 }, (_, at) => event(7, `${at}`));
  const position = after(...events);
  assertEquals(position.known.size, 3_000);
  assertEquals(isFresh(position, event(7, "another")), true);
});

Deno.test("ids of 56 digits that differ in one digit are different", () => {
  const ids = Array.from({ length: 10_000 }, (_, at) => `3796441991398515883847480682${at}`);
  const position = after(...ids.map((id) => event(1, id)));
  assertEquals(position.known.size, ids.length);
});

Deno.test("of events of the time up to which they were shown, the first ones are passed over", () => {
  const position = { ...positionAt(5), shown: { time: 5, remaining: 2 } };
  const shown = ["1", "2", "3"].map((id) => wasShown(position, event(5, id)));
  assertEquals([shown, wasShown(position, event(6))], [[true, true, false], false]);
});

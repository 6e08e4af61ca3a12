import { assertEquals } from "@std/assert";
import { createTurns, type Priority } from "../../../src/aws/turns.ts";

const all = () => true;

/** What `count` turns give, of queues with this many items each. */
function take(count: number, waiting: readonly (readonly [Priority, string, number])[]) {
  const turns = createTurns<string>();
  for (const [priority, lane, items] of waiting) {
    for (let at = 0; at < items; at++) turns.add(`${lane} ${at}`, priority, lane);
  }
  return Array.from({ length: count }, () => turns.next(all)?.item.split(" ")[0]);
}

const countOf = (items: readonly (string | undefined)[], lane: string) =>
  items.filter((item) => item === lane).length;

Deno.test("a storm of starts does not keep stops waiting, nor the reverse", () => {
  const order = take(20, [["act", "start", 500], ["act", "stop", 3]]);
  assertEquals(order.slice(0, 6), ["start", "stop", "start", "stop", "start", "stop"]);
  assertEquals(countOf(order, "start"), 17);
});

Deno.test("items of one lane come in their order", () => {
  const turns = createTurns<number>();
  for (const item of [1, 2, 3]) turns.add(item, "act", "start");
  assertEquals([1, 2, 3].map(() => turns.next(all)?.item), [1, 2, 3]);
});

Deno.test("what acts goes first, and leaves the watch and the housekeeping their turns", () => {
  const order = take(64, [["act", "start", 500], ["watch", "look", 500], [
    "housekeeping",
    "search",
    500,
  ]]);
  assertEquals(countOf(order, "search"), 4);
  assertEquals(countOf(order, "look"), 15);
  assertEquals(countOf(order, "start"), 45);
});

Deno.test("a priority that is not ready is passed over, and keeps its turn", () => {
  const turns = createTurns<string>();
  for (let at = 0; at < 10; at++) turns.add(`start ${at}`, "act", "start");
  turns.add("look", "watch", "look");
  for (let at = 0; at < 6; at++) turns.next((priority) => priority !== "watch");
  assertEquals(turns.next(all)?.item, "look");
  assertEquals(turns.waits("watch"), false);
});

Deno.test("an item that has left is not served", () => {
  const turns = createTurns<string>();
  turns.add("gone", "act", "start");
  turns.add("stays", "act", "stop");
  turns.delete("gone", "act", "start");
  assertEquals([turns.next(all)?.item, turns.next(all)], ["stays", undefined]);
});

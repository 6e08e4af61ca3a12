import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createDueQueue } from "../../../../src/lifecycle/watch/due_queue.ts";

Deno.test("a queue gives what is due, those looked at longest ago first", () => {
  const queue = createDueQueue<string>(() => 5);
  queue.append("a", 5);
  queue.append("b", 6);
  queue.append("c", 7);
  queue.set("b", 5);
  assertEquals(queue.next(), 5);
  assertEquals(queue.due(4), []);
  assertEquals(queue.due(10), ["a", "b"]);
  queue.append("a", 15);
  queue.append("b", 16);
  assertEquals(queue.due(30), ["c", "a", "b"]);
});

Deno.test("what is queued follows the interval as it is", () => {
  let interval = 100;
  const queue = createDueQueue<string>(() => interval);
  queue.append("a", 0);
  assertEquals([queue.next(), queue.due(99)], [100, []]);
  interval = 10;
  assertEquals([queue.next(), queue.due(10)], [10, ["a"]]);
  interval = 100;
  assertEquals(queue.hurry("a", 20), true);
});

Deno.test("a queue hurries only what it knows and what is wanted later", () => {
  const queue = createDueQueue<string>(() => 5);
  queue.append("a", 5);
  assertEquals(queue.hurry("a", 10), false);
  assertEquals(queue.hurry("unknown", 1), false);
  assertEquals(queue.hurry("a", 9), true);
  assertEquals(queue.next(), 9);
});

Deno.test("a queue fills up with what is due next, and then with the head of the queue", () => {
  const queue = createDueQueue<string>(() => 0);
  queue.append("due", 1);
  queue.append("early", 10);
  queue.append("later", 12);
  queue.set("apart", 14);
  queue.set("next", 11);
  queue.set("far", 60);
  queue.set("due apart", 1);
  assertEquals(queue.early(1, 5, 20), ["next", "apart", "early", "later"]);
  assertEquals(queue.early(1, 1, 20), ["next"]);
  assertEquals(queue.early(1, 5, 0), ["early", "later"]);
});

Deno.test("whatever is done to a queue, every item in it comes up once it is due", () => {
  const item = fc.constantFrom("a", "b", "c", "d");
  const step = fc.record({
    act: fc.constantFrom("set", "defer", "append", "hurry", "delete"),
    item,
    at: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const queue = createDueQueue<string>(() => 5);
    let looked = 0;
    const wanted = new Map<string, number>();
    for (const { act, item, at } of steps) {
      const before = wanted.get(item);
      if (act === "delete") {
        queue.delete(item);
        wanted.delete(item);
      } else if (act === "hurry") {
        assertEquals(queue.hurry(item, at), before !== undefined && before > at);
        if (before !== undefined) wanted.set(item, Math.min(before, at));
      } else {
        looked = Math.max(looked, at);
        queue[act](item, act === "append" ? looked : at);
        wanted.set(item, act === "append" ? looked + 5 : at);
      }
    }
    assertEquals(queue.due(25).sort(), [...wanted.keys()].sort());
    const due = [...wanted].filter(([, at]) => at <= 10).map(([item]) => item);
    assertEquals(queue.due(10).sort(), due.sort());
    const next = queue.next();
    assertEquals(queue.due(next).length > 0, wanted.size > 0);
  }));
});

Deno.test("what had its turn in vain comes after all others that are due", () => {
  const queue = createDueQueue<string>(() => 0);
  for (const item of ["a", "b", "c"]) queue.set(item, 0);
  queue.defer("a", 1);
  assertEquals(queue.due(0), ["b", "c"]);
  assertEquals(queue.due(1), ["b", "c", "a"]);
});

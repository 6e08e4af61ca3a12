import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createSchedule } from "../../../../src/lifecycle/watch/schedule.ts";

Deno.test("a schedule gives what is due, those looked at longest ago first", () => {
  const schedule = createSchedule<string>(() => 5);
  schedule.queue("a", 5);
  schedule.queue("b", 6);
  schedule.queue("c", 7);
  schedule.set("b", 5);
  assertEquals(schedule.next(), 5);
  assertEquals(schedule.due(4), []);
  assertEquals(schedule.due(10), ["a", "b"]);
  schedule.queue("a", 15);
  schedule.queue("b", 16);
  assertEquals(schedule.due(30), ["c", "a", "b"]);
});

Deno.test("what is queued follows the interval as it is", () => {
  let interval = 100;
  const schedule = createSchedule<string>(() => interval);
  schedule.queue("a", 0);
  assertEquals([schedule.next(), schedule.due(99)], [100, []]);
  interval = 10;
  assertEquals([schedule.next(), schedule.due(10)], [10, ["a"]]);
  interval = 100;
  assertEquals(schedule.hurry("a", 20), true);
});

Deno.test("a schedule hurries only what it knows and what is wanted later", () => {
  const schedule = createSchedule<string>(() => 5);
  schedule.queue("a", 5);
  assertEquals(schedule.hurry("a", 10), false);
  assertEquals(schedule.hurry("unknown", 1), false);
  assertEquals(schedule.hurry("a", 9), true);
  assertEquals(schedule.next(), 9);
});

Deno.test("a schedule fills up with what is due next, and then with the head of the queue", () => {
  const schedule = createSchedule<string>(() => 0);
  schedule.queue("due", 1);
  schedule.queue("early", 10);
  schedule.queue("later", 12);
  schedule.set("apart", 14);
  schedule.set("next", 11);
  schedule.set("far", 60);
  schedule.set("due apart", 1);
  assertEquals(schedule.early(1, 5, 20), ["next", "apart", "early", "later"]);
  assertEquals(schedule.early(1, 1, 20), ["next"]);
  assertEquals(schedule.early(1, 5, 0), ["early", "later"]);
});

Deno.test("whatever is done to a schedule, every item in it comes up once it is due", () => {
  const item = fc.constantFrom("a", "b", "c", "d");
  const step = fc.record({
    act: fc.constantFrom("set", "defer", "queue", "hurry", "delete"),
    item,
    at: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const schedule = createSchedule<string>(() => 5);
    let looked = 0;
    const wanted = new Map<string, number>();
    for (const { act, item, at } of steps) {
      const before = wanted.get(item);
      if (act === "delete") {
        schedule.delete(item);
        wanted.delete(item);
      } else if (act === "hurry") {
        assertEquals(schedule.hurry(item, at), before !== undefined && before > at);
        if (before !== undefined) wanted.set(item, Math.min(before, at));
      } else {
        looked = Math.max(looked, at);
        schedule[act](item, act === "queue" ? looked : at);
        wanted.set(item, act === "queue" ? looked + 5 : at);
      }
    }
    assertEquals(schedule.due(25).sort(), [...wanted.keys()].sort());
    const due = [...wanted].filter(([, at]) => at <= 10).map(([item]) => item);
    assertEquals(schedule.due(10).sort(), due.sort());
    const next = schedule.next();
    assertEquals(schedule.due(next).length > 0, wanted.size > 0);
  }));
});

Deno.test("what had its turn in vain comes after all others that are due", () => {
  const schedule = createSchedule<string>(() => 0);
  for (const item of ["a", "b", "c"]) schedule.set(item, 0);
  schedule.defer("a", 1);
  assertEquals(schedule.due(0), ["b", "c"]);
  assertEquals(schedule.due(1), ["b", "c", "a"]);
});

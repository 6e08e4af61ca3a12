import { assertEquals } from "@std/assert";
import { createEventHub } from "../../../src/driver/event_hub.ts";

async function take<T>(values: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const value of values) {
    taken.push(value);
    if (taken.length === count) break;
  }
  return taken;
}

Deno.test("what came while nobody listened is kept for the first who does", async () => {
  const hub = createEventHub<number>({ kept: 3 });
  for (let value = 1; value <= 5; value++) hub.publish(value);
  assertEquals(await take(hub.subscribe(new AbortController().signal), 3), [3, 4, 5]);
});

Deno.test("a listener that does not read holds the newest values alone", async () => {
  const hub = createEventHub<number>({ kept: 3 });
  const stuck = hub.subscribe(new AbortController().signal)[Symbol.asyncIterator]();
  const first = stuck.next();
  hub.publish(1);
  assertEquals((await first).value, 1);
  for (let value = 2; value <= 1_000; value++) hub.publish(value);
  assertEquals([(await stuck.next()).value, (await stuck.next()).value], [998, 999]);
});

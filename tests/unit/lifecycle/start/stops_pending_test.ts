import { assertEquals } from "@std/assert";
import type { StartContext } from "../../../../src/lifecycle/start/context.ts";
import { searchSettled, stopsAcknowledged } from "../../../../src/lifecycle/start/stops_pending.ts";
import { startRequest } from "../../../harness/world.ts";

const asking = { signal: new AbortController().signal, retrying: () => {} };

/** A context in which these stops are pending, by index. */
function contextWith(stops: Map<string, Promise<void>>): StartContext {
  const ledger = { stopsPending: (index: string) => stops.get(index) };
  return { remoteTasks: { ledger } } as unknown as StartContext;
}

Deno.test("every stop is waited for, also one that is asked for meanwhile", async () => {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const stops = new Map([["a", first.promise]]);
  const toldTwice = Promise.withResolvers<void>();
  let told = 0;
  const request = startRequest({
    onEvent: () => {
      told += 1;
      if (told === 2) toldTwice.resolve();
    },
  });
  let isOver = false;
  const waiting = stopsAcknowledged(contextWith(stops), request, ["a", "b"], asking)
    .then(() => isOver = true);
  stops.set("a", second.promise);
  first.resolve();
  await toldTwice.promise;
  assertEquals(isOver, false);
  stops.delete("a");
  second.resolve();
  await waiting;
  assertEquals(told, 2);
});

Deno.test("a search is made again where a stop was asked for during it", async () => {
  const stops = new Map<string, Promise<void>>();
  const stop = Promise.withResolvers<void>();
  const request = startRequest({
    onEvent: () => {
      stops.delete("a");
      stop.resolve();
    },
  });
  let searches = 0;
  const found = await searchSettled(contextWith(stops), request, ["a"], asking, () => {
    searches += 1;
    if (searches === 1) stops.set("a", stop.promise);
    return Promise.resolve(searches);
  });
  assertEquals(found, 2);
});

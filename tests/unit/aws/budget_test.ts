import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createBudget, type Priority } from "../../../src/aws/budget.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

function createTimedBudget(maxRate: number) {
  const time = createVirtualTime(0);
  const budget = createBudget({ maxRate: () => maxRate, clock: time.clock({ alive: true }) });
  const pass = async (ms: number) => {
    const end = time.now() + ms;
    while (await time.step(end));
  };
  return { time, budget, pass };
}

Deno.test("no second ever sees more calls than the rate, however they arrive", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.tuple(fc.nat(700), fc.integer({ min: 1, max: 30 })), { maxLength: 20 }),
      async (rate, bursts) => {
        const { time, budget, pass } = createTimedBudget(rate);
        const granted: number[] = [];
        let asked = 0;
        for (const [pause, calls] of bursts) {
          await pass(pause);
          for (let call = 0; call < calls; call++) {
            asked += 1;
            budget.acquire("act").then(() => granted.push(time.now()));
          }
        }
        await pass(700_000);
        assertEquals(granted.length, asked);
        for (const [at, moment] of granted.entries()) {
          const later = granted[at + rate];
          assert(later === undefined || later - moment >= 1_000, `${rate} a second: ${granted}`);
        }
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("a burst of starts leaves the watch its turns", async () => {
  const { budget, pass } = createTimedBudget(10);
  const order: Priority[] = [];
  for (let at = 0; at < 100; at++) budget.acquire("act").then(() => order.push("act"));
  for (let at = 0; at < 5; at++) budget.acquire("watch").then(() => order.push("watch"));
  await pass(2_500);
  assert(order.filter((priority) => priority === "watch").length === 5, order.join(" "));
});

Deno.test("throttling halves the rate, and time gives it back", async () => {
  const { budget, pass } = createTimedBudget(10);
  budget.throttled();
  assertEquals(budget.rate(), 5);
  budget.throttled();
  assertEquals(budget.rate(), 5, "one second's refusals are one sign");
  await pass(5_000);
  assert(budget.rate() > 7 && budget.rate() < 8, String(budget.rate()));
  await pass(10_000);
  assertEquals(budget.rate(), 10);
});

Deno.test("a call that is given up leaves the queue", async () => {
  const { budget, pass } = createTimedBudget(1);
  await budget.acquire("act");
  const gone = new AbortController();
  const given = budget.acquire("act", gone.signal).catch(() => "given up");
  const next = budget.acquire("act").then(() => "granted");
  gone.abort();
  assertEquals(await given, "given up");
  await pass(1_100);
  assertEquals(await next, "granted");
});

Deno.test("leave that is given back is another call's", async () => {
  const { budget, pass } = createTimedBudget(1);
  const permit = await budget.acquire("watch");
  permit.giveBack();
  let granted = false;
  budget.acquire("act").then(() => granted = true);
  await pass(1);
  assertEquals(granted, true);
});

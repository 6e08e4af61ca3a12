import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createBudget, type Priority } from "../../../src/aws/budget.ts";
import type { Limit } from "../../../src/aws/token_bucket.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

const reads = { burst: 100, perSecond: 20 };

function createTimedBudget(limit: Limit, share = 1) {
  const time = createVirtualTime(0);
  const budget = createBudget({
    limit: () => limit,
    share: () => share,
    clock: time.clock({ alive: true }),
  });
  const { pass } = time;
  const acquire = async (priority: Priority, lane = "calls", signal?: AbortSignal) => {
    const permit = await budget.acquire({ priority, lane, signal });
    permit.accepted();
    return permit;
  };
  return { time, budget, pass, acquire };
}

Deno.test("however calls arrive, AWS's bucket has a token for each", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        burst: fc.integer({ min: 10, max: 60 }),
        perSecond: fc.integer({ min: 1, max: 40 }),
      }),
      fc.array(fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 40 })), { maxLength: 12 }),
      async (limit, bursts) => {
        const { time, pass, acquire } = createTimedBudget(limit);
        const granted: number[] = [];
        let asked = 0;
        for (const [pause, calls] of bursts) {
          await pass(pause);
          for (let call = 0; call < calls; call++) {
            asked += 1;
            acquire("act").then(() => granted.push(time.now()));
          }
        }
        await pass(700_000);
        assertEquals(granted.length, asked);
        let tokens = limit.burst;
        let at = 0;
        for (const now of granted) {
          tokens = Math.min(limit.burst, tokens + (now - at) / 1_000 * limit.perSecond) - 1;
          at = now;
          assert(tokens >= 0, `no token at ${now}: ${granted}`);
        }
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("a storm of calls is over little after AWS allows it, and begins at once", async () => {
  const { time, pass, acquire } = createTimedBudget(reads);
  const granted: number[] = [];
  for (let call = 0; call < 500; call++) acquire("act").then(() => granted.push(time.now()));
  await pass(1);
  assert(granted.length >= 4, `${granted.length} calls at once`);
  await pass(60_000);
  const allowed = (500 - reads.burst) / reads.perSecond;
  assert((granted.at(-1) ?? Infinity) / 1_000 < allowed * 1.05, `${granted.at(-1)} ms`);
});

Deno.test("a client with a share of the bucket uses that, and no more", async () => {
  const { pass, acquire, budget } = createTimedBudget(reads, 0.25);
  let granted = 0;
  for (let call = 0; call < 500; call++) acquire("act").then(() => granted += 1);
  await pass(40_000);
  assertEquals(budget.rate(), 5);
  assert(granted > 200 && granted <= 25 + 200, `${granted} calls`);
});

Deno.test("a burst of starts leaves the watch its turns", async () => {
  const { pass, acquire } = createTimedBudget(reads);
  const order: Priority[] = [];
  for (let at = 0; at < 500; at++) acquire("act").then(() => order.push("act"));
  for (let at = 0; at < 5; at++) acquire("watch").then(() => order.push("watch"));
  await pass(2_500);
  assertEquals(order.filter((priority) => priority === "watch").length, 5, order.join(" "));
});

Deno.test("calls of the watch are spread, however full the bucket is", async () => {
  const { time, pass, acquire } = createTimedBudget(reads);
  const granted: number[] = [];
  for (let at = 0; at < 20; at++) acquire("watch").then(() => granted.push(time.now()));
  await pass(10_000);
  assertEquals(granted.length, 20);
  const between = granted.slice(1).map((at, index) => at - (granted[index] ?? 0));
  assert(between.every((ms) => ms > 49.9), between.join(" "));
  const before = time.now();
  let acted = 0;
  for (let at = 0; at < 3; at++) acquire("watch");
  acquire("act").then(() => acted = time.now());
  await pass(1);
  assertEquals(acted, before, "what acts does not wait for that");
});

Deno.test("a refusal lowers the rate, and time gives it back", async () => {
  const { budget, pass, acquire } = createTimedBudget(reads);
  const permit = await acquire("act");
  permit.refused();
  const lowered = budget.rate();
  assert(lowered < 10, String(lowered));
  let granted = false;
  acquire("act").then(() => granted = true);
  await pass(1);
  assertEquals(granted, false, "AWS's bucket is empty");
  await pass(60_000);
  assertEquals([granted, budget.rate()], [true, 20]);
});

Deno.test("a call that is given up leaves the queue", async () => {
  const { pass, acquire } = createTimedBudget({ burst: 1, perSecond: 1 });
  await acquire("act");
  const gone = new AbortController();
  const given = acquire("act", "calls", gone.signal).catch(() => "given up");
  const next = acquire("act").then(() => "granted");
  gone.abort();
  assertEquals(await given, "given up");
  await pass(2_000);
  assertEquals(await next, "granted");
});

Deno.test("leave that is given back is another call's", async () => {
  const { pass, acquire } = createTimedBudget({ burst: 1, perSecond: 1 });
  const permit = await acquire("act");
  permit.giveBack();
  let granted = false;
  acquire("act").then(() => granted = true);
  await pass(1);
  assertEquals(granted, true);
});

for (const perSecond of [0.05, 0.1, 0.5, 0.7, 1]) {
  Deno.test(`calls get all of a limit of ${perSecond} a second`, async () => {
    const { time, pass, acquire } = createTimedBudget({ burst: 1, perSecond });
    const granted: number[] = [];
    for (let call = 0; call < 21; call++) acquire("act").then(() => granted.push(time.now()));
    await pass(1.05 * 20 / perSecond * 1_000);
    assertEquals(granted.length, 21);
  });
}

Deno.test("calls that wait go by another limit as soon as it is known", async () => {
  const time = createVirtualTime(0);
  let limit = { burst: 1, perSecond: 0.001 };
  let changed = new AbortController();
  const budget = createBudget({
    limit: () => limit,
    changed: () => changed.signal,
    clock: time.clock({ alive: true }),
  });
  let granted = 0;
  const acquire = () =>
    budget.acquire({ priority: "act", lane: "calls" }).then((permit) => {
      permit.accepted();
      granted += 1;
    });
  for (let call = 0; call < 40; call++) acquire();
  await time.pass(5_000);
  assertEquals(granted, 1);
  limit = { burst: 100, perSecond: 40 };
  const before = changed;
  changed = new AbortController();
  before.abort();
  await time.pass(2_000);
  assertEquals(granted, 40);
});

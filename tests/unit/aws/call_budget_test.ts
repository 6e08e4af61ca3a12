import { assert, assertEquals } from "@std/assert";
import { type CallLimits, createCallBudget } from "../../../src/aws/call_budget.ts";
import type { Category } from "../../../src/aws/rate_limits.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

const writes = "cluster resource writes";
const starts = ["Fargate launches", writes] as const;
const stops = [writes] as const;

function createTimedBudget(settings: Partial<CallLimits> = {}) {
  const time = createVirtualTime(0);
  let changed = new AbortController();
  let limits: CallLimits = { raised: {}, share: 1, ceiling: undefined, ...settings };
  const change = (next: Partial<CallLimits>) => {
    const before = changed;
    limits = { ...limits, ...next };
    changed = new AbortController();
    before.abort();
  };
  const budget = createCallBudget({
    settings: () => ({ ...limits, changed: changed.signal }),
    clock: time.clock({ alive: true }),
  });
  const { pass } = time;
  const granted: { lane: string; at: number }[] = [];
  const ask = (
    categories: readonly [Category, ...Category[]],
    lane: string,
    count: number,
    signal?: AbortSignal,
  ) => {
    for (let call = 0; call < count; call++) {
      budget.acquire(categories, { priority: "act", lane, signal })
        .then((permit) => {
          permit.accepted();
          granted.push({ lane, at: time.now() });
        }, () => {});
    }
  };
  const endOf = (lane: string) => granted.findLast((call) => call.lane === lane)?.at ?? Infinity;
  return { time, budget, pass, ask, granted, endOf, change };
}

Deno.test("a storm of starts waits for launches, and stops go by", async () => {
  const { pass, ask, endOf } = createTimedBudget();
  ask(starts, "runTask", 500);
  ask(stops, "stopTask", 100);
  await pass(60_000);
  assert(endOf("stopTask") < 5_000, `${endOf("stopTask")} ms`);
  assert(endOf("runTask") < 22_000, `${endOf("runTask")} ms`);
});

Deno.test("a storm of stops leaves starts every other turn", async () => {
  const { pass, ask, endOf } = createTimedBudget();
  ask(stops, "stopTask", 1_000);
  ask(starts, "runTask", 20);
  await pass(60_000);
  assert(endOf("runTask") < 2_000, `${endOf("runTask")} ms`);
  assert(endOf("stopTask") < 1.1 * (1_020 - 100) / 40 * 1_000, `${endOf("stopTask")} ms`);
});

Deno.test("a refused call lowers its own category, and no other", async () => {
  const { budget } = createTimedBudget();
  const permit = await budget.acquire(starts, { priority: "act", lane: "runTask" });
  permit.refused();
  assert(budget.rate("Fargate launches") < 10);
  assertEquals(budget.rate(writes), 40);
  assertEquals(budget.rate("cluster resource reads"), 20);
});

Deno.test("a ceiling holds for all categories together, in any second", async () => {
  const { pass, ask, granted, budget } = createTimedBudget({ ceiling: 10 });
  ask(stops, "stopTask", 60);
  ask(["cluster resource reads"], "listTasks", 60);
  ask(["tag writes"], "tagResource", 20);
  await pass(20_000);
  assertEquals(granted.length, 140);
  for (const [at, call] of granted.entries()) {
    const later = granted[at + 10];
    assert(later === undefined || later.at - call.at >= 1_000, JSON.stringify(granted));
  }
  assert(budget.rate("cluster resource reads") <= 10);
});

Deno.test("calls that wait below a ceiling go at AWS's own rate once there is none", async () => {
  const { pass, ask, granted, change } = createTimedBudget({ ceiling: 1 });
  ask(stops, "stopTask", 500);
  await pass(10_000);
  assertEquals(granted.length, 10);
  change({ ceiling: undefined });
  await pass(12_000);
  assertEquals(granted.length, 500);
});

Deno.test("calls that wait go by a ceiling that comes, and by one that changes", async () => {
  const { pass, ask, granted, change } = createTimedBudget();
  ask(stops, "stopTask", 500);
  await pass(1_000);
  const before = granted.length;
  change({ ceiling: 1 });
  await pass(10_000);
  assert(granted.length <= before + 11, `${granted.length - before} calls in 10 s`);
  change({ ceiling: 20 });
  await pass(20_000);
  const since = granted.length - before;
  assert(since > 350 && since <= 11 + 400, `${since} calls`);
});

Deno.test("calls that wait go by another share as soon as it is known", async () => {
  const { pass, ask, granted, change } = createTimedBudget({ share: 0.001 });
  ask(stops, "stopTask", 50);
  await pass(5_000);
  assertEquals(granted.length, 1);
  change({ share: 1 });
  await pass(3_000);
  assertEquals(granted.length, 50);
});

Deno.test("what an account had raised is used", async () => {
  const { pass, ask, endOf } = createTimedBudget({
    raised: { fargate_launches: { burst: 100, per_second: 40 } },
  });
  ask(starts, "runTask", 500);
  await pass(60_000);
  assert(endOf("runTask") < 11_000, `${endOf("runTask")} ms`);
});

Deno.test("a start that is given up between its budgets leaves its launch to another", async () => {
  const { pass, ask, granted } = createTimedBudget({
    raised: {
      fargate_launches: { burst: 1, per_second: 0.01 },
      cluster_resource_writes: { burst: 1, per_second: 1 },
    },
  });
  ask(stops, "stopTask", 2);
  const gone = new AbortController();
  ask(starts, "given up", 1, gone.signal);
  await pass(10);
  gone.abort(new Error("nobody waits any more"));
  ask(starts, "runTask", 1);
  await pass(5_000);
  assertEquals(granted.map(({ lane }) => lane), ["stopTask", "stopTask", "runTask"]);
});

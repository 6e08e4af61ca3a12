import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { CallBudget } from "../../../src/aws/call_budget.ts";
import { meteredBudget } from "../../../src/aws/metered_budget.ts";
import { keepingMeter, steppingClock, unusedMeter } from "../../harness/measurements.ts";

const permit = { giveBack: () => {}, accepted: () => {}, refused: () => {} };
const asking = { priority: "watch", lane: "lane" } as const;

function budgetThat(acquire: CallBudget["acquire"]) {
  const kept = keepingMeter();
  const budget = meteredBudget({ acquire, rate: () => 7 }, kept.meter, steppingClock(500));
  return { ...kept, budget };
}

Deno.test("a wait is recorded by the first category, and the permit passed on", async () => {
  const { budget, records, turnOff } = budgetThat(() => Promise.resolve(permit));
  assertEquals(await budget.acquire(["cluster reads", "tag writes"], asking), permit);
  const measured = { kind: "budget wait", category: "cluster reads", seconds: 0.5 } as const;
  assertEquals(records, [measured]);
  turnOff();
  await budget.acquire(["tag writes"], asking);
  assertEquals(records, [measured]);
  assertEquals(budget.rate("tag writes"), 7);
});

Deno.test("while metrics are off a wait is the very one of the budget below, and no clock is read", () => {
  const { meter, clock } = unusedMeter();
  const waiting = Promise.resolve(permit);
  const budget = meteredBudget({ acquire: () => waiting, rate: () => 7 }, meter, clock);
  assertStrictEquals(budget.acquire(["tag writes"], asking), waiting);
});

Deno.test("a wait that is given up is not recorded", async () => {
  const { budget, records } = budgetThat(() => Promise.reject(new Error("given up")));
  await assertRejects(() => budget.acquire(["tag writes"], asking), Error, "given up");
  assertEquals(records, []);
});

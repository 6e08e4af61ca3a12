import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Evidence,
  type FairShare,
  rateOf,
  wholeShare,
  withCall,
  withoutCall,
  withRefusal,
} from "../../../src/aws/fair_share.ts";

const limit = { burst: 100, perSecond: 20 };

/** A share after this many calls at one moment, and what was known at the last of them. */
function called(share: FairShare, calls: number, now: number): [FairShare, Evidence] {
  let evidence: Evidence = { at: now, own: 0, others: 0 };
  for (let call = 0; call < calls; call++) ({ share, evidence } = withCall(share, limit, now));
  return [share, evidence];
}

/** A share that was refused a call at `now`, with this rate before. */
function refused(share: FairShare, evidence: Evidence, now: number): FairShare {
  return withRefusal(share, evidence, limit, { rate: rateOf(share, limit, now), now });
}

Deno.test("a client that nothing was refused has the bucket's whole rate", () => {
  assertEquals(rateOf(wholeShare(limit, 0), limit, 0), 20);
});

Deno.test("the first refusal tells which share of the bucket a client had", () => {
  const [share, evidence] = called(wholeShare(limit, 0), 25, 0);
  assertEquals(evidence, { at: 0, own: 25, others: 75 });
  const rate = rateOf(refused(share, evidence, 0), limit, 0);
  assertAlmostEquals(rate, 20 * 0.25 * 0.8, 1e-9, "a quarter, less what lets the bucket fill");
});

Deno.test("a client that comes to a bucket which others use up gets something to begin with", () => {
  const [share, evidence] = called(wholeShare(limit, 0), 1, 0);
  assertAlmostEquals(rateOf(refused(share, evidence, 0), limit, 0), 20 / 32, 1e-9);
});

Deno.test("calls that were under way together are refused together, and count once", () => {
  const [share, evidence] = called(wholeShare(limit, 0), 25, 0);
  const once = refused(share, evidence, 100);
  assertEquals(refused(once, evidence, 110), once);
  const [later, next] = called(once, 1, 200);
  assertAlmostEquals(
    rateOf(refused(later, next, 210), limit, 210),
    rateOf(later, limit, 210) * 0.875,
    1e-9,
  );
});

Deno.test("refusals without end leave a client a little", () => {
  let share = wholeShare(limit, 0);
  for (let second = 0; second < 600; second++) {
    const [next, evidence] = called(share, 1, second * 1_000);
    share = refused(next, evidence, second * 1_000);
  }
  const rate = rateOf(share, limit, 600_000);
  assert(rate >= 20 / 64 && rate < 3, String(rate));
});

Deno.test("a client to whom nothing more is refused has the whole rate after a while", () => {
  const [share, evidence] = called(wholeShare(limit, 0), 12, 0);
  const lowered = refused(share, evidence, 0);
  const rates = [0, 5_000, 15_000, 30_000, 40_000].map((now) => rateOf(lowered, limit, now));
  assertEquals(rates.toSorted((one, other) => one - other), rates);
  assert((rates[2] ?? 0) < 5, "others may still be there");
  assertEquals(rates[4], 20);
});

Deno.test("a small share grows faster than a middle one, so that all come together", () => {
  const gainOf = (own: number) => {
    const [share, evidence] = called(wholeShare(limit, 0), own, 0);
    const lowered = refused(share, evidence, 0);
    return rateOf(lowered, limit, 5_000) - rateOf(lowered, limit, 0);
  };
  assert(gainOf(5) > 1.5 * gainOf(20));
});

Deno.test("once shares have come together, a small one grows slower than a middle one", () => {
  const gainOf = (part: number, firstAt: number) => {
    const rate = part * limit.perSecond;
    const share = { ...wholeShare(limit, 0), learned: { rate, at: 20_000, firstAt } };
    return rateOf(share, limit, 21_000) - rate;
  };
  const [settled, unsettled] = [0, 15_000];
  assert(gainOf(1 / 32, settled) < 0.5 * gainOf(1 / 8, settled));
  assert(gainOf(1 / 32, unsettled) > 1.5 * gainOf(1 / 8, unsettled));
  assertEquals(gainOf(1 / 8, settled), gainOf(1 / 8, unsettled), "one of eight clients");
});

Deno.test("a call that took no token is not counted", () => {
  const [share] = called(wholeShare(limit, 0), 2, 0);
  const [before] = called(wholeShare(limit, 0), 1, 0);
  assertEquals(withoutCall(share), before);
});

Deno.test("what happened long ago does not tell today's share", () => {
  let [share, evidence] = called(wholeShare(limit, 0), 1, 0);
  // Alone for ten minutes, and then one of two that use the bucket fully for a minute.
  for (let second = 1; second < 660; second++) {
    [share, evidence] = called(share, second < 600 ? 2 : 10, second * 1_000);
  }
  const part = evidence.own / (evidence.own + evidence.others);
  assert(part > 0.4 && part < 0.55, String(part));
});

Deno.test("after a rest the bucket counts as full again", () => {
  const [before] = called(wholeShare(limit, 0), 50, 0);
  const [, evidence] = called(before, 10, 3_000);
  assertEquals([evidence.own, evidence.others], [10, 90]);
});

import { assert, assertEquals } from "@std/assert";
import {
  createPatience,
  hasLasted,
  type Lasting,
  oneMore,
  patience,
} from "../../../src/lifecycle/patience.ts";

function runOf(...times: number[]): Lasting {
  return times.reduce<Lasting | undefined>(oneMore, undefined) ?? { since: 0, times: 0 };
}

Deno.test("what is said three times over a minute is believed", () => {
  assert(hasLasted(runOf(0, 30_000, patience), patience));
});

Deno.test("neither many answers at a time nor two far apart are enough", () => {
  assert(!hasLasted(runOf(...Array(100).fill(0)), patience - 1));
  assert(!hasLasted(runOf(0, 10 * patience), 10 * patience));
});

Deno.test("a run counts from its first answer", () => {
  assertEquals(runOf(5, 7, 9), { since: 5, times: 3 });
});

Deno.test("an answer that is not odd starts the count anew", () => {
  let now = 0;
  const clock = { now: () => 0, monotonic: () => now, sleep: () => Promise.resolve() };
  const isLasting = createPatience(clock);
  const at = (time: number, isOdd: boolean) => {
    now = time;
    return isLasting(isOdd);
  };
  assertEquals([at(0, true), at(1, true), at(patience - 1, true), at(patience, false)], [
    false,
    false,
    false,
    false,
  ]);
  assertEquals([at(patience, true), at(patience + 1, true), at(2 * patience, true)], [
    false,
    false,
    true,
  ]);
});

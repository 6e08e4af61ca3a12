import { assertEquals, assertRejects } from "@std/assert";
import { secondsSince, within } from "../../src/clock.ts";
import { createVirtualTime } from "../simulation/virtual_time.ts";

/** Work that ends only as its signal aborts. */
const endless = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

function limit(signal?: AbortSignal) {
  const time = createVirtualTime(0);
  let errors = 0;
  const late = () => {
    errors += 1;
    return new Error("late");
  };
  const clock = time.clock({ alive: true });
  const whole = { clock, ms: 1_000, late, ...(signal === undefined ? {} : { signal }) };
  return { time, whole, errors: () => errors };
}

Deno.test("work that ends in time leaves no timer, and no error is made", async () => {
  const { time, whole, errors } = limit();
  assertEquals(await within(whole, () => Promise.resolve(7)), 7);
  while (await time.step(10_000));
  assertEquals(errors(), 0);
});

Deno.test("the work's signal aborts once the time is up", async () => {
  const { time, whole } = limit();
  const ending = assertRejects(() => within(whole, endless), Error, "late");
  await time.step(10_000);
  await ending;
  assertEquals(time.now(), 1_000);
});

Deno.test("the caller's signal ends the work, too", async () => {
  const caller = new AbortController();
  const { whole } = limit(caller.signal);
  const ending = assertRejects(() => within(whole, endless), Error, "gone");
  caller.abort(new Error("gone"));
  await ending;
});

Deno.test("seconds are counted from a monotonic time, whatever the wall clock does", async () => {
  const time = createVirtualTime(0);
  const clock = time.clock({ alive: true });
  const started = clock.monotonic();
  time.jump(3_600_000);
  await time.step(2_500);
  assertEquals(secondsSince(clock, started), 2.5);
});

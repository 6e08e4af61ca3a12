import { assert, assertEquals, assertRejects } from "@std/assert";
import { backoff, orAborted, retry } from "../../../src/aws/retry.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";

const never = new AbortController().signal;

/** Virtual time that passes until a promise settles. */
function createTime() {
  const time = createVirtualTime(0);
  const settle = async <T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> => {
    let result: PromiseSettledResult<T> | undefined;
    Promise.allSettled([promise]).then(([settled]) => result = settled);
    while (result === undefined && await time.step(3_600_000));
    if (result === undefined) throw new Error("it has not settled within an hour");
    return result;
  };
  return { time, clock: time.clock({ alive: true }), settle };
}

Deno.test("pauses double from half a second to twenty, and are drawn from their upper half", () => {
  const pauses = (random: number) =>
    [1, 2, 3, 6, 7, 100].map((times) => backoff(times, () => random));
  assertEquals(pauses(1), [500, 1_000, 2_000, 16_000, 20_000, 20_000]);
  assertEquals(pauses(0), [250, 500, 1_000, 8_000, 10_000, 10_000]);
});

Deno.test("attempts are made until one succeeds, with pauses between them", async () => {
  const { time, clock, settle } = createTime();
  const at: number[] = [];
  const attempt = () => {
    at.push(time.now());
    return at.length < 4 ? Promise.reject(new Error("not yet")) : Promise.resolve("done");
  };
  const result = await settle(
    retry(attempt, { judge: () => "retry", clock, random: () => 1, signal: never }),
  );
  assertEquals(result, { status: "fulfilled", value: "done" });
  assertEquals(at, [0, 500, 1_500, 3_500]);
});

Deno.test("a failure that is given up on is the last, and is what is thrown", async () => {
  const { clock, settle } = createTime();
  const failures: number[] = [];
  const result = await settle(
    retry(() => Promise.reject(new Error(`failure ${failures.length + 1}`)), {
      judge: (_, times) => failures.push(times) < 3 ? "retry" : "give up",
      clock,
      random: () => 1,
      signal: never,
    }),
  );
  assert(result.status === "rejected");
  assertEquals([result.reason.message, failures], ["failure 3", [1, 2, 3]]);
});

Deno.test("an abort ends the attempts with its reason, before, within and between them", async () => {
  for (const when of ["before", "within", "between"] as const) {
    const { clock, settle } = createTime();
    const stop = new AbortController();
    const reason = new Error("nobody waits any more");
    let attempts = 0;
    if (when === "before") stop.abort(reason);
    const result = await settle(
      retry(
        () => {
          attempts += 1;
          if (when === "within") stop.abort(reason);
          return Promise.reject(new Error("failed"));
        },
        {
          judge: () => {
            if (when === "between") stop.abort(reason);
            return "retry";
          },
          clock,
          random: () => 1,
          signal: stop.signal,
        },
      ),
    );
    assert(result.status === "rejected");
    assertEquals([when, result.reason, attempts], [when, reason, when === "before" ? 0 : 1]);
  }
});

Deno.test("a promise is waited for until the signal aborts", async () => {
  assertEquals(await orAborted(Promise.resolve(1), never), 1);
  await assertRejects(() => orAborted(Promise.reject(new Error("failed")), never), Error, "failed");
  const stop = new AbortController();
  const waiting = orAborted(new Promise(() => {}), stop.signal);
  stop.abort(new Error("gone"));
  await assertRejects(() => waiting, Error, "gone");
  await assertRejects(() => orAborted(Promise.resolve(1), stop.signal), Error, "gone");
});

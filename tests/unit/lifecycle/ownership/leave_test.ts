import { assert, assertEquals } from "@std/assert";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import { orAborted } from "../../../../src/aws/retry.ts";
import { EcsError } from "../../../../src/aws/error.ts";
import { leaveTask } from "../../../../src/lifecycle/ownership/leave.ts";
import { leftTo } from "../../../../src/lifecycle/ownership/tags.ts";
import { cluster, createWorld } from "../../../harness/world.ts";

const to = { allocId: "new", until: Date.UTC(2026, 0, 1) };

type Call = { readonly name: string; readonly input: { resourceArn?: string; tags?: never[] } };

/** Leaves a task. AWS gives a turn after `wait` milliseconds, and answers as `answer` says. */
async function leave(
  { wait = 0, answer = () => Promise.resolve({}), wanted = () => to }: {
    wait?: number;
    answer?: (attempt: number) => Promise<unknown>;
    wanted?: () => typeof to | undefined;
  },
) {
  const { time, settle } = createWorld();
  const clock = time.clock({ alive: true });
  const calls: Call[] = [];
  let givenBack = 0;
  const caller = {
    reserve: async (_name: string, { signal }: { signal: AbortSignal }) => {
      await clock.sleep(wait, signal);
      signal.throwIfAborted();
      return { giveBack: () => givenBack += 1 };
    },
    call: (name: string, input: Call["input"], { signal }: { signal: AbortSignal }) => {
      calls.push({ name, input });
      return orAborted(answer(calls.length), signal);
    },
  } as unknown as EcsCaller;
  const context = { caller, clock, random: () => 0 };
  const { signal } = new AbortController();
  const left = await settle(
    leaveTask(context, { arn: "arn", cluster }, async () => await wanted(), 2_000, signal),
  );
  const outcome = left.status === "fulfilled" ? left.value : String(left.reason);
  return { outcome, calls, givenBack, took: clock.monotonic() };
}

const refused = (kind: "throttled" | "denied") =>
  new EcsError(kind, "ECS TagResource arn", "refused");

Deno.test("a task is left by tags that name the allocation and the time", async () => {
  const { outcome, calls } = await leave({});
  assertEquals(outcome, "left");
  assertEquals(calls.map(({ name }) => name), ["tagResource"]);
  assertEquals(calls[0]?.input.resourceArn, "arn");
  assertEquals(leftTo(calls[0]?.input.tags ?? []), to);
});

Deno.test("the wait for a turn in AWS's limits is no failure, up to five minutes", async () => {
  assertEquals((await leave({ wait: 240_000 })).outcome, "left");
  const late = await leave({ wait: 301_000 });
  assertEquals(late.outcome, "Error: AWS's limits have left it no turn within 5 minutes");
  assertEquals(late.calls, []);
});

Deno.test("AWS is asked again where it refuses for its rate, and for nothing else", async () => {
  const answer = (attempt: number) =>
    attempt < 3 ? Promise.reject(refused("throttled")) : Promise.resolve({});
  const { outcome, calls } = await leave({ answer });
  assertEquals([outcome, calls.length], ["left", 3]);
  const denied = await leave({ answer: () => Promise.reject(refused("denied")) });
  assertEquals(denied.calls.length, 1);
  assert(denied.outcome.includes("refused"), denied.outcome);
});

Deno.test("AWS has no longer to answer than the stop gives it", async () => {
  const { outcome } = await leave({ answer: () => new Promise(() => {}) });
  assertEquals(outcome, "Error: no answer within 2000 ms");
});

Deno.test("a task that is not to be left at its turn is not, and its turn goes to another", async () => {
  const { outcome, calls, givenBack } = await leave({ wait: 60_000, wanted: () => undefined });
  assertEquals([outcome, calls, givenBack], ["kept", [], 1]);
});

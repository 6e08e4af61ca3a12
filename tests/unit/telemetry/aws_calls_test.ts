import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { attemptExpired } from "../../../src/aws/caller.ts";
import { eachOperation } from "../../../src/aws/operations.ts";
import { meteredAws } from "../../../src/telemetry/aws_calls.ts";
import { keepingMeter, steppingClock, unusedMeter } from "../../harness/measurements.ts";

const target = { region: "us-east-1", role: undefined, endpoint: undefined, profile: undefined };

/** Calls DescribeTasks with what `perform` makes of it. */
async function describe(perform: () => Promise<never>, signal = new AbortController().signal) {
  const kept = keepingMeter();
  const connect = meteredAws(() => eachOperation(perform), kept.meter, steppingClock(250));
  const call = () => connect(target).describeTasks({ tasks: [] }, signal);
  return { ...kept, call, outcome: await call().catch((error) => error) };
}

Deno.test("a call is recorded with its category and time, and its answer passed on", async () => {
  const answer = { tasks: [] };
  const { records, outcome } = await describe(() => Promise.resolve(answer as never));
  assertEquals(outcome, answer);
  assertEquals(records, [{
    kind: "AWS call",
    operation: "describeTasks",
    category: "cluster resource reads",
    result: "ok",
    seconds: 0.25,
  }]);
});

const failures: Record<string, { error: Error; signal?: AbortSignal }> = {
  throttled: { error: Object.assign(new Error("slow"), { name: "ThrottlingException" }) },
  denied: { error: Object.assign(new Error("no"), { name: "AccessDeniedException" }) },
  "no answer": { error: new Error("aborted"), signal: AbortSignal.abort(attemptExpired) },
  "given up": { error: new Error("aborted"), signal: AbortSignal.abort(new Error("stop")) },
};
for (const [result, { error, signal }] of Object.entries(failures)) {
  Deno.test(`a failed call is recorded by its kind, and the error passed on: ${result}`, async () => {
    const { records, outcome } = await describe(() => Promise.reject(error), signal);
    assertEquals(outcome, error);
    assertEquals(records.map((one) => one.kind === "AWS call" && one.result), [result]);
  });
}

Deno.test("while metrics are off a call is the very one of the operations below, and no clock is read", () => {
  const { meter, clock } = unusedMeter();
  const answer = Promise.resolve({} as never);
  const connect = meteredAws(() => eachOperation(() => answer), meter, clock);
  const { signal } = new AbortController();
  assertStrictEquals(connect(target).describeTasks({ tasks: [] }, signal), answer);
});

Deno.test("while nobody reads, nothing is recorded", async () => {
  const { records, turnOff, call } = await describe(() => Promise.reject(new Error("no")));
  turnOff();
  await assertRejects(call);
  assertEquals(records.length, 1, "that of before");
});

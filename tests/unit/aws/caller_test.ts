import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createCallBudget } from "../../../src/aws/call_budget.ts";
import { createEcsCaller } from "../../../src/aws/caller.ts";
import { attemptTimeout } from "../../../src/aws/timeouts.ts";
import { EcsError } from "../../../src/aws/error.ts";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { answering, cluster, createWorld, silent } from "../../harness/world.ts";

/** A caller in virtual time before operations of which some are answered otherwise. */
function callerWith(intercept: (operations: AwsOperations) => AwsOperations) {
  const world = createWorld();
  const process = { alive: true };
  const clock = world.time.clock(process);
  const operations = intercept(world.ecs.connect(process));
  const settings = { raised: {}, share: 1, ceiling: undefined };
  const budget = createCallBudget({ settings: () => settings, clock });
  const caller = createEcsCaller({ operations: () => operations, budget, clock, log: silent });
  return { ...world, caller, budget };
}

const act = { target: "of the test", priority: "act" } as const;
const deaf = () => new Promise<never>(() => {});

Deno.test("an answer without what it is about is no answer", async () => {
  const { caller, settle } = callerWith(
    answering("listTasks", () => Promise.resolve({ $metadata: {} })),
  );
  const result = await settle(caller.call("listTasks", { cluster: "default" }, act));
  const error = result.status === "rejected" ? result.reason : undefined;
  assertInstanceOf(error, EcsError);
  assertEquals(error.kind, "unavailable");
  assertStringIncludes(error.message, "its answer's taskArns is missing");
});

Deno.test("a call ends with its caller, whether or not what it waits for heeds that", async () => {
  const { caller, pass, time } = callerWith(answering("listTasks", deaf));
  const gone = new AbortController();
  const call = caller.call("listTasks", {}, { ...act, signal: gone.signal });
  await pass(1_000);
  gone.abort(new Error("the caller has gone"));
  await assertRejects(() => call, Error, "the caller has gone");
  assertEquals(time.now(), 1_000);
});

for (const leave of ["asked for", "reserved"] as const) {
  Deno.test(`a call whose caller goes at its turn is not made, and its leave that was ${leave} is another's`, async () => {
    let calls = 0;
    const { caller, time } = callerWith(
      answering("listTasks", (input, signal, real) => {
        calls += 1;
        return real(input, signal);
      }),
    );
    const gone = new AbortController();
    const { signal } = gone;
    const leaving = async () => {
      if (leave === "asked for") return caller.call("listTasks", {}, { ...act, signal });
      const permit = await caller.reserve("listTasks", { priority: "act" });
      gone.abort(new Error("the caller has gone"));
      return await caller.call("listTasks", {}, { ...act, signal, permit });
    };
    const call = leaving();
    // It has its turn by now, and learns of it a moment later.
    if (leave === "asked for") gone.abort(new Error("the caller has gone"));
    await assertRejects(() => call, Error, "the caller has gone");
    // A bucket of 100 gives 4 at once.
    await Promise.all(
      Array.from({ length: 4 }, () => caller.reserve("listTasks", { priority: "act" })),
    );
    assertEquals([calls, time.now()], [0, 0]);
  });
}

Deno.test("a call that nobody answers is over after a while", async () => {
  const { caller, settle, time } = callerWith(answering("listTasks", deaf));
  const result = await settle(caller.call("listTasks", {}, act));
  assertEquals(result.status === "rejected" && result.reason.kind, "unavailable");
  assertEquals(time.now(), attemptTimeout);
});

Deno.test("a call that AWS refuses for its rate lowers the budget of its category alone", async () => {
  const refusal = Object.assign(new Error("Rate exceeded"), {
    name: "ThrottlingException",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
  const { caller } = callerWith(answering("listTasks", () => Promise.reject(refusal)));
  await assertRejects(() => caller.call("listTasks", {}, act), EcsError, "Rate exceeded");
  assert(caller.rate("describeTasks") < 20, "they share a bucket");
  assertEquals(caller.rate("stopTask"), 40);
});

Deno.test("a call with leave that was reserved for it asks for no other", async () => {
  const { caller, settle, time } = callerWith((operations) => operations);
  const permit = await caller.reserve("listTasks", { priority: "act" });
  await settle(caller.call("listTasks", { cluster: cluster.name }, { ...act, permit }));
  permit.giveBack();
  const before = time.now();
  // A bucket of 100 gives 4 at once, and the one that was given back.
  await Promise.all(
    Array.from({ length: 4 }, () => caller.reserve("listTasks", { priority: "act" })),
  );
  assertEquals(time.now(), before);
});

Deno.test("a refused launch slows down launches of its kind, and no stop", async () => {
  const refusal = Object.assign(new Error("Rate exceeded"), {
    name: "ThrottlingException",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
  const { caller, budget } = callerWith(answering("runTask", () => Promise.reject(refusal)));
  const input = { taskDefinition: "web", launchType: "FARGATE" } as const;
  await assertRejects(() => caller.call("runTask", input, act), EcsError, "Rate exceeded");
  assert(budget.rate("Fargate launches") < 20);
  assertEquals([budget.rate("other launches"), caller.rate("stopTask")], [40, 40]);
});

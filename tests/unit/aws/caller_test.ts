import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { createBudget } from "../../../src/aws/budget.ts";
import { attemptTimeout, createEcsCaller } from "../../../src/aws/caller.ts";
import { EcsError } from "../../../src/aws/error.ts";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { answering, createWorld, silent } from "../../harness/world.ts";

/** A caller in virtual time before operations of which some are answered otherwise. */
function callerWith(intercept: (operations: AwsOperations) => AwsOperations) {
  const world = createWorld();
  const process = { alive: true };
  const clock = world.time.clock(process);
  const operations = intercept(world.ecs.connect(process));
  const budget = createBudget({ maxRate: () => 10, clock });
  const caller = createEcsCaller({ operations: () => operations, budget, clock, log: silent });
  return { ...world, caller };
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
  assertStringIncludes(error.message, "its answer has no taskArns");
});

Deno.test("a call ends with its caller, whether or not what it waits for heeds that", async () => {
  const { caller, settle } = callerWith(answering("listTasks", deaf));
  const gone = new AbortController();
  const call = caller.call("listTasks", {}, { ...act, signal: gone.signal });
  gone.abort(new Error("the caller has gone"));
  const result = await settle(call);
  assertEquals(result.status === "rejected" && result.reason.message, "the caller has gone");
});

Deno.test("a call that nobody answers is over after a while", async () => {
  const { caller, settle, time } = callerWith(answering("listTasks", deaf));
  const result = await settle(caller.call("listTasks", {}, act));
  assertEquals(result.status === "rejected" && result.reason.kind, "unavailable");
  assertEquals(time.now(), attemptTimeout);
});

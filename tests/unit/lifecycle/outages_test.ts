import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { askSource } from "../../../src/aws/credential_sources.ts";
import { createWorld, ownerOf, startRequest } from "../../harness/world.ts";

const allocs = ["0", "1", "2"].map((digit) => `${digit.repeat(8)}-9c0f-4f0e-8f3a-5f6f0a9c3d11`);

/** Three running tasks, before AWS whose answers fail for a while as `failure` does. */
async function tasksBefore(failure: () => Promise<never>) {
  let failing = false;
  let calls = 0;
  const fail =
    <Input, Output>(real: (input: Input, signal: AbortSignal) => Promise<Output>) =>
    (input: Input, signal: AbortSignal) => {
      calls += 1;
      return failing ? failure() : real(input, signal);
    };
  const world = createWorld({
    intercept: (operations): AwsOperations => ({
      ...operations,
      describeTasks: fail(operations.describeTasks),
    }),
  });
  const events: string[][] = [];
  for (const alloc of allocs) {
    const told: string[] = [];
    events.push(told);
    const started = await world.settle(
      world.lifecycle.start(
        startRequest({
          owner: ownerOf("11111111", alloc),
          onEvent: ({ message }) => told.push(message),
        }),
      ),
    );
    assertEquals(started.status, "fulfilled");
  }
  return {
    world,
    /** Lets AWS fail for this many milliseconds; answers how often it was asked meanwhile. */
    outage: async (ms: number) => {
      failing = true;
      calls = 0;
      await world.pass(ms);
      failing = false;
      return calls;
    },
    /** Lets time pass; answers the events of each task meanwhile. */
    told: async (ms: number) => {
      for (const told of events) told.length = 0;
      await world.pass(ms);
      return events.map((told) => [...told]);
    },
    events,
  };
}

/** An answer with an error as the SDK throws it. */
const refusal = (name: string, status: number, message: string) =>
  Object.assign(new Error(message), {
    name,
    $fault: "client",
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers: { "content-type": "text/xml" }, body: "<html>" },
  });

const failures: Record<string, () => Promise<never>> = {
  "a failing source of credentials": () =>
    askSource(() => Promise.reject(refusal("IDPCommunicationError", 400, "no answer from it"))),
  "a proxy's refusal": () => Promise.reject(refusal("Unknown", 407, "UnknownError")),
};
for (const [what, failure] of Object.entries(failures)) {
  Deno.test(`${what} is an outage, told once to every task and over when it heals`, async () => {
    const { world, outage, told, events } = await tasksBefore(failure);
    for (const told of events) told.length = 0;
    const calls = await outage(300_000);
    assert(calls <= 30, `${calls} calls in five minutes: the batch is not taken apart`);
    for (const of of events) {
      assertEquals(of.length, 1);
      assertStringIncludes(of[0] ?? "", "ECS has given no usable answer");
    }
    assertEquals(await told(25_000), allocs.map(() => ["ECS answers again"]));
    assertEquals(world.lifecycle.failing(), []);
    assertEquals(world.ecs.live().length, 3);
  });
}

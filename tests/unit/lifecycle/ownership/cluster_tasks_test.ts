import { assertEquals } from "@std/assert";
import type * as aws from "../../../../src/aws/operations.ts";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import { describeTasks, listTasks } from "../../../../src/lifecycle/ownership/cluster_tasks.ts";
import { cluster } from "../../../harness/world.ts";

const options = { target: "of the test", priority: "act" as const };

/** A caller that answers by a test's own words, and what it was asked for. */
function answeringCaller(answer: (input: Record<string, unknown>) => unknown) {
  const inputs: Record<string, unknown>[] = [];
  const caller: EcsCaller = {
    reserve: () => Promise.reject(new Error("nothing is to be reserved")),
    rate: () => Infinity,
    call: (name, input) => {
      inputs.push(input as Record<string, unknown>);
      return Promise.resolve(answer(input as Record<string, unknown>) as aws.Output<typeof name>);
    },
  };
  return { context: { cluster, caller }, inputs };
}

Deno.test("a list is read to its last page", async () => {
  const { context, inputs } = answeringCaller(({ nextToken }) =>
    nextToken === undefined
      ? { taskArns: ["one", "two"], nextToken: "more" }
      : { taskArns: ["three"] }
  );
  assertEquals(await listTasks(context, "nomad/a/b", options), ["one", "two", "three"]);
  assertEquals(inputs.map(({ startedBy }) => startedBy), ["nomad/a/b", "nomad/a/b"]);
});

Deno.test("any number of tasks is described, a hundred at a time", async () => {
  const arns = Array.from({ length: 250 }, (_, at) => `task-${at}`);
  const { context, inputs } = answeringCaller(({ tasks }) => ({
    tasks: (tasks as string[]).map((taskArn) => ({ taskArn })),
  }));
  const tasks = await describeTasks(context, arns, options);
  assertEquals(tasks.map(({ taskArn }) => taskArn), arns);
  assertEquals(inputs.map(({ tasks }) => (tasks as string[]).length), [100, 100, 50]);
});

Deno.test("what was not asked for is not told of, nor what ECS does not describe", async () => {
  const { context } = answeringCaller(() => ({
    tasks: [{ taskArn: "asked" }, { taskArn: "another" }, {}],
    failures: [{ arn: "asked too", reason: "MISSING" }],
  }));
  const tasks = await describeTasks(context, ["asked", "asked too"], options);
  assertEquals(tasks, [{ taskArn: "asked" }]);
});

Deno.test("nothing is asked of ECS where there is nothing to describe", async () => {
  const { context, inputs } = answeringCaller(() => ({}));
  assertEquals(await describeTasks(context, [], options), []);
  assertEquals(inputs, []);
});

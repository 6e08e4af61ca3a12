import { assert, assertEquals } from "@std/assert";
import type { AwsOperations, Output } from "../../../../src/aws/operations.ts";
import { createCallBudget } from "../../../../src/aws/call_budget.ts";
import { createEcsCaller } from "../../../../src/aws/caller.ts";
import { startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { findLive } from "../../../../src/lifecycle/start/find_live.ts";
import { cluster, createWorld, ownerOf, silent } from "../../../harness/world.ts";

const owner = ownerOf();
const arnOf = (id: number) => `arn:aws:ecs:us-east-1:123456789012:task/c/${`${id}`.repeat(32)}`;

type Described = Output<"describeTasks">;
const taskOf = (id: number, more: object = {}) => ({
  taskArn: arnOf(id),
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  startedBy: startedBy(owner),
  createdAt: new Date(id * 1_000),
  containers: [],
  ...more,
});

/** The search, where ECS lists these tasks and describes them by the first of these answers, then the next. */
async function findIn(listed: string[], ...answers: Described[]) {
  let asked = 0;
  const world = createWorld();
  const clock = world.time.clock({ alive: true });
  const operations: AwsOperations = {
    ...world.connect({ alive: true }),
    listTasks: () => Promise.resolve({ taskArns: listed }),
    describeTasks: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? {}),
  };
  const settings = { raised: {}, share: 1, ceiling: undefined };
  const result = await world.settle(findLive(
    {
      cluster,
      caller: createEcsCaller({
        operations: () => operations,
        budget: createCallBudget({ settings: () => settings, clock }),
        clock,
        log: silent,
      }),
      clock,
      random: () => 0.5,
    },
    owner,
    {
      mayTakeOver: () => true,
      takenOver: "refuse",
      signal: new AbortController().signal,
    },
  ));
  assert(result.status === "fulfilled");
  return { arns: result.value.map(({ taskArn }) => taskArn), asked };
}

Deno.test("the live tasks of the allocation are found, oldest first, and no others", async () => {
  const { arns } = await findIn([1, 2, 3, 4, 5].map(arnOf), {
    tasks: [
      taskOf(2),
      taskOf(1),
      taskOf(3, { lastStatus: "STOPPED" }),
      taskOf(4, { desiredStatus: "STOPPED" }),
      taskOf(5, { tags: [{ key: "nomad:alloc_id", value: "another" }] }),
    ],
  });
  assertEquals(arns, [arnOf(1), arnOf(2)]);
});

Deno.test("where ECS lists no task, none is described", async () => {
  assertEquals(await findIn([]), { arns: [], asked: 0 });
});

const partial: [what: string, answer: Described][] = [
  ["does not know", { tasks: [], failures: [{ arn: arnOf(1), reason: "MISSING" }] }],
  ["leaves out", { tasks: [], failures: [] }],
  ["contradicts itself about", { tasks: [taskOf(1), taskOf(1, { lastStatus: "STOPPED" })] }],
  ["describes another in place of", { tasks: [taskOf(2)] }],
];
for (const [what, answer] of partial) {
  Deno.test(`a task that ECS lists and ${what} is asked for again, not taken for gone`, async () => {
    const { arns, asked } = await findIn([arnOf(1)], answer, answer, { tasks: [taskOf(1)] });
    assertEquals([arns, asked], [[arnOf(1)], 3]);
  });
}

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Task } from "../../../../src/aws/ecs_answers.ts";
import type { AwsOperations, Output } from "../../../../src/aws/operations.ts";
import { ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { findLive } from "../../../../src/lifecycle/start/find_live.ts";
import { runForeignTask } from "../../../harness/foreign_task.ts";
import { callerOver } from "../../../harness/caller.ts";
import {
  answering,
  cluster,
  configOf,
  createWorld,
  ownerOf,
  startRequest,
  type World,
} from "../../../harness/world.ts";

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
  tags: [],
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
  const result = await world.settle(findLive(
    {
      cluster,
      caller: callerOver(operations, clock),
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

function start({ lifecycle }: World, run: string) {
  return lifecycle.start(
    startRequest({ owner: ownerOf(run), config: configOf({ start_timeout: "120s" }) }),
  );
}

/** A world whose ListTasks names every task of the cluster, whatever it is asked for. */
function unfilteredWorld() {
  return createWorld({
    intercept: answering("listTasks", (input, signal, real) => {
      const { startedBy: _, ...others } = input;
      return real(others, signal);
    }),
  });
}

/** A world whose DescribeTasks answers are changed. */
function describedWorld(change: (task: Task) => Task) {
  return createWorld({
    intercept: answering("describeTasks", async (input, signal, real) => {
      const answer = await real(input, signal);
      return { ...answer, tasks: answer.tasks?.map(change) };
    }),
  });
}

const foreign = [
  ["of an ECS service", "ecs-svc/1234567890123456789", []],
  ["of a service with our tags", "ecs-svc/1234567890123456789", ownerTags(ownerOf(), "0.0.0")],
  ["that somebody ran by hand", undefined, []],
  ["of another allocation", startedBy(ownerOf("1", crypto.randomUUID())), []],
  ["of another task of the group", startedBy({ ...ownerOf(), name: "sidecar" }), []],
] as const;
for (const [what, by, tags] of foreign) {
  Deno.test(`a task ${what} that ListTasks names is neither taken over nor stopped`, async () => {
    const world = unfilteredWorld();
    const task = runForeignTask(world.ecs.model, { startedBy: by, tags: [...tags] });
    const started = await world.settle(start(world, "11111111"));
    assert(started.status === "fulfilled", String(Object.values(started)));
    assert(started.value.remote.ref.arn !== task.arn);
    await world.pass(60_000);
    assertEquals(task.desired, "RUNNING");
    assertEquals(task.tags, [...tags]);
    assertEquals(world.ecs.live().length, 2);
  });
}

Deno.test("the allocation's own task is found among all that ListTasks names", async () => {
  const world = unfilteredWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  first.value.remote.release("the test");
  runForeignTask(world.ecs.model, { startedBy: "ecs-svc/1" });
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(second.value.remote.ref.arn, first.value.remote.ref.arn);
});

Deno.test("where ECS does not tell who started a task, no second one is started", async () => {
  const world = describedWorld(({ startedBy: _, ...task }) => task);
  const { model } = world.ecs;
  runForeignTask(model, { startedBy: startedBy(ownerOf()), tags: ownerTags(ownerOf(), "0.0.0") });
  const started = await world.settle(start(world, "11111111"));
  assert(started.status === "rejected");
  assertStringIncludes(started.reason.message, "does not tell who started the task");
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("a description of a task that was not asked for is passed over", async () => {
  const world = createWorld({
    intercept: answering("describeTasks", async (input, signal, real) => {
      const answer = await real(input, signal);
      const other = { ...answer.tasks?.[0], taskArn: `${answer.tasks?.[0]?.taskArn}0` };
      return { ...answer, tasks: [other, ...answer.tasks ?? []] };
    }),
  });
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  first.value.remote.release("the test");
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(second.value.remote.ref.arn, first.value.remote.ref.arn);
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EcsTask } from "../../../demo/simulator/state/model.ts";
import { EcsError } from "../../../src/aws/error.ts";
import { idleTime } from "../../../src/lifecycle/account.ts";
import { patience } from "../../../src/lifecycle/patience.ts";
import { runForeignTask } from "../../harness/foreign_task.ts";
import {
  answering,
  cluster,
  createWorld,
  ownerOf,
  startRequest,
  type World,
} from "../../harness/world.ts";

function start({ lifecycle }: World, run: string) {
  return lifecycle.start(startRequest({ owner: ownerOf(run) }));
}

Deno.test("a task that ECS lost sight of and shows again is taken over, and no second one started", async () => {
  const world = createWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  const { remote } = first.value;
  const hidden = [...world.ecs.model.tasks] as [string, EcsTask][];
  world.ecs.model.tasks.clear();
  await world.pass(120_000);
  assertEquals(remote.state().kind, "ended");
  for (const [arn, task] of hidden) world.ecs.model.tasks.set(arn, task);
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(second.value.remote.ref.arn, remote.ref.arn);
  assertEquals(world.ecs.live().length, 1);
});

/** A running task that another node recovers, where nobody may tag. */
async function recoveredUntagged(tags: "kept" | "none") {
  const denied = new EcsError("denied", "TagResource", "AccessDeniedException");
  let tagged = 0;
  const world = createWorld({
    intercept: answering("tagResource", () => {
      tagged += 1;
      return Promise.reject(denied);
    }),
  });
  const started = await world.settle(start(world, "11111111"));
  assert(started.status === "fulfilled");
  const { remote } = started.value;
  remote.release("the test");
  const task = world.ecs.model.tasks.get(remote.ref.arn);
  if (tags === "none") task?.tags.splice(0);
  const events: string[] = [];
  const recovered = world.lifecycle.recover({
    ref: remote.ref,
    owner: { ...ownerOf(), nodeId: "node-b" },
    container: undefined,
    onEvent: ({ message }) => events.push(message),
  });
  await world.pass(120_000);
  assertEquals(tagged, 1, "a refusal is not worth asking again soon");
  assert(events.some((message) => message.includes("cannot be tagged")));
  return { world, recovered };
}

Deno.test("a stop does not wait for tags that AWS lets nobody set", async () => {
  const { world, recovered } = await recoveredUntagged("none");
  const stopped = await world.settle(recovered.stop("the test", 60_000));
  assert(stopped.status === "fulfilled");
  assertEquals(world.ecs.live(), []);
});

Deno.test("a task whose tags go on naming another node is not stopped, and the reason is told", async () => {
  const { world, recovered } = await recoveredUntagged("kept");
  const stopped = await world.settle(recovered.stop("the test", 60_000));
  assert(stopped.status === "fulfilled" && stopped.value.kind === "unacknowledged");
  assertStringIncludes(stopped.value.error?.message ?? "", "TagResource");
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("a stop of a task that ECS no longer tells of says so, and the task counts as ended in time", async () => {
  const world = createWorld();
  const started = await world.settle(start(world, "11111111"));
  assert(started.status === "fulfilled");
  const { remote } = started.value;
  world.ecs.model.tasks.clear();
  const stopped = await world.settle(remote.stop("the test", patience / 2));
  assert(stopped.status === "fulfilled" && stopped.value.kind === "unacknowledged");
  assertStringIncludes(stopped.value.error?.message ?? "", "ECS no longer tells of the task");
  assertEquals(await world.settle(remote.stop("the test", 2 * patience)), {
    status: "fulfilled",
    value: { kind: "ended" },
  });
});

Deno.test("an orphan's stop is given up when an allocation shows that it has the task after all", async () => {
  const world = createWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  const { ref } = first.value.remote;
  first.value.remote.release("the test");
  world.ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  const { signal } = new AbortController();
  const found = await world.settle(world.lifecycle.unclaimedTasks(cluster, "node-a", signal));
  assert(found.status === "fulfilled");
  const [orphan] = found.value;
  assert(orphan?.ref.arn === ref.arn);
  assertEquals(world.lifecycle.settleOrphan(orphan, "report"), "new");
  assertEquals(world.lifecycle.settleOrphan(orphan, "stop"), "known");
  assertEquals(world.lifecycle.settleOrphan(orphan, "stop"), "claimed", "it is being stopped");
  await world.pass(10_000);
  const recovered = world.lifecycle.recover({
    ref,
    owner: ownerOf(),
    container: undefined,
    onEvent: () => {},
  });
  recovered.confirm();
  world.ecs.weather = undefined;
  await world.pass(120_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [ref.arn]);
  assertEquals(recovered.state().kind, "live");
});

Deno.test("what is looked after already is stopped through what looks after it", async () => {
  const world = createWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  const { remote } = first.value;
  const { signal } = new AbortController();
  const found = await world.settle(world.lifecycle.unclaimedTasks(cluster, "node-a", signal));
  assert(found.status === "fulfilled" && found.value[0] !== undefined);
  world.lifecycle.settleOrphan(found.value[0], "stop");
  assert(remote.stopping());
  await world.pass(120_000);
  assertEquals(remote.state().kind, "ended");
});

Deno.test("a foreign task that a handle names is neither tagged nor stopped, and its user is told", async () => {
  const world = createWorld();
  const task = runForeignTask(world.ecs.model, { startedBy: "ecs-svc/1" });
  const events: string[] = [];
  const ref = { arn: task.arn, cluster };
  const recovered = world.lifecycle.recover({
    ref,
    owner: ownerOf(),
    container: undefined,
    onEvent: ({ message }) => events.push(message),
  });
  await world.pass(3 * patience);
  assert(!recovered.isOwn());
  assertStringIncludes(events.join(), "was not started for this Nomad task");
  const stopped = await world.settle(recovered.stop("the test", 3 * patience));
  assertEquals(stopped, { status: "fulfilled", value: { kind: "ended" } });
  const state = recovered.state();
  assert(state.kind === "ended");
  assertStringIncludes(state.ending.error ?? "", "neither tagged nor stopped");
  assertEquals([task.desired, task.tags], ["RUNNING", []]);
});

Deno.test("a task is watched also where its cluster's account was dropped as idle before", async () => {
  const world = createWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  await world.settle(first.value.remote.stop("the test", 60_000));
  const connected = world.targets().length;
  await world.pass(idleTime);
  world.lifecycle.callerOf({ region: "eu-west-1" });
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(world.targets().length, connected + 1, "the idle account's client was dropped");
  const { remote } = second.value;
  assertEquals(remote.state().kind, "live");
  await world.settle(remote.stop("the test", 60_000));
  assertEquals(remote.state().kind, "ended");
});

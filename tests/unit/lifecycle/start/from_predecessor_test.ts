import { assert, assertEquals } from "@std/assert";
import { containerExited } from "../../../../demo/simulator/state/task_life.ts";
import { EcsError } from "../../../../src/aws/error.ts";
import type { Predecessors } from "../../../../src/lifecycle/ownership/adopt.ts";
import { leftTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { restoreTime } from "../../../../src/lifecycle/start/met_tasks.ts";
import type { Started } from "../../../../src/lifecycle/start/context.ts";
import {
  cluster,
  configOf,
  createWorld,
  ownerOf,
  startRequest,
  type World,
} from "../../../harness/world.ts";

Deno.test("a start waits for the stop of a predecessor's task that is asked for while it looks for that task", async () => {
  let busy = false;
  let onSearch = () => {};
  const world = createWorld({
    intercept: (operations) => ({
      ...operations,
      listTasks: async (...call) => {
        const answer = await operations.listTasks(...call);
        if (call[0].startedBy === "nomad/old/main") onSearch();
        return answer;
      },
      stopTask: (...call) =>
        busy
          ? Promise.reject(new EcsError("unavailable", "StopTask", "503"))
          : operations.stopTask(...call),
    }),
  });
  await world.pass(restoreTime + 1);
  const request = startRequest({ config: configOf({ wait_for: "none" }) });
  const old = await world.settle(
    world.lifecycle.start({ ...request, owner: ownerOf("11111111", "old") }),
  );
  assert(old.status === "fulfilled");
  busy = true;
  onSearch = () => {
    onSearch = () => {};
    old.value.remote.stop("the test", 60_000);
  };
  const starting = world.lifecycle.start({
    ...request,
    owner: ownerOf("22222222", "new"),
    predecessors: {
      chain: [{ allocId: "old", runs: "other", lost: false }],
      complete: true,
    },
  });
  await world.pass(60_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [old.value.remote.ref.arn]);
  busy = false;
  const started = await world.settle(starting);
  assert(started.status === "fulfilled");
  await world.pass(120_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [started.value.remote.ref.arn]);
});

Deno.test("a task whose tags moved in a start that was given up is this node's to end", async () => {
  let isLost = false;
  const world = createWorld({
    intercept: (operations) => ({
      ...operations,
      tagResource: async (...call) => {
        const answer = await operations.tagResource(...call);
        if (isLost) throw new EcsError("unavailable", "TagResource", "no answer");
        return answer;
      },
    }),
  });
  const request = startRequest({ config: configOf({ wait_for: "none" }) });
  const never = new AbortController().signal;
  const left = { ...ownerOf("11111111", "old"), nodeId: "node-b" };
  const other = world.launch().lifecycle;
  await world.settle(other.start({ ...request, owner: left }));
  const unclaimed = () => world.settle(world.lifecycle.unclaimedTasks(cluster, "node-a", never));
  assertEquals(await unclaimed(), { status: "fulfilled", value: [] });

  isLost = true;
  const abandoned = new AbortController();
  const starting = world.lifecycle.start({
    ...request,
    owner: ownerOf("22222222", "new"),
    abandoned: abandoned.signal,
    predecessors: {
      chain: [{ allocId: "old", runs: "same", lost: true }],
      complete: true,
    },
  });
  starting.catch(() => {});
  await world.pass(60_000);
  abandoned.abort(new Error("the allocation is stopped"));
  await world.settle(starting);
  const found = await unclaimed();
  assert(found.status === "fulfilled");
  assertEquals(found.value.map(({ ref }) => ref.arn), world.ecs.live().map(({ arn }) => arn));
});

/**
 * ECS tasks of another client, in a world in which ECS answers no StopTask while `stops.busy`, and no
 * TagResource while `taken.busy`.
 */
async function withTasksOfAnother(...allocIds: string[]) {
  const stops = { busy: false };
  const taken = { busy: false };
  const busy = (operation: string) => Promise.reject(new EcsError("unavailable", operation, "503"));
  const world = createWorld({
    intercept: (operations) => ({
      ...operations,
      stopTask: (...call) => stops.busy ? busy("StopTask") : operations.stopTask(...call),
      tagResource: (...call) => taken.busy ? busy("TagResource") : operations.tagResource(...call),
    }),
  });
  await world.pass(restoreTime + 1);
  const request = startRequest({ config: configOf({ wait_for: "none" }) });
  const other = world.launch();
  const arns: string[] = [];
  for (const allocId of allocIds) {
    const owner = { ...ownerOf("11111111", allocId), nodeId: "node-b" };
    const started = await world.settle(other.lifecycle.start({ ...request, owner }));
    assert(started.status === "fulfilled");
    arns.push(started.value.remote.ref.arn);
  }
  await world.pass(60_000);
  other.kill();
  return {
    world,
    stops,
    taken,
    arns,
    taskOf: (arn: string | undefined) => world.ecs.live().find((task) => task.arn === arn),
    live: () => world.ecs.live().map(({ arn }) => arn),
    forsake: (arn: string | undefined, allocId: string) =>
      world.lifecycle.stopForsaken({
        ref: { arn: arn ?? "", cluster },
        owner: { ...ownerOf("11111111", allocId), nodeId: "node-b" },
        createdAt: undefined,
        index: startedBy({ allocId, name: "main" }),
        left: undefined,
      }, "the test"),
    start: (predecessors: Predecessors) =>
      world.lifecycle.start({ ...request, owner: ownerOf("22222222", "new"), predecessors }),
  };
}

const twoVersions: Predecessors = {
  chain: [
    { allocId: "old", runs: "same", lost: true },
    { allocId: "older", runs: "other", lost: false },
  ],
  complete: true,
};

Deno.test("a task is not taken over that ended while the start waited for another's stop", async () => {
  const { world, stops, arns: [old, older], ...site } = await withTasksOfAnother("old", "older");
  stops.busy = true;
  const starting = site.start(twoVersions);
  await world.pass(60_000);
  assertEquals(site.live(), [old, older]);
  const task = site.taskOf(old);
  assert(task !== undefined);
  containerExited(world.ecs.model, task, "main", { exitCode: 1 });
  await world.pass(60_000);
  stops.busy = false;
  const started = await world.settle(starting);
  assert(started.status === "fulfilled");
  await world.pass(120_000);
  assertEquals(site.live(), [started.value.remote.ref.arn]);
});

Deno.test("a task is not taken over that this client began to stop while its tags could not be moved", async () => {
  const { world, taken, arns: [old], ...site } = await withTasksOfAnother("old");
  taken.busy = true;
  const starting = site.start({
    chain: [{ allocId: "old", runs: "same", lost: true }],
    complete: true,
  });
  await world.pass(60_000);
  site.forsake(old, "old");
  await world.pass(60_000);
  taken.busy = false;
  const started = await world.settle(starting);
  assert(started.status === "fulfilled");
  await world.pass(120_000);
  assertEquals(site.live(), [started.value.remote.ref.arn]);
});

Deno.test("a start waits for the stop of a task that was left to it by an allocation which Nomad has forgotten", async () => {
  const { world, stops, arns: [forgotten], ...site } = await withTasksOfAnother("forgotten");
  stops.busy = true;
  const tags = leftTags({ allocId: "new", until: 0 });
  for (const { key = "", value = "" } of tags) site.taskOf(forgotten)?.tags.push({ key, value });
  site.forsake(forgotten, "forgotten");
  const starting = site.start({ chain: [], complete: false });
  await world.pass(60_000);
  assertEquals(site.live(), [forgotten]);
  stops.busy = false;
  const started = await world.settle(starting);
  assert(started.status === "fulfilled");
  await world.pass(120_000);
  assertEquals(site.live(), [started.value.remote.ref.arn]);
});

Deno.test("the search for forsaken tasks stops no task that a start has taken over meanwhile", async () => {
  const { world, arns: [old], ...site } = await withTasksOfAnother("old");
  const started = await world.settle(site.start({
    chain: [{ allocId: "old", runs: "same", lost: true }],
    complete: true,
  }));
  assert(started.status === "fulfilled");
  site.forsake(old, "old");
  await world.pass(60_000);
  assertEquals([started.value.remote.ref.arn, ...site.live()], [old, old]);
});

/** Lets time pass until the start is answered, and checks all along that one ECS task lives at most. */
async function settleWithoutDoubles(world: World, starting: Promise<Started>): Promise<Started> {
  let settled = false;
  starting.finally(() => settled = true).catch(() => {});
  while (!settled) {
    await world.pass(250);
    assert(world.ecs.live().length <= 1, "two ECS tasks live");
  }
  return await starting;
}

Deno.test("a predecessor's task that this client has just started is found before ECS lists it", async () => {
  const world = createWorld({ consistency: 20_000 });
  const request = startRequest({ config: configOf({ wait_for: "none" }) });
  const old = await world.settle(
    world.lifecycle.start({ ...request, owner: ownerOf("11111111", "old") }),
  );
  assert(old.status === "fulfilled");
  const started = await settleWithoutDoubles(
    world,
    world.lifecycle.start({
      ...request,
      owner: ownerOf("22222222", "new"),
      predecessors: { chain: [{ allocId: "old", runs: "other", lost: false }], complete: true },
    }),
  );
  await world.pass(60_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [started.remote.ref.arn]);
});

Deno.test("a start waits for what ECS may run for a predecessor's start on this client that has failed", async () => {
  let isLost = false;
  const world = createWorld({
    consistency: 20_000,
    intercept: (operations) => ({
      ...operations,
      runTask: async (...call) => {
        const answer = await operations.runTask(...call);
        if (isLost) throw new EcsError("unavailable", "RunTask", "no answer");
        return answer;
      },
    }),
  });
  const request = startRequest({ config: configOf({ wait_for: "none" }) });
  isLost = true;
  const abandoned = new AbortController();
  const failing = world.lifecycle.start({
    ...request,
    owner: ownerOf("11111111", "old"),
    abandoned: abandoned.signal,
  });
  failing.catch(() => {});
  await world.pass(1_000);
  abandoned.abort(new Error("the allocation is stopped"));
  await world.settle(failing);
  isLost = false;
  const started = await settleWithoutDoubles(
    world,
    world.lifecycle.start({
      ...request,
      owner: ownerOf("22222222", "new"),
      predecessors: { chain: [{ allocId: "old", runs: "same", lost: false }], complete: true },
    }),
  );
  await world.pass(180_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [started.remote.ref.arn]);
});

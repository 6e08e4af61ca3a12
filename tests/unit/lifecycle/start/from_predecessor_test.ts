import { assert, assertEquals } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { restoreTime } from "../../../../src/lifecycle/start/met_tasks.ts";
import { cluster, configOf, createWorld, ownerOf, startRequest } from "../../../harness/world.ts";

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

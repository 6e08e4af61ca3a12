import { assert, assertEquals } from "@std/assert";
import { cluster, createWorld, ownerOf, startRequest, type World } from "../../harness/world.ts";

function start({ lifecycle, settle }: World, run: string) {
  return settle(lifecycle.start(startRequest({ owner: ownerOf(run) })));
}

/** A world with a task of the node that no allocation claims. */
async function worldWithUnclaimed() {
  const world = createWorld();
  const started = await start(world, "11111111");
  assert(started.status === "fulfilled");
  started.value.remote.release("the test");
  const { signal } = new AbortController();
  const { nodeId } = ownerOf();
  const found = await world.settle(world.lifecycle.unclaimedTasks(cluster, nodeId, signal));
  assert(found.status === "fulfilled");
  const [task, ...others] = found.value;
  assert(task !== undefined);
  assertEquals(others, []);
  return { ...world, task };
}

Deno.test("an unclaimed task is an orphan, which is stopped where the policy says so", async () => {
  const world = await worldWithUnclaimed();
  assertEquals(world.lifecycle.settleOrphan(world.task, "report"), "new");
  await world.pass(30_000);
  assertEquals(world.ecs.live().length, 1);
  assertEquals(world.lifecycle.settleOrphan(world.task, "stop"), "known");
  await world.pass(30_000);
  assertEquals(world.ecs.live(), []);
});

Deno.test("a task that a start has taken over meanwhile is no orphan", async () => {
  const world = await worldWithUnclaimed();
  const again = await start(world, "22222222");
  assert(again.status === "fulfilled");
  again.value.remote.confirm();
  assertEquals(world.lifecycle.settleOrphan(world.task, "stop"), "claimed");
  await world.pass(30_000);
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("a cluster whose tasks cannot be described counts as failing until they can", async () => {
  const world = createWorld();
  await start(world, "11111111");
  assertEquals(world.lifecycle.failing(), []);
  world.ecs.weather = { mode: "error503", rate: 1 };
  await world.pass(60_000);
  assertEquals(world.lifecycle.failing().map((failing) => failing.cluster.name), [cluster.name]);
  world.ecs.weather = undefined;
  await world.pass(60_000);
  assertEquals(world.lifecycle.failing(), []);
});

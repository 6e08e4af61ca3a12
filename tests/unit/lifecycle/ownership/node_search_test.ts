import { assert, assertEquals } from "@std/assert";
import { ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { runForeignTask } from "../../../harness/foreign_task.ts";
import {
  answering,
  cluster,
  configOf,
  createWorld,
  ownerOf,
  startRequest,
} from "../../../harness/world.ts";

const otherAlloc = "5d3f2a10-1c2b-4a3d-9e8f-7a6b5c4d3e2f";
const { nodeId } = ownerOf();
const never = new AbortController().signal;

/** A world that counts the tasks which ECS was asked to describe with their tags. */
function searchedWorld() {
  let described = 0;
  const world = createWorld({
    intercept: answering("describeTasks", (input, signal, real) => {
      if (input.include?.includes("TAGS")) described += input.tasks?.length ?? 0;
      return real(input, signal);
    }),
  });
  const start = async (allocId?: string) => {
    const started = await world.settle(
      world.lifecycle.start(startRequest({ owner: ownerOf("11111111", allocId) })),
    );
    assert(started.status === "fulfilled");
    return started.value.remote;
  };
  const search = async (node = nodeId) => {
    described = 0;
    const found = await world.settle(
      world.lifecycle.unclaimedTasks(cluster, node, never),
    );
    assert(found.status === "fulfilled");
    return found.value;
  };
  return { ...world, start, search, described: () => described };
}

Deno.test("a task is unclaimed from its start until its allocation shows that it has the handle", async () => {
  const { start, search, pass, time } = searchedWorld();
  const remote = await start();
  const since = time.now();
  const [found, ...others] = await search();
  assertEquals(others, []);
  assertEquals(found?.ref.arn, remote.ref.arn);
  assertEquals(found?.owner.allocId, remote.owner.allocId);
  assertEquals(found?.index, remote.index);
  await pass(10_000);
  assertEquals((await search())[0]?.since, found?.since);
  assert((found?.since ?? 0) <= since);
  remote.confirm();
  assertEquals(await search(), []);
});

Deno.test("the tags of a foreign task are read once", async () => {
  const { start, search, described, ecs } = searchedWorld();
  const remote = await start();
  remote.release("the test");
  ecs.model.tasks.get(remote.ref.arn)?.tags.splice(0);
  assertEquals(await search(), []);
  assertEquals(described(), 1);
  assertEquals(await search(), []);
  assertEquals(described(), 0);
});

Deno.test("a task that this process looks after may become its orphan, whatever its tags say now", async () => {
  const { start, search, described } = searchedWorld();
  await start();
  for (let times = 0; times < 2; times++) {
    assertEquals(await search("node-b"), []);
    assertEquals(described(), 1);
  }
});

Deno.test("a task that is watched, being stopped or left to run on is not unclaimed", async () => {
  const { start, search, described, ecs } = searchedWorld();
  const watched = await start();
  watched.confirm();
  const left = await start(otherAlloc);
  left.leave();
  await search();
  assertEquals(described(), 0);
  ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  const stopping = await start("7c1d2e3f-0000-4000-8000-000000000001");
  stopping.stop("the test", 0);
  assertEquals(await search(), []);
  assertEquals(ecs.live().length, 3);
});

Deno.test("what a start is about to take is not unclaimed", async () => {
  const { ecs, pass, search, settle, lifecycle } = searchedWorld();
  ecs.weather = { mode: "hang", rate: 1, operation: "RunTask" };
  const starting = lifecycle.start(startRequest({ config: configOf({ wait_for: "none" }) }));
  await pass(5_000);
  ecs.weather = { mode: "cut-after", rate: 1, operation: "RunTask" };
  await pass(30_000);
  assertEquals(ecs.live().length, 1, "ECS has accepted the run and its answer was lost");
  assertEquals(await search(), []);
  ecs.weather = undefined;
  assertEquals((await settle(starting)).status, "fulfilled");
  assertEquals((await search()).length, 1);
});

Deno.test("a search over endless pages ends, and the next one finds what there is", async () => {
  let endless = true;
  let asked = 0;
  const world = createWorld({
    intercept: answering("listTasks", (input, signal, real) => {
      asked += 1;
      return endless && input.startedBy === undefined
        ? Promise.resolve({ taskArns: [], nextToken: `${asked}`, $metadata: {} })
        : real(input, signal);
    }),
  });
  const started = await world.settle(world.lifecycle.start(startRequest()));
  assertEquals(started.status, "fulfilled");
  const search = () => world.settle(world.lifecycle.unclaimedTasks(cluster, "node-a", never));
  asked = 0;
  const first = await search();
  assertEquals(first.status === "rejected" && first.reason.kind, "unavailable");
  assertEquals(asked, 10);
  endless = false;
  const second = await search();
  assertEquals(second.status === "fulfilled" && second.value.length, 1);
});

Deno.test("a service's task that its definition has given our tags is no orphan", async () => {
  const { ecs, search } = searchedWorld();
  runForeignTask(ecs.model, { startedBy: "ecs-svc/1", tags: ownerTags(ownerOf(), "0.0.0") });
  assertEquals(await search(), []);
});

Deno.test("a task of which ECS does not tell who started it is looked at again", async () => {
  let cut = true;
  const world = createWorld({
    intercept: answering("describeTasks", async (input, signal, real) => {
      const answer = await real(input, signal);
      const tasks = answer.tasks?.map(({ startedBy, ...task }) =>
        cut ? task : { ...task, startedBy }
      );
      return { ...answer, tasks };
    }),
  });
  const by = startedBy(ownerOf());
  runForeignTask(world.ecs.model, { startedBy: by, tags: ownerTags(ownerOf(), "0.0.0") });
  await world.pass(10_000);
  const search = () => world.settle(world.lifecycle.unclaimedTasks(cluster, nodeId, never));
  assertEquals(await search(), { status: "fulfilled", value: [] });
  cut = false;
  const second = await search();
  assertEquals(second.status === "fulfilled" && second.value.length, 1);
});

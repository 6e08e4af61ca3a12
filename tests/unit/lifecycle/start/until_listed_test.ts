import { assert, assertEquals } from "@std/assert";
import type { Lifecycle, Predecessors } from "../../../../src/lifecycle/lifecycle.ts";
import { listingTime } from "../../../../src/lifecycle/start/until_listed.ts";
import {
  configOf,
  createWorld,
  ownerOf,
  startRequest,
  type World,
} from "../../../harness/world.ts";

const config = configOf({ wait_for: "none" });
const afterOld: Predecessors = {
  chain: [{ allocId: "old", runs: "same", lost: false }],
  complete: true,
};

/** A client whose plugin has died just when ECS had the task of allocation `old`. */
async function clientThatDiedInStart() {
  const world = createWorld({ consistency: 15_000 });
  const { lifecycle, kill } = world.launch();
  const owner = ownerOf("11111111", "old");
  world.disk.makeDirectory("/alloc/old");
  lifecycle.start(startRequest({ owner, config, allocDir: "/alloc/old" }));
  while (world.ecs.live().length === 0) await world.pass(1);
  kill();
  return world;
}

/** Has another process start what comes in its place. Answers the ECS task's ARN, and what was told. */
async function startNext(
  { world, lifecycle }: { world: World; lifecycle: Lifecycle },
  predecessors = afterOld,
) {
  const told: string[] = [];
  await world.pass(1);
  world.disk.makeDirectory("/alloc/new");
  const next = await world.settle(lifecycle.start(startRequest({
    owner: ownerOf("22222222", "new"),
    config,
    allocDir: "/alloc/new",
    predecessors,
    onEvent: ({ message }) => told.push(message),
  })));
  assert(next.status === "fulfilled");
  return { arn: next.value.remote.ref.arn, told };
}

Deno.test("the task of a predecessor whose start died with its process ends before another runs", async () => {
  const world = await clientThatDiedInStart();
  const { arn, told } = await startNext({ world, ...world.launch() });
  assertEquals(told.filter((message) => message.includes("allocation old")).length, 1);
  await world.pass(120_000);
  assertEquals(world.ecs.live().map((task) => task.arn), [arn]);
});

Deno.test("a process that is older than the time in which ECS may not list a task does not wait", async () => {
  const world = await clientThatDiedInStart();
  const { lifecycle } = world.launch();
  await world.pass(listingTime);
  const { arn, told } = await startNext({ world, lifecycle });
  assertEquals(told.filter((message) => message.includes("is sure to list")), []);
  await world.pass(120_000);
  assertEquals(world.ecs.live().map((task) => task.arn), [arn]);
});

Deno.test("a task is not taken over before ECS is sure to list what a later allocation's start may have run", async () => {
  const world = createWorld({ consistency: 15_000 });
  const { lifecycle: lost } = world.launch();
  const older = { ...ownerOf("11111111", "older"), nodeId: "node-b" };
  await world.settle(lost.start(startRequest({ owner: older, config })));
  await world.pass(60_000);
  const { lifecycle, kill } = world.launch();
  world.disk.makeDirectory("/alloc/old");
  const owner = ownerOf("11111111", "old");
  lifecycle.start(startRequest({ owner, config, allocDir: "/alloc/old" }));
  while (world.ecs.live().length === 1) await world.pass(1);
  kill();
  const chain = [
    { allocId: "old", runs: "same", lost: false },
    { allocId: "older", runs: "same", lost: true },
  ] as const;
  const next = await startNext({ world, ...world.launch() }, { chain, complete: true });
  await world.pass(120_000);
  assertEquals(world.ecs.live().map((task) => task.arn), [next.arn]);
});

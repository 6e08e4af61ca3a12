import { assert, assertEquals } from "@std/assert";
import type { Predecessors } from "../../../../src/lifecycle/lifecycle.ts";
import { listingTime } from "../../../../src/lifecycle/start/unlisted.ts";
import { cluster, configOf, createWorld, ownerOf } from "../../../harness/world.ts";

const request = {
  cluster,
  config: configOf({ wait_for: "none" }),
  env: {},
  resources: { cpu: 100, memory: 300 },
  abandoned: new AbortController().signal,
};
const afterOld: Predecessors = {
  kind: "known",
  chain: [{ allocId: "old", runs: "same", lost: false }],
  complete: true,
};

/** A client whose plugin has died just when ECS had the task of allocation `old`. */
async function clientThatDiedInStart() {
  const world = createWorld({ consistency: 15_000 });
  const { lifecycle, kill } = world.launch();
  const owner = ownerOf("11111111", "old");
  world.disk.makeDirectory("/alloc/old");
  world.disk.makeDirectory("/alloc/new");
  lifecycle.start({ ...request, owner, allocDir: "/alloc/old", onEvent: () => {} });
  while (world.ecs.live().length === 0) await world.pass(1);
  kill();
  return world;
}

Deno.test("the task of a predecessor whose start died with its process ends before another runs", async () => {
  const world = await clientThatDiedInStart();
  const events: string[] = [];
  const next = await world.settle(
    world.launch().lifecycle.start({
      ...request,
      owner: ownerOf("22222222", "new"),
      allocDir: "/alloc/new",
      predecessors: afterOld,
      onEvent: (event) => events.push(JSON.stringify(event)),
    }),
  );
  assert(next.status === "fulfilled");
  assertEquals(events.filter((event) => event.includes("allocation old")).length, 1);
  await world.pass(120_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [next.value.remote.ref.arn]);
});

Deno.test("a process that is older than the time in which ECS may not list a task does not wait", async () => {
  const world = await clientThatDiedInStart();
  const { lifecycle } = world.launch();
  await world.pass(listingTime);
  const events: string[] = [];
  const next = await world.settle(lifecycle.start({
    ...request,
    owner: ownerOf("22222222", "new"),
    allocDir: "/alloc/new",
    predecessors: afterOld,
    onEvent: (event) => events.push(JSON.stringify(event)),
  }));
  assert(next.status === "fulfilled");
  assertEquals(events.filter((event) => event.includes("is sure to list")), []);
  await world.pass(120_000);
  assertEquals(world.ecs.live().map(({ arn }) => arn), [next.value.remote.ref.arn]);
});

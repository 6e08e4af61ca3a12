import { assert, assertEquals } from "@std/assert";
import type { Lifecycle } from "../../../../src/lifecycle/lifecycle.ts";
import type { Predecessors } from "../../../../src/lifecycle/ownership/adopt.ts";
import { leftTags } from "../../../../src/lifecycle/ownership/tags.ts";
import { createWorld, ownerOf, startRequest, type World } from "../../../harness/world.ts";

const never = new AbortController().signal;
const lost: Predecessors = {
  chain: [{ allocId: "old", runs: "same", lost: true }],
  complete: true,
};

async function startIn(world: World, lifecycle: Lifecycle, allocId: string) {
  const owner = ownerOf("1", allocId);
  const started = await world.settle(lifecycle.start(startRequest({ owner })));
  assert(started.status === "fulfilled");
  return started.value.remote.ref;
}

/** `old` has an ECS task by another process, and `new` one by this process. */
async function withDouble() {
  const world = createWorld();
  const old = await startIn(world, world.launch().lifecycle, "old");
  const own = await startIn(world, world.lifecycle, "new");
  const owner = ownerOf("1", "new");
  const stopDoubles = async (predecessors: Predecessors, isOpen = () => true) => {
    const task = { ref: own, owner, predecessors, isOpen };
    const stopped = await world.settle(world.lifecycle.stopDoubles(task, never));
    assert(stopped.status === "fulfilled");
    await world.pass(10_000);
    return [stopped.value, world.ecs.live().map(({ arn }) => arn)];
  };
  const tagOld = (left: string) => {
    const [task] = world.ecs.live().filter(({ arn }) => arn === old.arn);
    for (const { key = "", value = "" } of leftTags({ allocId: left, until: 0 })) {
      task?.tags.push({ key, value });
    }
  };
  return { world, old, own, stopDoubles, tagOld };
}

Deno.test("an earlier allocation's ECS task beside a task's own is stopped, and the own one goes on", async () => {
  const { old, own, stopDoubles } = await withDouble();
  assertEquals(await stopDoubles(lost), [[old.arn], [own.arn]]);
});

Deno.test("a search by tags does not take the task's own ECS task for a second one", async () => {
  const { old, own, stopDoubles } = await withDouble();
  assertEquals(await stopDoubles({ ...lost, complete: false }), [[old.arn], [own.arn]]);
});

Deno.test("what was left to the task itself is stopped, whatever Nomad remembers", async () => {
  const { old, own, stopDoubles, tagOld } = await withDouble();
  tagOld("new");
  assertEquals(await stopDoubles({ chain: [], complete: false }), [[old.arn], [own.arn]]);
});

Deno.test("nothing is stopped of a task that has ended: its next start takes the earlier one over", async () => {
  const { old, own, stopDoubles } = await withDouble();
  assertEquals(await stopDoubles(lost, () => false), [[], [old.arn, own.arn]]);
});

Deno.test("what was left to an allocation outside the chain is not stopped", async () => {
  const { old, own, stopDoubles, tagOld } = await withDouble();
  tagOld("somebody");
  assertEquals(await stopDoubles(lost), [[], [old.arn, own.arn]]);
});

for (
  const [title, has] of [
    ["that Nomad has the handle of is not stopped", true],
    ["of a start whose answer Nomad never had is stopped", false],
  ] as const
) {
  Deno.test(`an ECS task of this process ${title}`, async () => {
    const { world, old, own, stopDoubles } = await withDouble();
    const owner = ownerOf("1", "old");
    const onEvent = () => {};
    const task = world.lifecycle.recover({ ref: old, owner, container: undefined, onEvent });
    if (has) task.confirm();
    assertEquals(await stopDoubles(lost), has ? [[], [old.arn, own.arn]] : [[old.arn], [own.arn]]);
  });
}

import { assert, assertEquals } from "@std/assert";
import type { StartedTask } from "../../../src/driver/driver.ts";
import { createNomadServers, type NomadServers } from "../../simulation/nomad_servers.ts";
import { createChances } from "../../simulation/random.ts";
import { allocationWith } from "../../harness/nomad_documents.ts";
import { launchDriver, type TimedDriver } from "../../harness/timed_driver.ts";
import { createWorld, ownerOf, type World } from "../../harness/world.ts";

const minutes = 60_000;
const block = { nomad: {}, orphan_grace: "2m" };

/** A world whose Nomad does not tell external drivers their node, as before 1.3.12, 1.4.7 and 1.5.2. */
function oldNomad(): World & { servers: NomadServers; client(nodeId: string): TimedDriver } {
  const world = createWorld();
  const servers = createNomadServers(world.time, createChances(1), ["node-a", "node-b"]);
  servers.put(allocationWith({ id: "old", clientStatus: "pending" }));
  const client = (nodeId: string) =>
    launchDriver(world, block, { nodeId, nodeOnWire: "", nomad: servers });
  return { ...world, servers, client };
}

async function startOf(world: World, driver: TimedDriver): Promise<StartedTask> {
  const settled = await world.settle(driver.start("1", "old").started);
  assert(settled.status === "fulfilled", String(Object.values(settled)));
  return settled.value;
}

/** What the tags of the ECS tasks that live say of allocation and node. */
function tagsOfLive({ ecs }: World): (string | undefined)[][] {
  return ecs.live().map(({ tags }) =>
    ["nomad:alloc_id", "nomad:node_id"].map((name) => tags.find(({ key }) => key === name)?.value)
  );
}

/** Has a new process look after a task, as its agent does after a restart or with a handle that Nomad moved. */
async function recover(driver: TimedDriver, allocId: string, { handle }: StartedTask) {
  const task = { ...ownerOf("1", allocId), nodeId: "" };
  await driver.driver.admit(task, handle);
  driver.driver.recover(task, handle);
}

Deno.test("where Nomad tells a driver no node id, the task's allocation tells it, and a lost client's task ends", async () => {
  const world = oldNomad();
  const a = world.client("node-a");
  world.client("node-b");
  await startOf(world, a);
  assertEquals(tagsOfLive(world), [["old", "node-a"]]);
  a.kill();
  world.servers.changeNode("node-a", { status: "down" });
  world.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await world.pass(6 * minutes);
  assertEquals(tagsOfLive(world), []);
});

Deno.test("without a nomad block such a task starts, and its tags name no node", async () => {
  const world = createWorld();
  await startOf(world, launchDriver(world, {}, { nodeOnWire: "" }));
  assertEquals(tagsOfLive(world), [["old", ""]]);
});

Deno.test("a recovered task keeps the node in its tags while Nomad does not answer, and stops when told to", async () => {
  const world = oldNomad();
  const first = world.client("node-a");
  const started = await startOf(world, first);
  first.kill();
  const second = launchDriver(world, {}, { nodeOnWire: "" });
  await recover(second, "old", started);
  await world.pass(1 * minutes);
  assertEquals(tagsOfLive(world), [["old", "node-a"]]);
  await world.settle(second.driver.stop(ownerOf("1", "old").id, 20_000, ""));
  assertEquals(tagsOfLive(world), []);
});

Deno.test("a task whose handle Nomad has moved gets the node of its new allocation", async () => {
  const world = oldNomad();
  const started = await startOf(world, world.client("node-a"));
  world.servers.put(
    allocationWith({
      id: "new",
      nodeId: "node-b",
      clientStatus: "pending",
      previousAllocation: "old",
    }),
  );
  await world.settle(recover(world.client("node-b"), "new", started));
  await world.pass(1 * minutes);
  assertEquals(tagsOfLive(world), [["new", "node-b"]]);
});

Deno.test("a task whose handle Nomad has moved names no node where its new one is not known", async () => {
  const world = oldNomad();
  const started = await startOf(world, world.client("node-a"));
  await recover(launchDriver(world, {}, { nodeOnWire: "" }), "new", started);
  await world.pass(1 * minutes);
  assertEquals(tagsOfLive(world), [["new", ""]]);
});

import { assertEquals } from "@std/assert";
import { provenAge } from "../../../src/driver/need.ts";
import { createNomadServers } from "../../simulation/nomad_servers.ts";
import { createChances } from "../../simulation/random.ts";
import { allocationWith } from "../../harness/nomad_documents.ts";
import { launchDriver } from "../../harness/timed_driver.ts";
import { createWorld, ownerOf } from "../../harness/world.ts";
import {
  createTwoClients,
  drain,
  liveArns,
  startedOnFirst,
  type TwoClients,
} from "../../harness/two_clients.ts";

const minutes = 60_000;

Deno.test("a task that nobody takes ends by its own node's driver", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  clients.servers.change("new", { desiredStatus: "stop", clientStatus: "complete" });
  assertEquals(liveArns(clients), [arn]);
  await clients.pass(75 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a task that nobody takes ends by another node's driver where its own is gone", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("new", { desiredStatus: "stop", clientStatus: "complete" });
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [arn]);
  await clients.pass(5 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a client that never comes back leaves no task once its job is stopped", async () => {
  const { clients, arn } = await startedOnFirst();
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [arn]);
  await clients.pass(5 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a client that never comes back leaves no task that Nomad has forgotten", async () => {
  const { clients } = await startedOnFirst();
  await clients.pass(provenAge);
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.forget("old");
  await clients.pass(6 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a task that was started right before its client went is stopped, also where Nomad forgets it and the node", async () => {
  const { clients } = await startedOnFirst();
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("old", { clientStatus: "lost" });
  await clients.pass(1.5 * minutes);
  clients.servers.forget("old");
  clients.servers.forgetNode("node-a");
  await clients.pass(6 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a task that its client started without a connection to Nomad is stopped once the client is lost again", async () => {
  const { clients } = await startedOnFirst();
  await clients.pass(1 * minutes);
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.changeNode("node-a", { status: "ready" });
  await clients.pass(provenAge);
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.forget("old");
  await clients.pass(6 * minutes);
  assertEquals(liveArns(clients), []);
});

for (const [name, moved] of [["at once", 0], ["an hour later", 60 * minutes]] as const) {
  Deno.test(`a client that goes to another Nomad with its node id, and starts a task there ${name}, keeps the task`, async () => {
    const world = createWorld();
    const first = createNomadServers(world.time, createChances(1), ["node-a", "node-b"]);
    const second = createNomadServers(world.time, createChances(2), ["node-a"]);
    const config = { nomad: {}, orphan_grace: "2m" };
    launchDriver(world, config, { nodeId: "node-b", nomad: first });
    await world.pass(30 * minutes);
    first.changeNode("node-a", { status: "disconnected" });
    await world.pass(moved);
    second.put(allocationWith({ id: "moved", clientStatus: "pending" }));
    const client = launchDriver(world, config, { nodeId: "node-a", nomad: second });
    await world.pass(1_000);
    await world.settle(client.start("1", "moved").started);
    client.driver.inspect(ownerOf("1", "moved").id);
    second.change("moved", { clientStatus: "running" });
    await world.pass(5 * minutes);
    first.changeNode("node-a", { status: "down" });
    await world.pass(60 * minutes);
    assertEquals(world.ecs.live().length, 1);
  });
}

Deno.test("a task of a client that never comes back is found among several clusters", async () => {
  const clients = createTwoClients({ allowed: { clusters: ["second"] } });
  await clients.pass(1_000);
  await clients.start(clients.a, "old");
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await clients.pass(6 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a task that went to a client which is gone is found, whoever had it when it was first seen", async () => {
  const { clients, arn } = await startedOnFirst();
  await clients.pass(3 * minutes);
  // Only node-b's driver is left to look, and it knows the task as node-a's, which works.
  clients.a.kill();
  const [task] = clients.ecs.live();
  const node = task?.tags.find(({ key }) => key === "nomad:node_id");
  if (node !== undefined) node.value = "node-c";
  clients.servers.changeNode("node-c", { status: "ready" });
  clients.servers.change("old", { nodeId: "node-c" });
  await clients.pass(3 * minutes);
  clients.servers.changeNode("node-c", { status: "down" });
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [arn]);
  await clients.pass(5 * minutes);
  assertEquals(liveArns(clients), []);
});

Deno.test("a task that nobody wants is found among more tasks of another Nomad than one round asks about", async () => {
  const clients = createTwoClients();
  await clients.pass(1_000);
  const others = (from: number) =>
    Array.from({ length: 120 }, (_, at) => clients.start(clients.a, `other-${from + at}`));
  await Promise.all(others(0));
  const arn = await clients.start(clients.a, "old");
  await Promise.all(others(200));
  for (const task of clients.ecs.live()) {
    const node = task.tags.find(({ key }) => key === "nomad:node_id");
    if (node !== undefined && task.arn !== arn) node.value = "node-of-another-nomad";
  }
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await clients.pass(10 * minutes);
  assertEquals(liveArns(clients).includes(arn), false);
  assertEquals(liveArns(clients).length, 240);
});

Deno.test("the tasks of a client that never comes back end within minutes, however many they are", async () => {
  const clients = createTwoClients();
  await clients.pass(1_000);
  const ids = Array.from({ length: 250 }, (_, at) => `lost-${at}`);
  for (const id of ids) clients.servers.put(allocationWith({ id, clientStatus: "pending" }));
  await Promise.all(ids.map((id) => clients.start(clients.a, id)));
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  for (const id of ids) {
    clients.servers.change(id, { desiredStatus: "stop", clientStatus: "lost" });
  }
  await clients.pass(7 * minutes);
  assertEquals(liveArns(clients), []);
});

const kept: [string, (clients: TwoClients) => void][] = [
  ["Nomad still wants its allocation", () => {}],
  ["the token may not list the namespace", (clients) => {
    clients.servers.forget("old");
    clients.servers.weather = "blind";
  }],
  ["the API does not answer", (clients) => clients.servers.weather = "silent"],
  ["its node is only disconnected", (clients) => {
    clients.servers.changeNode("node-a", { status: "disconnected" });
    clients.servers.change("old", { desiredStatus: "stop" });
  }],
];

for (const [name, change] of kept) {
  Deno.test(`a task of a client that is down is left alone while ${name}`, async () => {
    const { clients, arn } = await startedOnFirst();
    await clients.pass(3 * minutes);
    clients.a.kill();
    clients.servers.changeNode("node-a", { status: "down" });
    change(clients);
    await clients.pass(30 * minutes);
    assertEquals(liveArns(clients), [arn]);
  });
}

Deno.test("a task of another Nomad's client is left alone", async () => {
  const { clients, arn } = await startedOnFirst();
  const [task] = clients.ecs.live();
  const node = task?.tags.find(({ key }) => key === "nomad:node_id");
  if (node !== undefined) node.value = "node-of-another-nomad";
  clients.a.kill();
  clients.servers.forget("old");
  await clients.pass(60 * minutes);
  assertEquals(liveArns(clients), [arn]);
});

Deno.test('with orphans = "report" nothing of others is stopped', async () => {
  const { clients, arn } = await startedOnFirst({ orphans: "report" });
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await clients.pass(30 * minutes);
  assertEquals(liveArns(clients), [arn]);
});

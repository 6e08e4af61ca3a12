import { assert, assertEquals } from "@std/assert";
import {
  createTwoClients,
  drain,
  drainBack,
  liveArns,
  lose,
  startedOnFirst,
  type TwoClients,
} from "../../harness/two_clients.ts";
import { allocationWith } from "../../harness/nomad_documents.ts";
import { launchDriver } from "../../harness/timed_driver.ts";
import { createWorld, ownerOf } from "../../harness/world.ts";
import { createNomadServers, type NomadServers } from "../../simulation/nomad_servers.ts";
import { createChances } from "../../simulation/random.ts";
import type { Allocation } from "../../../src/nomad/documents.ts";

const minutes = 60_000;

/** The first client has left its ECS task to `new`, which never starts: `third` is to run in its stead. */
async function leftToOneThatNeverStarts() {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  addThird(clients);
  clients.servers.change("new", {
    desiredStatus: "stop",
    desiredDescription: "alloc is being migrated",
    clientStatus: "complete",
    nextAllocation: "third",
  });
  return { clients, arn };
}

function addThird({ servers }: TwoClients) {
  const known = servers.allocation("new");
  assert(known !== undefined);
  servers.put({ ...known, id: "third", clientStatus: "pending", previousAllocation: "new" });
}

/** Starts an allocation on the second client while Nomad tells nothing: it runs an ECS task of its own. */
async function startedUntold(clients: TwoClients, allocId: string, earlier: string) {
  clients.servers.weather = "silent";
  const arn = await clients.start(clients.b, allocId);
  assertEquals(liveArns(clients).sort(), [earlier, arn].sort());
  return arn;
}

Deno.test("a start that Nomad told nothing stops the earlier task once Nomad tells of it", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  const own = await startedUntold(clients, "third", arn);
  await clients.pass(3 * minutes);
  assertEquals(liveArns(clients).length, 2);
  clients.servers.weather = undefined;
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [own]);
  assert(clients.events(clients.b).some((text) => text.includes(`Stopping ECS task ${arn}`)));
  await clients.pass(90 * minutes);
  assertEquals(liveArns(clients), [own]);
});

Deno.test("a process that recovers the task of such a start stops the earlier one", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  clients.servers.weather = "silent";
  const settled = await clients.settle(clients.b.start("1", "third").started);
  assert(settled.status === "fulfilled");
  assertEquals(liveArns(clients).length, 2);
  const { driver } = clients.restart(clients.b);
  driver.recover({ ...ownerOf("1", "third"), nodeId: "node-b" }, settled.value.handle);
  clients.servers.weather = undefined;
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients).includes(arn), false);
  assertEquals(liveArns(clients).length, 1);
});

Deno.test("a start that finds the task of such a start, whose handle was lost, stops the earlier one", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  const own = await startedUntold(clients, "third", arn);
  const after = clients.restart(clients.b);
  clients.servers.weather = undefined;
  const settled = await clients.settle(after.start("2", "third").started);
  assertEquals(settled.status, "fulfilled");
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [own]);
});

Deno.test("the task of a lost client ends once Nomad tells of it", async () => {
  const { clients, arn } = await startedOnFirst();
  lose(clients);
  const own = await startedUntold(clients, "new", arn);
  clients.servers.weather = undefined;
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [own]);
});

Deno.test("an answer of a server that is behind is asked for again", async () => {
  const { clients, arn } = await startedOnFirst();
  lose(clients);
  // It shows the new allocation, and not yet what became of the earlier one.
  clients.servers.change("old", { desiredStatus: "run", clientStatus: "running" });
  const own = await clients.start(clients.b, "new");
  assert(own !== arn);
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost" });
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients), [own]);
});

Deno.test("a task that was left is taken over although a server that is behind shows it as wanted", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  clients.servers.change("old", { desiredStatus: "run", clientStatus: "running" });
  assertEquals(await clients.start(clients.b, "new"), arn);
  assertEquals(liveArns(clients), [arn]);
});

Deno.test("a task of such a start that is left right away leaves no earlier task running", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  const own = await startedUntold(clients, "third", arn);
  clients.servers.weather = undefined;
  drainBack(clients, "third", "fourth");
  await clients.stop(clients.b, "third");
  await clients.pass(10_000);
  assertEquals(liveArns(clients), [own]);
  assert(clients.events(clients.b).some((text) => text.includes(`Stopping ECS task ${arn}`)));
  assertEquals(await clients.start(clients.a, "fourth"), own);
});

Deno.test("a task of such a start is left though ECS does not tell of an earlier one in time", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  const own = await startedUntold(clients, "third", arn);
  clients.servers.weather = undefined;
  drainBack(clients, "third", "fourth");
  clients.ecs.weather = { mode: "error503", rate: 1, operation: "ListTasks" };
  await clients.stop(clients.b, "third");
  clients.ecs.weather = undefined;
  assertEquals(liveArns(clients).sort(), [arn, own].sort());
  assertEquals(await clients.start(clients.a, "fourth"), own);
  await clients.pass(10_000);
  assertEquals(liveArns(clients), [own]);
});

const kept: [string, (clients: TwoClients) => void][] = [
  ["a disconnected client's, which Nomad may keep", (clients) => {
    lose(clients);
    clients.servers.change("old", { clientStatus: "unknown", desiredStatus: "run" });
    clients.servers.changeNode("node-a", { status: "disconnected" });
  }],
  ["one that was left to another allocation", (clients) => {
    drain(clients, { id: "other" });
    addNew(clients);
    const [task] = clients.ecs.live();
    task?.tags.push({ key: "nomad:left_for", value: "other" });
  }],
  ["one that Nomad still wants", (clients) => {
    drain(clients);
    clients.servers.change("old", { desiredStatus: "run" });
  }],
  ["one of another task's chain", (clients) => {
    drain(clients, { previousAllocation: undefined });
  }],
];

function addNew({ servers }: TwoClients) {
  const other = servers.allocation("other");
  assert(other !== undefined);
  servers.put({ ...other, id: "new" });
}

for (const [name, change] of kept) {
  Deno.test(`a start that Nomad told nothing never stops this earlier task: ${name}`, async () => {
    const { clients, arn } = await startedOnFirst();
    change(clients);
    const own = await startedUntold(clients, "new", arn);
    clients.servers.weather = undefined;
    await clients.pass(10 * minutes);
    assertEquals(liveArns(clients).sort(), [arn, own].sort());
  });
}

Deno.test("a task that another client has taken over by then is not stopped", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  const own = await startedUntold(clients, "third", arn);
  const [task] = clients.ecs.live().filter((live) => live.arn === arn);
  for (const tag of task?.tags ?? []) {
    if (tag.key === "nomad:alloc_id") tag.value = "fourth";
    if (tag.key === "nomad:node_id") tag.value = "node-c";
    if (tag.key === "nomad:left_for") tag.value = "fourth";
  }
  clients.servers.changeNode("node-c", { status: "ready" });
  clients.servers.weather = undefined;
  await clients.pass(10 * minutes);
  assertEquals(liveArns(clients).sort(), [arn, own].sort());
});

Deno.test("Nomad is asked less and less often while it gives no answer, and once when it does", async () => {
  const { clients, arn } = await leftToOneThatNeverStarts();
  const own = await startedUntold(clients, "third", arn);
  const asked = clients.servers.questions();
  await clients.pass(30 * minutes);
  const silent = clients.servers.questions() - asked;
  assert(silent <= 80, `${silent} questions in half an hour`);
  clients.servers.weather = undefined;
  await clients.pass(2 * minutes);
  assertEquals(liveArns(clients), [own]);
});

Deno.test("a start that Nomad has answered costs no more questions", async () => {
  const told = async (weather: "silent" | undefined) => {
    const clients = createTwoClients();
    await clients.pass(1_000);
    clients.servers.weather = weather;
    await clients.start(clients.a, "old");
    clients.servers.weather = undefined;
    const before = clients.servers.questions();
    await clients.pass(1 * minutes);
    return clients.servers.questions() - before;
  };
  assert(await told(undefined) < await told("silent"));
});

/** The first client is lost with `old`, for which there is no place until users ask for `new`. */
async function lostUntilAskedFor(change: Partial<Allocation> = {}) {
  const { clients, arn } = await startedOnFirst();
  clients.a.kill();
  clients.servers.changeNode("node-a", { status: "down" });
  clients.servers.change("old", { desiredStatus: "stop", clientStatus: "lost", ...change });
  clients.servers.put(allocationWith({
    id: "new",
    nodeId: "node-b",
    clientStatus: "pending",
    createIndex: 9,
    evalId: "job-register",
  }));
  return { clients, arn };
}

for (const jobVersion of [3, 2]) {
  Deno.test(`a lost task of version ${jobVersion} ends soon after users have asked for its replacement`, async () => {
    const { clients } = await lostUntilAskedFor({ jobVersion });
    const own = await clients.start(clients.b, "new");
    await clients.pass(1 * minutes);
    assertEquals(liveArns(clients), [own]);
    await clients.pass(90 * minutes);
    assertEquals(liveArns(clients), [own]);
  });
}

Deno.test("an earlier task whose client is lost only later ends too", async () => {
  const { clients } = await lostUntilAskedFor({ clientStatus: "running" });
  const own = await clients.start(clients.b, "new");
  await clients.pass(1 * minutes);
  assertEquals(liveArns(clients).length, 2);
  clients.servers.change("old", { clientStatus: "lost" });
  await clients.pass(2 * minutes);
  assertEquals(liveArns(clients), [own]);
});

Deno.test("a canary stops no task that Nomad wants, also after a drain of it", async () => {
  const { clients, arn } = await startedOnFirst();
  clients.servers.put(allocationWith({
    id: "canary",
    nodeId: "node-b",
    clientStatus: "pending",
    jobVersion: 4,
    evalId: "job-register",
  }));
  const own = await clients.start(clients.b, "canary");
  drain(clients);
  await clients.pass(5 * minutes);
  assertEquals(liveArns(clients).sort(), [arn, own].sort());
});

Deno.test("a start that users asked for costs one round of questions", async () => {
  const clients = createTwoClients();
  clients.servers.change("old", { evalId: "job-register" });
  await clients.pass(1_000);
  await clients.start(clients.a, "old");
  await clients.pass(1 * minutes);
  const before = clients.servers.questions();
  await clients.pass(30 * minutes);
  assertEquals(clients.servers.questions(), before);
});

Deno.test("two hundred such starts at a time are settled within a minute after Nomad answers", async () => {
  const world = createWorld();
  const servers = createNomadServers(world.time, createChances(1), ["node-a", "node-b"]);
  const launch = (nodeId: string) =>
    launchDriver(world, { nomad: {}, orphan_grace: "10m" }, { nodeId, nomad: servers });
  const old = launch("node-a");
  const next = launch("node-b");
  const names = Array.from({ length: 200 }, (_, index) => `${index}`);
  for (const name of names) {
    servers.put(
      allocationWith({ id: `old-${name}`, name: `web.group[${name}]`, clientStatus: "pending" }),
    );
  }
  await world.pass(1_000);
  await world.settle(Promise.all(names.map((name) => old.start("1", `old-${name}`).started)));
  assertEquals(world.ecs.live().length, names.length);
  old.kill();
  servers.changeNode("node-a", { status: "down" });
  for (const name of names) {
    const id = `new-${name}`;
    const earlier = `old-${name}`;
    servers.change(earlier, { desiredStatus: "stop", clientStatus: "lost", nextAllocation: id });
    servers.put(
      allocationWith({
        id,
        name: `web.group[${name}]`,
        nodeId: "node-b",
        clientStatus: "pending",
        previousAllocation: earlier,
      }),
    );
  }
  servers.weather = "silent";
  await world.settle(Promise.all(names.map((name) => next.start("1", `new-${name}`).started)));
  assertEquals(world.ecs.live().length, 2 * names.length);
  servers.weather = undefined;
  await world.pass(1 * minutes);
  assertEquals(world.ecs.live().length, names.length);
});

Deno.test("tasks of one job that are in doubt at one time share the job's list of allocations", async () => {
  const world = createWorld();
  const servers = createNomadServers(world.time, createChances(1), ["node-a"]);
  let lists = 0;
  const counting: NomadServers = {
    ...servers,
    api: (nodeId, process) => {
      const api = servers.api(nodeId, process);
      return {
        ...api,
        allocationsOf: (...question) => {
          lists += 1;
          return api.allocationsOf(...question);
        },
      };
    },
  };
  const client = launchDriver(world, { nomad: {} }, { nodeId: "node-a", nomad: counting });
  const ids = Array.from({ length: 60 }, (_, index) => `asked-${index}`);
  for (const id of ids) {
    servers.put(allocationWith({ id, name: `web.${id}[0]`, evalId: "job-register" }));
  }
  await world.pass(1_000);
  const started = await world.settle(Promise.all(ids.map((id) => client.start("1", id).started)));
  assertEquals(started.status, "fulfilled");
  for (const id of ids) servers.change(id, { clientStatus: "running" });
  await world.pass(2 * minutes);
  assert(lists > 0 && lists <= 5, `${lists} lists`);
});

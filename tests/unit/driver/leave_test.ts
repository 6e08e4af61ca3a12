import { assert, assertEquals } from "@std/assert";
import type { ApiWeather } from "../../simulation/nomad_servers.ts";
import {
  createTwoClients,
  drain,
  drainBack,
  liveArns,
  lose,
  startedOnFirst,
  type TwoClients,
} from "../../harness/two_clients.ts";
import { encodeHandleState, handleVersion } from "../../../src/driver/handle_state.ts";
import { allocationWith } from "../../harness/nomad_documents.ts";
import type { Allocation } from "../../../src/nomad/documents.ts";
import type { TimedDriver } from "../../harness/timed_driver.ts";
import { runForeignTask } from "../../harness/foreign_task.ts";
import { systemClock } from "../../../src/clock.ts";
import { type LeaveContext, leaveToSuccessor } from "../../../src/driver/leave.ts";
import type { TaskRecord } from "../../../src/driver/task_record.ts";
import { cluster, ownerOf, silent } from "../../harness/world.ts";

const minutes = 60_000;

Deno.test("a drain hands the ECS task over: one task, tagged as the new allocation's", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  assertEquals(liveArns(clients), [arn]);
  assertEquals(await clients.start(clients.b, "new"), arn);
  assertEquals(liveArns(clients), [arn]);
  const [task] = clients.ecs.live();
  assertEquals(clients.tag(task, "nomad:alloc_id"), "new");
  assertEquals(clients.tag(task, "nomad:node_id"), "node-b");
  await clients.pass(60 * minutes);
  assertEquals(liveArns(clients), [arn]);
  assert(clients.events(clients.b).some((text) => text.includes("Took over ECS task")));
});

Deno.test("a task is handed over again and again, also when Nomad has forgotten the first allocation", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  await clients.start(clients.b, "new");
  clients.servers.forget("old");
  drainBack(clients, "new", "third");
  await clients.stop(clients.b, "new");
  clients.servers.forget("new");
  assertEquals(await clients.start(clients.a, "third"), arn);
  assertEquals(liveArns(clients), [arn]);
});

/** The first client starts `old`; `change` happens before another process of its plugin recovers it. */
async function recoveredOnFirst(change: (clients: TwoClients) => void) {
  const clients = createTwoClients();
  await clients.pass(1_000);
  const started = await clients.settle(clients.a.start("1", "old").started);
  assert(started.status === "fulfilled");
  const [arn] = liveArns(clients);
  change(clients);
  const after = clients.restart(clients.a);
  after.driver.recover({ ...ownerOf("1", "old"), nodeId: "node-a" }, started.value.handle);
  return { clients, arn, after };
}

Deno.test("a drain right after a restart of the plugin leaves the ECS task too", async () => {
  const { clients, arn, after } = await recoveredOnFirst(drain);
  await clients.stop(after, "old");
  assertEquals(liveArns(clients), [arn]);
  assertEquals(await clients.start(clients.b, "new"), arn);
  assertEquals(liveArns(clients), [arn]);
});

Deno.test("a drain right after an outage of ECS, in which the plugin was restarted, leaves the ECS task too", async () => {
  const { clients, arn, after } = await recoveredOnFirst(({ ecs }) => {
    ecs.weather = { mode: "error503", rate: 1 };
  });
  await clients.pass(5 * minutes);
  clients.ecs.weather = undefined;
  drain(clients);
  await clients.stop(after, "old");
  assertEquals(liveArns(clients), [arn]);
  assertEquals(await clients.start(clients.b, "new"), arn);
  assertEquals(liveArns(clients), [arn]);
});

/** The first client starts `count` tasks, each of a job of its own. Answers their allocations. */
async function startedMany(clients: TwoClients, count: number): Promise<Allocation[]> {
  const { servers, a } = clients;
  await clients.pass(1_000);
  const allocations = Array.from({ length: count }, (_, number) =>
    allocationWith({
      id: `old${number}`,
      name: `job${number}.web[0]`,
      jobId: `job${number}`,
      clientStatus: "pending",
    }));
  for (const allocation of allocations) servers.put(allocation);
  assertEquals(await startAll(clients, a, allocations), "fulfilled");
  for (const { id } of allocations) {
    servers.change(id, { clientStatus: "running" });
    a.driver.inspect(ownerOf("1", id).id);
  }
  await clients.pass(2 * minutes);
  return allocations;
}

async function startAll(
  clients: TwoClients,
  client: TimedDriver,
  allocations: readonly Allocation[],
): Promise<string> {
  const starts = allocations.map(({ id }) => client.start("1", id).started);
  return (await clients.settle(Promise.all(starts))).status;
}

/** Has the servers drain `node-a`. Answers the allocations that replace these on `node-b`. */
function drainMany({ servers }: TwoClients, allocations: readonly Allocation[]): Allocation[] {
  servers.changeNode("node-a", { draining: true });
  return allocations.map((old) => {
    const next = { ...old, id: `new-${old.id}`, nodeId: "node-b", previousAllocation: old.id };
    servers.put(next);
    servers.change(old.id, {
      desiredStatus: "stop",
      desiredDescription: "alloc is being migrated",
      migrate: true,
      nextAllocation: next.id,
    });
    return next;
  });
}

/** Has the first client stop the tasks as Nomad does, all at one moment. */
function stopAll({ a }: TwoClients, allocations: readonly Allocation[], timeout: number) {
  return Promise.all(allocations.map(({ id }) => a.driver.stop(ownerOf("1", id).id, timeout, "")));
}

Deno.test("a task is not left where users change what they want while it waits for its turn", async () => {
  const clients = createTwoClients();
  const allocations = await startedMany(clients, 150);
  const successors = drainMany(clients, allocations);
  const stops = stopAll(clients, allocations, 30_000);
  await clients.pass(1_000);
  for (const { id } of successors) clients.servers.change(id, { desiredStatus: "stop" });
  assertEquals((await clients.settle(stops)).status, "fulfilled");
  // Those whose turn came before that, and those whose turn came while the verdict was fresh.
  assert(liveArns(clients).length <= 75, `${liveArns(clients).length} run on`);
});

/** The first client has left its ECS task; then its plugin is restarted, and starts another task. */
async function leftBeforeRestart() {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  await clients.stop(clients.a, "old");
  const after = clients.restart(clients.a);
  const other = { id: "other", name: "web.group[1]", clientStatus: "pending" };
  clients.servers.put(allocationWith(other));
  await clients.settle(after.start("1", "other").started);
  return { clients, arn };
}

Deno.test("a restart of the plugin that has left a task lets the successor come as late as without it", async () => {
  const { clients, arn } = await leftBeforeRestart();
  await clients.pass(50 * minutes);
  assert(liveArns(clients).includes(arn ?? ""));
  assertEquals(await clients.start(clients.b, "new"), arn);
});

Deno.test("a task that was left before a restart of the plugin ends where nobody comes", async () => {
  const { clients, arn } = await leftBeforeRestart();
  await clients.pass(70 * minutes);
  assert(!liveArns(clients).includes(arn ?? ""));
});

for (const timeout of [5_000, 30_000]) {
  Deno.test(`a drain of 200 tasks at one moment leaves them all, with ${timeout / 1_000} s for each`, async () => {
    const clients = createTwoClients();
    const allocations = await startedMany(clients, 200);
    const arns = liveArns(clients);
    const successors = drainMany(clients, allocations);
    const stops = stopAll(clients, allocations, timeout);
    assertEquals((await clients.settle(stops)).status, "fulfilled");
    for (const { id } of allocations) clients.servers.change(id, { clientStatus: "complete" });
    assertEquals(liveArns(clients), arns);
    assertEquals(await startAll(clients, clients.b, successors), "fulfilled");
    assertEquals(liveArns(clients), arns);
  });
}

const stopping: [string, (clients: TwoClients) => void][] = [
  ["the new allocation has another job version", (clients) => drain(clients, { jobVersion: 4 })],
  ["nomad alloc stop", (clients) => {
    drain(clients);
    clients.servers.changeNode("node-a", { draining: false });
  }],
  ["no place is found", (clients) => {
    drain(clients);
    clients.servers.change("old", { nextAllocation: undefined });
  }],
  ["the other node takes nothing over", (clients) => {
    drain(clients);
    clients.servers.changeNode("node-b", { takesOver: false });
  }],
  ["the other node has another default cluster", (clients) => {
    drain(clients);
    clients.servers.changeNode("node-b", { place: "second" });
  }],
  ...(["silent", "denied", "blind", "stale"] as const).map((
    weather,
  ): [string, (clients: TwoClients) => void] => [`the API is ${weather}`, (clients) => {
    drain(clients);
    clients.servers.weather = weather;
  }]),
];

for (const [name, change] of stopping) {
  Deno.test(`the ECS task is stopped, and another runs after it: ${name}`, async () => {
    const { clients, arn } = await startedOnFirst();
    change(clients);
    await clients.stop(clients.a, "old");
    assertEquals(liveArns(clients), []);
    clients.servers.weather = undefined;
    const other = await clients.start(clients.b, "new");
    assert(other !== arn);
    assertEquals(liveArns(clients), [other]);
  });
}

for (const weather of ["silent", "denied", "blind"] satisfies ApiWeather[]) {
  Deno.test(`a task that was left is found by its tags while the API is ${weather}`, async () => {
    const { clients, arn } = await startedOnFirst();
    drain(clients);
    await clients.stop(clients.a, "old");
    clients.servers.weather = weather;
    assertEquals(await clients.start(clients.b, "new"), arn);
    assertEquals(liveArns(clients), [arn]);
  });
}

/** Replaces an allocation by `newer`, which runs another version of the job. */
function update({ servers }: TwoClients, id = "new") {
  const known = servers.allocation(id);
  if (known === undefined) throw new Error("the servers do not know the allocation");
  servers.change(id, {
    desiredStatus: "stop",
    desiredDescription: "alloc is being updated due to job update",
    clientStatus: "complete",
    nextAllocation: "newer",
  });
  servers.put({
    ...known,
    id: "newer",
    jobVersion: 4,
    clientStatus: "pending",
    previousAllocation: id,
  });
}

Deno.test("an update while a drained task waits for its taker runs the new definition alone", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  const { driver } = clients.a;
  await clients.settle(driver.stop(ownerOf("1", "old").id, 20_000, ""));
  update(clients);
  // The servers have not heard yet that the first client is done.
  assertEquals(clients.servers.allocation("old")?.clientStatus, "running");
  const other = await clients.start(clients.b, "newer");
  assert(other !== arn);
  assertEquals(liveArns(clients), [other]);
});

Deno.test("an update while a drained task is being stopped runs the new definition alone", async () => {
  const { clients, arn } = await startedOnFirst();
  drain(clients);
  update(clients);
  const other = await clients.start(clients.b, "newer");
  assert(other !== arn);
  assertEquals(liveArns(clients), [other]);
});

Deno.test("a task that ECS does not list yet is left once ECS shows it", async () => {
  const clients = createTwoClients({ wait_for: "none" });
  clients.ecs.model.pace.consistency = 2_000;
  await clients.pass(1_000);
  const arn = await clients.start(clients.a, "old");
  drain(clients);
  await clients.stop(clients.a, "old");
  assertEquals(await clients.start(clients.b, "new"), arn);
  assertEquals(liveArns(clients), [arn]);
});

Deno.test("an update on the same client waits until ECS acknowledges the stop of the task before", async () => {
  const { clients, arn } = await startedOnFirst();
  update(clients, "old");
  clients.servers.change("old", { clientStatus: "complete" });
  const starting = clients.start(clients.a, "newer");
  clients.ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  await clients.pass(5_000);
  assertEquals(liveArns(clients), [arn]);
  clients.ecs.weather = undefined;
  const other = await starting;
  assert(other !== arn);
  assertEquals(liveArns(clients), [other]);
});

Deno.test("a lost client's ECS task is taken over, and its client coming back does not stop it", async () => {
  const { clients, arn } = await startedOnFirst();
  lose(clients);
  assertEquals(await clients.start(clients.b, "new"), arn);
  clients.servers.changeNode("node-a", { status: "ready" });
  const ended = Promise.withResolvers<string | undefined>();
  clients.a.driver.onExit(ownerOf("1", "old").id, ({ error }) => ended.resolve(error));
  await clients.stop(clients.a, "old");
  const settled = await clients.settle(ended.promise);
  assert(
    settled.status === "fulfilled" && settled.value?.includes("runs on under Nomad node node-b"),
  );
  assertEquals(liveArns(clients), [arn]);
  await clients.pass(60 * minutes);
  assertEquals(liveArns(clients), [arn]);
});

Deno.test("a lost client's ECS task of another job version is stopped before the new one runs", async () => {
  const { clients, arn } = await startedOnFirst();
  lose(clients, { jobVersion: 4 });
  const other = await clients.start(clients.b, "new");
  assert(other !== arn);
  assertEquals(liveArns(clients), [other]);
});

Deno.test("a disconnected client's ECS task runs beside its replacement's, and neither stops the other's", async () => {
  const { clients, arn } = await startedOnFirst();
  lose(clients);
  clients.servers.change("old", { clientStatus: "unknown", desiredStatus: "run" });
  clients.servers.changeNode("node-a", { status: "disconnected" });
  const other = await clients.start(clients.b, "new");
  await clients.pass(60 * minutes);
  assertEquals(liveArns(clients).sort(), [arn, other].sort());
});

Deno.test("with handover = false a drain stops the ECS task", async () => {
  const clients = createTwoClients();
  await clients.pass(1_000);
  const began = clients.a.start("1", "old", { handover: false });
  await clients.settle(began.started);
  drain(clients);
  await clients.stop(clients.a, "old");
  assertEquals(liveArns(clients), []);
});

Deno.test("a foreign task that a handle names is neither tagged as left nor stopped by a drain", async () => {
  const clients = createTwoClients();
  const task = runForeignTask(clients.ecs.model, { startedBy: "ecs-svc/1" });
  const { driver } = clients.a;
  const state = encodeHandleState({
    allocId: undefined,
    ref: { arn: task.arn, cluster },
    container: undefined,
    network: { advertise: "private", address: undefined, ports: {} },
    startedAt: undefined,
    handover: true,
  });
  driver.recover({ ...ownerOf("1", "old"), nodeId: "node-a" }, { version: handleVersion, state });
  await clients.pass(30_000);
  drain(clients);
  await clients.stop(clients.a, "old");
  await clients.pass(5 * minutes);
  assertEquals([task.desired, task.tags], ["RUNNING", []]);
});

/** What is told to the successor of a task with logs, and what becomes of them, where AWS answers so. */
async function leaveWithLogs(answer: () => Promise<void>) {
  const told: (string | undefined)[] = [];
  const calls: string[] = [];
  let isClaimed = false;
  const remote = {
    ref: { arn: "arn", cluster },
    state: () => ({ kind: "live" }),
    // As of a task that was recovered a moment ago.
    isOwn: () => isClaimed,
    get claimed() {
      isClaimed = true;
      return Promise.resolve();
    },
    hasten: () => {},
    tell: () => {},
  };
  const record = {
    task: ownerOf(),
    remote,
    handover: true,
    isLive: () => true,
    detach: () => calls.push("detach"),
    log: {
      pause: () => {
        calls.push("pause");
        return "17672256000000001";
      },
      begin: () => calls.push("begin"),
    },
  } as unknown as TaskRecord;
  const context = {
    lifecycle: {
      leaveTask: async (_ref: unknown, leftTo: () => Promise<{ shown?: string }>) => {
        told.push((await leftTo()).shown);
        await answer();
        return "left";
      },
    },
    nomad: { ask: () => Promise.resolve({ kind: "leave", to: "new" }) },
    settings: { config: { orphan_grace: 60_000 } },
    clock: systemClock,
    log: silent,
  } as unknown as LeaveContext;
  const left = await leaveToSuccessor(context, record, 10_000, new AbortController().signal);
  return { left, told, calls };
}

Deno.test("the successor is told how far a task's logs were shown, after which no more is shown here", async () => {
  const { left, told, calls } = await leaveWithLogs(() => Promise.resolve());
  assertEquals([left, told, calls], ["left", ["17672256000000001"], ["pause", "detach"]]);
});

Deno.test("the logs of a task that cannot be left are shown on", async () => {
  const { left, calls } = await leaveWithLogs(() => Promise.reject(new Error("no answer")));
  assertEquals([left, calls], ["to be stopped", ["pause", "begin"]]);
});

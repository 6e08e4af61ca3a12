import { assert, assertEquals } from "@std/assert";
import { decodeHandleState } from "../../../src/driver/handle_state.ts";
import { mostNamedClusters } from "../../../src/driver/searched_clusters.ts";
import { driverConfig } from "../../harness/driver_calls.ts";
import { CredentialsError } from "../../../src/aws/credentials_error.ts";
import { eachOperation } from "../../../src/aws/operations.ts";
import { restoreTime } from "../../../src/lifecycle/start/met_tasks.ts";
import { allocationWith } from "../../harness/nomad_documents.ts";
import { launchDriver } from "../../harness/timed_driver.ts";
import { createNomadServers } from "../../simulation/nomad_servers.ts";
import { createChances } from "../../simulation/random.ts";
import { answering, cluster, createWorld, ownerOf, type World } from "../../harness/world.ts";

const otherAlloc = "5d3f2a10-1c2b-4a3d-9e8f-7a6b5c4d3e2f";
const { allocId } = ownerOf();
const config = { orphan_grace: "30s" };

/** The live ECS tasks with each `startedBy`. */
function liveByIndex({ ecs }: World): Record<string, string[]> {
  const byIndex: Record<string, string[]> = {};
  for (const { arn, startedBy = "none" } of ecs.live()) {
    byIndex[startedBy] = [...byIndex[startedBy] ?? [], arn];
  }
  return byIndex;
}

/** Lets time pass in steps and checks all along that no allocation has two live ECS tasks. */
async function passWithoutDoubles(world: World, ms: number) {
  const end = world.time.now() + ms;
  while (world.time.now() < end) {
    await world.pass(250);
    for (const [index, arns] of Object.entries(liveByIndex(world))) {
      assert(arns.length === 1, `${index} has ${arns.length} live ECS tasks`);
    }
  }
}

Deno.test("a start waits for the stop of its allocation's ECS task that counts as an orphan", async () => {
  const world = createWorld();
  // The agent and its plugin die before the handle is stored.
  const first = launchDriver(world, config);
  const lost = await world.settle(first.start("11111111").started);
  assert(lost.status === "fulfilled");
  first.kill();
  // The node comes back, and its first task tells the new process which node it is.
  const second = launchDriver(world, config);
  const other = await world.settle(second.start("22222222", otherAlloc).started);
  assert(other.status === "fulfilled");
  second.driver.inspect(`${otherAlloc}/main/22222222`);
  world.ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  await world.pass(90_000);
  // Only now does the agent start the allocation again.
  const again = second.start("33333333");
  await passWithoutDoubles(world, 120_000);
  world.ecs.weather = undefined;
  await passWithoutDoubles(world, 10_000);
  const started = await world.settle(again.started);
  assert(started.status === "fulfilled");
  const { ref } = decodeHandleState({ ...started.value.handle, fallback: cluster });
  const { ref: before } = decodeHandleState({ ...lost.value.handle, fallback: cluster });
  assert(ref.arn !== before.arn, "what is being stopped is not taken over");
  assertEquals(world.ecs.live().length, 2);
});

Deno.test("a start does not take over the ECS task of an earlier run that is being stopped as an orphan", async () => {
  const world = createWorld();
  const { driver, start } = launchDriver(world, config);
  const other = await world.settle(start("22222222", otherAlloc).started);
  assert(other.status === "fulfilled");
  driver.inspect(`${otherAlloc}/main/22222222`);
  // The agent dies before it stores the handle; the plugin lives on.
  const lost = await world.settle(start("11111111").started);
  assert(lost.status === "fulfilled");
  world.ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  await world.pass(90_000);
  const again = start("33333333");
  await passWithoutDoubles(world, 120_000);
  world.ecs.weather = undefined;
  const started = await world.settle(again.started);
  assert(started.status === "fulfilled");
  const { ref } = decodeHandleState({ ...started.value.handle, fallback: cluster });
  driver.inspect(`${allocId}/main/33333333`);
  await passWithoutDoubles(world, 120_000);
  assert(world.ecs.live().some(({ arn }) => arn === ref.arn), "what a start answered for runs on");
});

/** A client whose agent started a task and died with its plugin, and the servers that it asks. */
async function restartedClient(nomad: Record<string, unknown>) {
  const world = createWorld();
  const servers = createNomadServers(world.time, createChances(1), ["node-a", "node-b"]);
  const first = launchDriver(world, config);
  const lost = await world.settle(first.start("11111111").started);
  assert(lost.status === "fulfilled");
  first.kill();
  const launch = (agentOf: string) =>
    launchDriver(world, { ...config, nomad }, { nodeId: agentOf, nomad: servers });
  return { world, servers, launch };
}

Deno.test("orphans are found before the first task, once the agent's API answers", async () => {
  const { world, servers, launch } = await restartedClient({});
  servers.weather = "silent";
  launch("node-a");
  await world.pass(90_000);
  assertEquals(world.ecs.live().length, 1);
  servers.weather = undefined;
  await world.pass(60_000);
  assertEquals(world.ecs.live(), []);
});

Deno.test("an agent on another machine does not tell which client this is", async () => {
  const { world, launch } = await restartedClient({ address: "http://10.0.0.2:4646" });
  launch("node-a");
  await world.pass(300_000);
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("of two agents on one machine, neither's plugin stops tasks of the other's allocations", async () => {
  const world = createWorld();
  const servers = createNomadServers(world.time, createChances(1), ["node-a", "node-b"]);
  const client = { nodeId: "node-a", nomad: servers };
  const first = launchDriver(world, { ...config, nomad: {} }, client);
  const started = await world.settle(first.start("11111111").started);
  assert(started.status === "fulfilled");
  first.driver.inspect(ownerOf().id);
  servers.put(allocationWith({ id: allocId, nodeId: "node-a", clientStatus: "running" }));
  // The plugin of the second agent asks the address that the first one listens at.
  launchDriver(world, { ...config, nomad: {} }, client);
  await world.pass(300_000);
  assertEquals(world.ecs.live().length, 1);
  servers.readJob = false;
  await world.pass(300_000);
  assertEquals(world.ecs.live().length, 1, "what Nomad does not show is no proof");
});

Deno.test("an orphan is found in time, however many clusters jobspecs name that do not answer", async () => {
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  const isAway = (cluster = "") => cluster.startsWith("away-");
  const starts = answering(
    "runTask",
    (input, signal, real) => isAway(input.cluster) ? never(signal) : real(input, signal),
  );
  const lists = answering(
    "listTasks",
    (input, signal, real) => isAway(input.cluster) ? never(signal) : real(input, signal),
  );
  const world = createWorld({ intercept: (operations) => starts(lists(operations)) });
  const first = launchDriver(world, config);
  const lost = await world.settle(first.start("11111111").started);
  assert(lost.status === "fulfilled");
  first.kill();
  const second = launchDriver(world, { ...config, allowed: { clusters: ["*"] } });
  for (let cluster = 0; cluster < 100; cluster++) {
    const alloc = `${otherAlloc.slice(0, -3)}${cluster + 100}`;
    second.start("22222222", alloc, { cluster: `away-${cluster}` });
  }
  await world.pass(300_000);
  assertEquals(world.ecs.live(), []);
});

Deno.test("a cluster that is away for a moment is searched again, and one that stays away no more", async () => {
  let away = false;
  const searched: string[] = [];
  const world = createWorld({
    intercept: answering("listTasks", (input, signal, real) => {
      if (input.cluster !== "second") return real(input, signal);
      searched.push(input.cluster);
      if (!away) return real(input, signal);
      const error = Object.assign(new Error("Cluster not found."), { $fault: "client" });
      error.name = "ClusterNotFoundException";
      return Promise.reject(error);
    }),
  });
  const { driver, start } = launchDriver(world, { ...config, allowed: { clusters: ["*"] } });
  const started = await world.settle(start("11111111", allocId, { cluster: "second" }).started);
  assertEquals(started.status, "fulfilled");
  away = true;
  await world.pass(40_000);
  away = false;
  searched.length = 0;
  await world.pass(60_000);
  assert(searched.length > 0);
  away = true;
  await world.pass(300_000);
  searched.length = 0;
  await world.pass(300_000);
  assertEquals(searched, []);
  driver.shutdown();
});

/**
 * A node whose jobs name roles. Roles of account 210987654321 cannot be assumed until they are `repaired`.
 * Answers how many clusters are searched in a round through such roles.
 */
function nodeWithRoles() {
  const world = createWorld();
  const roles = { repaired: false, asked: [] as string[], answers: "" };
  const connect: World["connect"] = (process, target) => {
    const real = world.connect(process, target);
    const role = target?.role?.arn ?? "";
    if (!role.includes("210987654321")) return real;
    return eachOperation((name, input, signal) => {
      roles.asked.push(`${name} ${role}`);
      if (roles.repaired || name === roles.answers) return real[name](input as never, signal);
      return Promise.reject(new CredentialsError(new Error("not authorized: sts:AssumeRole")));
    });
  };
  const allowed = { clusters: ["*"], roles: ["*"] };
  const plugin = { ...config, allowed, start_timeout: "20s" };
  const launch = () => launchDriver({ ...world, connect }, plugin);
  const { driver, kill } = launch();
  /** A start of a new allocation's task, whose role nobody may assume. */
  const start = (at: number, run = "11111111") => {
    const id = `${otherAlloc.slice(0, -5)}${10_000 + at}`;
    const allocDir = `/alloc/${id}`;
    world.disk.makeDirectory(allocDir);
    const role_arn = `arn:aws:iam::210987654321:role/role-${at}`;
    const request = {
      config: driverConfig({ task_definition: "idle", assume_role: { role_arn } }),
      env: {},
      ports: [],
      resources: { cpu: 100, memory: 300 },
      allocDir,
    };
    return driver.start(ownerOf(run, id), request, new AbortController().signal);
  };
  const searched = async () => {
    roles.asked.length = 0;
    await world.pass(60_000);
    return new Set(roles.asked).size;
  };
  return { world, roles, driver, launch, kill, start, searched };
}

Deno.test("of two hundred jobs with roles that cannot be assumed, the last 32 clusters are searched", async () => {
  const { world, start, searched } = nodeWithRoles();
  await world.pass(restoreTime + 1);
  for (const run of ["11111111", "22222222"]) {
    const starts = Array.from({ length: 200 }, (_, at) => start(at, run));
    const settled = await world.settle(Promise.allSettled(starts));
    assert(settled.status === "fulfilled");
    assert(settled.value.every(({ status }) => status === "rejected"));
  }
  assertEquals(await searched(), mostNamedClusters);
});

Deno.test("a cluster stays searched where AWS answers no start of it and the role is repaired later", async () => {
  const { world, roles, start, searched } = nodeWithRoles();
  await world.pass(restoreTime + 1);
  await world.settle(start(0).catch(() => {}));
  roles.repaired = true;
  await world.pass(60_000);
  roles.repaired = false;
  for (let at = 1; at <= mostNamedClusters; at++) await world.settle(start(at).catch(() => {}));
  assertEquals(await searched(), 1 + mostNamedClusters);
});

Deno.test("a cluster stays searched where ECS may have accepted a RunTask of a failed start", async () => {
  const { world, roles, start, searched } = nodeWithRoles();
  await world.pass(restoreTime + 1);
  roles.answers = "describeTaskDefinition";
  await world.settle(start(0).catch(() => {}));
  roles.answers = "";
  for (let at = 1; at <= mostNamedClusters; at++) await world.settle(start(at).catch(() => {}));
  await world.pass(300_000);
  const names = await searched();
  assert(names > mostNamedClusters);
  assert(roles.asked.includes("listTasks arn:aws:iam::210987654321:role/role-0"));
});

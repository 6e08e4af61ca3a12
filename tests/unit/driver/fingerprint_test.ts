import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createDriver } from "../../../src/driver/driver.ts";
import type { Fingerprint } from "../../../src/driver/fingerprint.ts";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import type { ExitResult } from "../../../src/driver/task_record.ts";
import { driverConfig } from "../../harness/driver_calls.ts";
import { answering, cluster, createWorld, ownerOf, silent } from "../../harness/world.ts";

type World = ReturnType<typeof createWorld>;

/** A driver in virtual time and what it tells of its health, in order. */
function watchedDriver(world: World) {
  const process = { alive: true };
  const initial = decodePluginConfig(new Uint8Array());
  assert(initial.kind === "ok");
  const driver = createDriver({
    connect: (target) => world.connect(process, target),
    files: world.disk.connect(process),
    clock: world.time.clock(process),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length),
    log: silent,
    version: "1.2.3",
    config: initial.value,
  });
  const configure = (config: Record<string, unknown>) =>
    driver.configure(
      decodePluginConfig(
        encode({ enabled: true, cluster: cluster.name, region: cluster.region, ...config }),
      ),
    );
  const told: { at: number; fingerprint: Fingerprint }[] = [];
  const listen = async () => {
    for await (const fingerprint of driver.fingerprints(new AbortController().signal)) {
      told.push({ at: world.time.now(), fingerprint });
    }
  };
  return { driver, configure, told, listen };
}

Deno.test("a node is told within seconds when ECS does not answer, and when it does", async () => {
  let answers = false;
  const world = createWorld({
    intercept: answering(
      "describeClusters",
      (input, signal, real) => answers ? real(input, signal) : new Promise(() => {}),
    ),
  });
  const { configure, told, listen, driver } = watchedDriver(world);
  configure({});
  listen();
  await world.pass(60_000);
  assertEquals(told[0]?.at, 2_000);
  assertEquals(told[0]?.fingerprint.health, "unhealthy");
  assertStringIncludes(told.at(-1)?.fingerprint.description ?? "", "no answer within 15 s");
  answers = true;
  await world.pass(60_000);
  assertEquals(told.at(-1)?.fingerprint.health, "healthy");
  driver.shutdown();
});

Deno.test("a wrong configuration is an unhealthy driver that says what is wrong, until it is put right", async () => {
  const world = createWorld();
  const { configure, told, listen, driver } = watchedDriver(world);
  configure({ wait_for: "luck", region: "nowhere" });
  listen();
  await world.pass(1_000);
  const { health, description } = told.at(-1)?.fingerprint ?? {};
  assertEquals(health, "unhealthy");
  assertStringIncludes(
    description ?? "",
    `plugin "nomad-driver-ecs" config.wait_for must be "running", "network" or "none"; got "luck"`,
  );
  assertStringIncludes(
    description ?? "",
    `config.region must be an AWS region such as "us-east-1"; got "nowhere"`,
  );
  const started = await world.settle(driver.start(
    ownerOf(),
    { config: new Uint8Array(), env: {}, ports: [], resources: { cpu: 100, memory: 300 } },
    new AbortController().signal,
  ));
  assert(started.status === "rejected");
  assertStringIncludes(
    started.reason.message,
    `config.wait_for must be "running", "network" or "none"; got "luck"`,
  );
  configure({});
  await world.pass(1_000);
  assertEquals(told.at(-1)?.fingerprint.health, "healthy");
  driver.shutdown();
});

Deno.test("a cluster's ARN tells its region", async () => {
  const world = createWorld();
  const { configure, told, listen, driver } = watchedDriver(world);
  configure({
    cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/nomad-remote-driver-demo",
    region: null,
  });
  listen();
  await world.pass(1_000);
  assertEquals(world.targets().map(({ region }) => region), ["us-east-1"]);
  assertEquals(told.at(-1)?.fingerprint.attributes["driver.ecs.region"], "us-east-1");
  driver.shutdown();
});

/** Starts a task, in another cluster than the plugin's where `changes` name one. */
async function startIn(
  world: World,
  { driver }: ReturnType<typeof watchedDriver>,
  changes: Record<string, unknown> = {},
) {
  const task = ownerOf();
  const started = await world.settle(driver.start(
    task,
    {
      config: driverConfig({ task_definition: "idle", ...changes }),
      env: {},
      ports: [],
      resources: { cpu: 100, memory: 300 },
    },
    new AbortController().signal,
  ));
  assertEquals(started.status, "fulfilled");
  const exits: ExitResult[] = [];
  driver.onExit(task.id, (how) => exits.push(how));
  return { id: task.id, exits };
}

/** A world in which DescribeTasks of some clusters is not answered. */
function worldWithFailing(failing: Set<string>) {
  return createWorld({
    intercept: (operations): AwsOperations => ({
      ...operations,
      describeTasks: (input, signal) =>
        failing.has(input.cluster ?? "")
          ? Promise.reject(new Error("socket hang up"))
          : operations.describeTasks(input, signal),
    }),
  });
}

Deno.test("a node is as healthy as its own cluster, whatever becomes of the clusters that jobs name", async () => {
  for (const own of [cluster.name, "second"]) {
    const failing = new Set<string>();
    const world = worldWithFailing(failing);
    const watched = watchedDriver(world);
    // Its handles tell the region, and the plugin's configuration leaves it to the SDK.
    watched.configure({ cluster: own, region: null, allowed: { clusters: ["*"] } });
    watched.listen();
    await startIn(world, watched, { cluster: cluster.name });
    failing.add(cluster.name);
    await world.pass(300_000);
    const { health, description } = watched.told.at(-1)?.fingerprint ?? {};
    assertEquals(health, own === cluster.name ? "unhealthy" : "healthy", description);
    watched.driver.shutdown();
  }
});

Deno.test("a node that could not watch its tasks is healthy again once it has none of them any more", async () => {
  const failing = new Set<string>();
  const world = worldWithFailing(failing);
  const watched = watchedDriver(world);
  watched.configure({});
  watched.listen();
  const { id } = await startIn(world, watched);
  failing.add(cluster.name);
  await world.pass(300_000);
  assertEquals(watched.told.at(-1)?.fingerprint.health, "unhealthy");
  await watched.driver.stop(id, 10_000, "DETACH");
  watched.driver.destroy(id, "unless running");
  await world.pass(60_000);
  assertEquals(watched.told.at(-1)?.fingerprint.health, "healthy");
  watched.driver.shutdown();
});

for (const end of ["goes on", "is destroyed by force"] as const) {
  Deno.test(`a task that ${end} ends with its cluster, and the node stays healthy`, async () => {
    const calls: number[] = [];
    const world = createWorld({
      intercept: answering("describeTasks", (input, signal, real) => {
        calls.push(world.time.now());
        return real(input, signal);
      }),
    });
    const watched = watchedDriver(world);
    watched.configure({ allowed: { clusters: ["*"] } });
    watched.listen();
    const { id, exits } = await startIn(world, watched, { cluster: "second" });
    await world.pass(30_000);
    world.ecs.model.tasks.clear();
    world.ecs.model.clusters.delete("us-east-1/second");
    if (end === "is destroyed by force") watched.driver.destroy(id, "by force");
    await world.pass(55_000);
    assertEquals(
      exits.length,
      end === "goes on" ? 0 : 1,
      "a moment without a cluster ends nothing",
    );
    await world.pass(60_000);
    assertEquals(exits.length, 1);
    if (end === "goes on") {
      assertStringIncludes(exits[0]?.error ?? "", "the task's cluster does not exist");
    }
    assertEquals(
      watched.told.map(({ fingerprint }) => fingerprint.health).includes("unhealthy"),
      false,
    );
    const asked = calls.length;
    await world.pass(300_000);
    assertEquals(calls.length, asked, "ECS is not asked for it any more");
    watched.driver.shutdown();
  });
}

import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createDriver } from "../../../src/driver/driver.ts";
import type { Fingerprint } from "../../../src/driver/fingerprint.ts";
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

import { assert, assertEquals } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createDriver } from "../../../src/driver/driver.ts";
import { decodeHandleState } from "../../../src/driver/handle_state.ts";
import { driverConfig } from "../../harness/driver_calls.ts";
import { createWorld, ownerOf, scope, silent } from "../../harness/world.ts";

/** A driver in virtual time, and what Nomad does with it. */
function createTimedDriver() {
  const world = createWorld();
  const process = { alive: true };
  const decoded = decodePluginConfig(new Uint8Array());
  assert(decoded.kind === "ok");
  const driver = createDriver({
    connect: () => world.ecs.connect(process),
    clock: world.time.clock(process),
    random: () => 0.5,
    log: silent,
    version: "0.0.0",
    config: { ...decoded.value, enabled: true, cluster: scope.cluster, region: scope.region },
  });
  const start = (run: string) => {
    const { taskId, task, ...owner } = ownerOf(run);
    const agent = new AbortController();
    const started = driver.start(
      { ...owner, id: taskId, name: task },
      {
        config: driverConfig({ task_definition: "idle" }),
        env: {},
        ports: [],
        resources: { cpu: 100, memory: 300 },
      },
      agent.signal,
    );
    started.catch(() => {});
    return { started, agentDies: () => agent.abort(new Error("the agent died")) };
  };
  return { ...world, driver, start };
}

Deno.test("a start whose agent dies before ECS was asked starts nothing", async () => {
  const { ecs, start, settle, pass } = createTimedDriver();
  ecs.weather = { mode: "error503", rate: 1 };
  const { started, agentDies } = start("11111111");
  await pass(5_000);
  agentDies();
  ecs.weather = undefined;
  assertEquals((await settle(started)).status, "rejected");
  await pass(60_000);
  assertEquals(ecs.live(), []);
});

Deno.test("an agent that dies again and again during a start finds its ECS task", async () => {
  const { ecs, start, settle, pass } = createTimedDriver();
  const first = start("11111111");
  await pass(5_000);
  assertEquals(ecs.live().length, 1);
  first.agentDies();
  const second = start("22222222");
  await pass(1_000);
  second.agentDies();
  const third = await settle(start("33333333").started);
  assert(third.status === "fulfilled");
  const { ref } = decodeHandleState({ ...third.value.handle, fallback: scope });
  assertEquals(ecs.live().map(({ arn }) => arn), [ref.arn]);
});

import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import type { Driver, StartedTask, TaskRequest } from "../../../src/driver/driver.ts";
import { DriverError } from "../../../src/driver/driver_error.ts";
import { decodeHandleState } from "../../../src/driver/handle_state.ts";
import { driverConfig } from "../../harness/driver_calls.ts";
import { createTimedDriver } from "../../harness/timed_driver.ts";
import { cluster, ownerOf } from "../../harness/world.ts";

const waiting = () => new AbortController().signal;

function requestOf(task: Record<string, unknown> = {}, rest: Partial<TaskRequest> = {}) {
  return {
    config: driverConfig({ task_definition: "idle", ...task }),
    env: {},
    ports: [],
    resources: { cpu: 100, memory: 300 },
    ...rest,
  };
}

function arnOf({ handle }: StartedTask): string {
  return decodeHandleState({ ...handle, fallback: cluster }).ref.arn;
}

/** The messages of the driver's events from now on. */
function listen(driver: Driver): string[] {
  const messages: string[] = [];
  const collect = async () => {
    for await (const { message } of driver.events(waiting())) messages.push(message);
  };
  collect();
  return messages;
}

Deno.test("a start that is asked for again, under way or done, answers for the same ECS task", async () => {
  const { driver, ecs, settle } = createTimedDriver();
  const ask = () => driver.start(ownerOf(), requestOf(), waiting());
  const both = await settle(Promise.all([ask(), ask()]));
  const third = await settle(ask());
  assert(both.status === "fulfilled" && third.status === "fulfilled");
  const arns = [...both.value, third.value].map(arnOf);
  assertEquals(new Set(arns).size, 1);
  assertEquals(ecs.model.tasks.size, 1);
});

Deno.test("a start under a new id takes over the allocation's ECS task, whose old id is forgotten", async () => {
  const { driver, ecs, settle } = createTimedDriver();
  const first = await settle(driver.start(ownerOf("11111111"), requestOf(), waiting()));
  const second = await settle(driver.start(ownerOf("22222222"), requestOf(), waiting()));
  assert(first.status === "fulfilled" && second.status === "fulfilled");
  assertEquals(arnOf(second.value), arnOf(first.value));
  assertEquals(ecs.model.tasks.size, 1);
  assertEquals(driver.inspect(ownerOf("22222222").id).state, "running");
  const refused = await settle(
    Promise.resolve().then(() => driver.inspect(ownerOf("11111111").id)),
  );
  assert(refused.status === "rejected" && refused.reason.kind === "task_not_found");
});

Deno.test("a start goes on as long as one of its callers waits", async () => {
  const { driver, ecs, settle, pass } = createTimedDriver();
  ecs.weather = { mode: "error503", rate: 1 };
  const gone = new AbortController();
  const left = driver.start(ownerOf(), requestOf(), gone.signal);
  const kept = driver.start(ownerOf(), requestOf(), waiting());
  await pass(5_000);
  gone.abort();
  ecs.weather = undefined;
  assertEquals((await settle(Promise.all([left, kept]))).status, "fulfilled");
});

const refusals: Record<string, { plugin: Record<string, unknown>; kind: string; says: string }> = {
  "the driver is disabled": {
    plugin: { enabled: false, cluster: "web" },
    kind: "start_failed",
    says: "set enabled = true",
  },
  "no configuration names a cluster": {
    plugin: { enabled: true },
    kind: "start_failed",
    says: "set cluster in the plugin block's config, or in config.task",
  },
  "the plugin's configuration is wrong": {
    plugin: { enabled: true, wait_for: "luck" },
    kind: "invalid_config",
    says: "config.wait_for",
  },
};
for (const [why, { plugin, kind, says }] of Object.entries(refusals)) {
  Deno.test(`a start is refused where ${why}, for good and without a call`, async () => {
    const { driver, settle, targets } = createTimedDriver();
    driver.configure(decodePluginConfig(encode(plugin)));
    const refused = await settle(driver.start(ownerOf(), requestOf(), waiting()));
    assert(refused.status === "rejected" && refused.reason instanceof DriverError);
    assertEquals([refused.reason.kind, refused.reason.recoverable], [kind, false]);
    assertStringIncludes(refused.reason.message, says);
    assertEquals(targets(), []);
  });
}

Deno.test("a start that ECS refuses tells by whom and whether trying again may help", async () => {
  const { driver, settle } = createTimedDriver();
  const failureOf = async (definition: string) => {
    const task = requestOf({ task_definition: definition });
    const failed = await settle(driver.start(ownerOf(), task, waiting()));
    assert(failed.status === "rejected" && failed.reason instanceof DriverError);
    return failed.reason;
  };
  const unknown = await failureOf("nothing:7");
  assertEquals([unknown.kind, unknown.recoverable], ["start_failed", false]);
  assertStringIncludes(unknown.message, "task main could not be started as nothing:7 in cluster");
  assertEquals((await failureOf("unpullable")).recoverable, true);
});

Deno.test("the user is told of ports under which Nomad would register nothing", async () => {
  const { driver, settle, pass } = createTimedDriver();
  const messages = listen(driver);
  const ports = [{ label: "http", value: 25_000, to: 0 }, { label: "api", value: 25_001, to: 80 }];
  await settle(driver.start(ownerOf(), requestOf({}, { ports }), waiting()));
  await pass(1_000);
  const told = messages.filter((message) => message.includes("port 0"));
  assertEquals(told.length, 1);
  assertStringIncludes(told[0] ?? "", "port http has no `to`");
});

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
  const { ref } = decodeHandleState({ ...third.value.handle, fallback: cluster });
  assertEquals(ecs.live().map(({ arn }) => arn), [ref.arn]);
});

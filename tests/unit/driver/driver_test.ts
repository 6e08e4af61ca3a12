import { eventually } from "../../../demo/lib/process.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { status } from "@grpc/grpc-js";
import { Status } from "../../../src/gen/google/rpc/status.ts";
import { RecoverableError } from "../../../src/gen/hashicorp/nomad/plugins/shared/structs/recoverable_error.ts";
import type {
  DriverTaskEvent,
  FingerprintResponse,
  TaskHandle,
} from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { call, type PluginConnection } from "../../harness/plugin.ts";
import {
  configure,
  driverConfig,
  exitOf,
  failureOf,
  start,
  stop,
  taskOf,
} from "../../harness/driver_calls.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

const sleep = driverConfig({ task_definition: "idle" });

Deno.test("what the driver says of itself", async () => {
  await withPlugin({}, async ({ connection: { base, driver } }) => {
    const info = await call(base, base.pluginInfo, {});
    assertEquals([info.name, info.type, info.pluginApiVersions], ["ecs", 2, ["v0.1.0"]]);
    const { capabilities } = await call(driver, driver.capabilities, {});
    assertEquals(capabilities?.remoteTasks, true);
    assertEquals(capabilities?.fsIsolation, 2);
    assertEquals(capabilities?.mountConfigs, 1);
    assertEquals((await call(base, base.configSchema, {})).spec?.block?.$case, "object");
    assertEquals((await call(driver, driver.taskConfigSchema, {})).spec?.block?.$case, "object");
    await call(driver, driver.init, {});
  });
});

Deno.test("a task starts, is inspected, and ends with its container's exit code", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const events: DriverTaskEvent[] = [];
    const stream = connection.driver.taskEvents({});
    stream.on("data", (event) => events.push(event));
    stream.on("error", () => {});
    const task = taskOf(driverConfig({ task_definition: "exit7" }));
    const { handle, result } = await start(connection, task);
    assertEquals([result, handle?.version, handle?.config?.id], [0, 1, task.id]);
    assertEquals(await exitOf(connection, task.id), { exitCode: 7, signal: 0, oomKilled: false });

    const inspected = await call(connection.driver, connection.driver.inspectTask, {
      taskId: task.id,
    });
    assertEquals(inspected.task?.state, 2);
    assertEquals(inspected.task?.result?.exitCode, 7);
    assert(inspected.task?.startedAt !== undefined && inspected.task.completedAt !== undefined);
    const [arn] = [...ecs.simulator.model.tasks.keys()];
    assertEquals(inspected.driver?.attributes["arn"], arn);
    assert(events.some(({ message }) => message.includes(arn ?? "none")));
    assert(events.every(({ taskId, timestamp }) => taskId === task.id && timestamp !== undefined));
    const messages = events.map(({ message }) => message);
    assertEquals(new Set(messages).size, messages.length, "each event comes once");

    await call(connection.driver, connection.driver.destroyTask, {
      taskId: task.id,
      force: false,
    });
    await notFound(connection, task.id);
    stream.cancel();
  });
});

Deno.test("a running task has all that Nomad reads unchecked", async () => {
  await withPlugin({}, async ({ connection }) => {
    const task = taskOf(sleep);
    await start(connection, task);
    const { driver } = connection;
    const { task: state } = await call(driver, driver.inspectTask, { taskId: task.id });
    assertEquals(state?.state, 1);
    assertEquals(state?.result, { exitCode: 0, signal: 0, oomKilled: false });
    assert(state?.startedAt !== undefined);
    assertEquals(state?.completedAt?.getTime(), -62_135_596_800_000, "Go's zero time");
  });
});

Deno.test("a start that is asked for again answers for the same ECS task", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const task = taskOf(sleep);
    const [first, second] = await Promise.all([start(connection, task), start(connection, task)]);
    const third = await start(connection, task);
    assertEquals(arnOf(second.handle), arnOf(first.handle));
    assertEquals(arnOf(third.handle), arnOf(first.handle));
    assertEquals(ecs.simulator.calls.read().byOperation["RunTask"], 1);
  });
});

Deno.test("a stop ends the ECS task with a reason, and a second one is harmless", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const task = taskOf(sleep);
    await start(connection, task);
    await stop(connection, task.id);
    assertEquals((await exitOf(connection, task.id)).exitCode, 143);
    await stop(connection, task.id);
    const [ecsTask] = [...ecs.simulator.model.tasks.values()];
    assertEquals(ecsTask?.status, "STOPPED");
    assertStringIncludes(ecsTask?.stoppedReason ?? "", task.allocId);
  });
});

Deno.test("DETACH leaves the ECS task running, and another process recovers it", async () => {
  await withPlugin({}, async (bench) => {
    const task = taskOf(sleep);
    const { handle } = await start(bench.connection, task);
    const exit = exitOf(bench.connection, task.id);
    await stop(bench.connection, task.id, { signal: "DETACH" });
    assertEquals((await exit).exitCode, 0);
    const connection = await bench.relaunch();
    const moved = taskOf(sleep);
    await recover(connection, moved.id, { ...handleOf(handle), config: moved });
    await recover(connection, moved.id, { ...handleOf(handle), config: moved });
    const { driver } = connection;
    const { driver: status } = await call(driver, driver.inspectTask, { taskId: moved.id });
    assertEquals(status?.attributes["arn"], arnOf(handle));
    const tasks = () => [...bench.ecs.simulator.model.tasks.values()];
    await eventually("the ownership tags move", () => {
      const tag = tasks()[0]?.tags.find(({ key }) => key === "nomad:alloc_id");
      return tag?.value === moved.allocId ? true : undefined;
    });
    await stop(connection, moved.id);
    assertEquals(tasks().map(({ status }) => status), ["STOPPED"]);
  });
});

Deno.test("a handle of the Go driver is recovered", async () => {
  const hex = await Deno.readTextFile(
    new URL("../../fixtures/go-driver-state.hex", import.meta.url),
  );
  await withPlugin({}, async ({ connection }) => {
    const task = taskOf(sleep);
    const driverState = new Uint8Array(Buffer.from(hex.trim(), "hex"));
    await recover(connection, task.id, { version: 1, config: task, state: 1, driverState });
    const { driver } = connection;
    const inspected = await call(driver, driver.inspectTask, { taskId: task.id });
    assertEquals(
      inspected.driver?.attributes["arn"],
      "arn:aws:ecs:us-east-1:123456789012:task/c/000000000000000023f03ee7cd051291",
    );
    assertEquals(inspected.driver?.attributes["cluster"], "c");
    assertEquals(inspected.task?.state, 1, "it runs until ECS says otherwise");
  });
});

Deno.test("a damaged handle is a clear error", async () => {
  await withPlugin({}, async ({ connection }) => {
    const config = taskOf(sleep);
    const damaged = [new Uint8Array(), new Uint8Array([0xc1]), new Uint8Array([0x80])];
    for (const driverState of damaged) {
      const error = await failureOf(
        recover(connection, config.id, { version: 1, config, state: 1, driverState }),
      );
      assertEquals(error.code, status.INVALID_ARGUMENT);
      assertStringIncludes(error.details, "handle cannot be recovered from");
    }
    const newer = { version: 9, config, state: 1, driverState: new Uint8Array() };
    assertStringIncludes(
      (await failureOf(recover(connection, config.id, newer))).details,
      "version is 9",
    );
  });
});

Deno.test("a running task is destroyed only by force, and then its ECS task is stopped", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const task = taskOf(sleep);
    await start(connection, task);
    const { driver } = connection;
    const refused = await failureOf(
      call(driver, driver.destroyTask, { taskId: task.id, force: false }),
    );
    assertEquals(refused.code, status.FAILED_PRECONDITION);
    const exit = exitOf(connection, task.id);
    await call(driver, driver.destroyTask, { taskId: task.id, force: true });
    assertEquals((await exit).exitCode, -1);
    await notFound(connection, task.id);
    while ([...ecs.simulator.model.tasks.values()].some(({ desired }) => desired !== "STOPPED")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});

Deno.test("errors say whether trying again may help", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const recoverable = async (config: Uint8Array) => {
      const error = await failureOf(start(connection, taskOf(config)));
      const [document] = error.metadata.get("grpc-status-details-bin");
      const { code, message, details } = Status.decode(document as Buffer);
      assertEquals([code, message], [error.code, error.details]);
      assertStringIncludes(
        details[0]?.typeUrl ?? "",
        "/hashicorp.nomad.plugins.shared.structs.RecoverableError",
      );
      return RecoverableError.decode(details[0]?.value ?? new Uint8Array()).recoverable;
    };
    assertEquals(await recoverable(driverConfig({ task_definition: "unknown:1" })), false);
    assertEquals(await recoverable(driverConfig({ task_definition: "" })), false);
    // As long a value is cut where it is shown, here in the middle of a character.
    const long = { task_definition: "idle", tags: { team: "\u{1F600}".repeat(300) } };
    assertEquals(await recoverable(driverConfig(long)), false);
    assertEquals(await recoverable(driverConfig({ task_definition: "unpullable" })), true);
    ecs.simulator.faults = [
      { operations: ["RunTask"], mode: "capacity", rate: 1, count: undefined, until: undefined },
    ];
    assertEquals(await recoverable(sleep), true);
    ecs.simulator.faults = [
      { operations: ["*"], mode: "access-denied", rate: 1, count: undefined, until: undefined },
    ];
    assertEquals(await recoverable(sleep), false);
  });
});

Deno.test("what the driver does not do is told so", async () => {
  await withPlugin({}, async ({ connection: { driver } }) => {
    const calls = [
      () => call(driver, driver.createNetwork, { allocId: "x", hostname: "" }),
      () => call(driver, driver.destroyNetwork, { allocId: "x", isolationSpec: undefined }),
    ];
    for (const make of calls) {
      const error = await failureOf(make());
      assertEquals(error.code, status.UNIMPLEMENTED);
      assertStringIncludes(error.details, "does not support");
    }
  });
});

Deno.test("the fingerprint follows the configuration", async () => {
  await withPlugin({ config: { enabled: false } }, async ({ connection }) => {
    const stream = connection.driver.fingerprint({});
    const seen: FingerprintResponse[] = [];
    const waiting: (() => void)[] = [];
    stream.on("data", (message) => {
      seen.push(message);
      waiting.splice(0).forEach((wake) => wake());
    });
    stream.on("error", () => {});
    const next = async (from: number) => {
      while (seen[from] === undefined) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return seen[from];
    };
    assertEquals((await next(0)).health, 0);
    await configure(connection, { cluster: null });
    const without = await next(1);
    assertEquals(without.health, 1);
    assertStringIncludes(without.healthDescription, "set cluster");
    await configure(connection, { cluster: "missing" });
    assertStringIncludes((await next(2)).healthDescription, "MISSING");
    await configure(connection);
    const healthy = await next(3);
    assertEquals(healthy.health, 2);
    assertEquals(healthy.attributes["driver.ecs.region"]?.value, {
      $case: "stringVal",
      value: "us-east-1",
    });
    stream.cancel();
  });
});

function recover({ driver }: PluginConnection, taskId: string, handle: TaskHandle) {
  return call(driver, driver.recoverTask, { taskId, handle });
}

function handleOf(handle: TaskHandle | undefined): TaskHandle {
  if (handle === undefined) throw new Error("StartTask answered without a handle");
  return handle;
}

function arnOf(handle: TaskHandle | undefined): string | undefined {
  const text = new TextDecoder().decode(handle?.driverState);
  return /arn:aws:ecs:[a-z0-9-]+:[0-9]+:task\/[A-Za-z0-9-]+\/[0-9a-f]{32}/.exec(text)?.[0];
}

async function notFound({ driver }: PluginConnection, taskId: string): Promise<void> {
  const error = await failureOf(call(driver, driver.inspectTask, { taskId }));
  assertEquals(error.details, "task not found for given id");
}

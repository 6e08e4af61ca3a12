import { assertEquals } from "@std/assert";
import { status } from "@grpc/grpc-js";
import {
  DriverCapabilities_FSIsolation,
  DriverCapabilities_MountConfigs,
  type DriverTaskEvent,
  NetworkIsolationSpec_NetworkIsolationMode,
} from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import {
  driverConfig,
  exitOf,
  failureOf,
  start,
  stop,
  taskOf,
  wait,
} from "../../harness/driver_calls.ts";
import { call, startPlugin } from "../../harness/plugin.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

const idle = driverConfig({ task_definition: "idle" });

Deno.test("what Nomad may ask of the driver, and what it may not", async () => {
  const plugin = await startPlugin();
  const { driver, close } = plugin.connect();
  try {
    const { capabilities } = await call(driver, driver.capabilities, {});
    assertEquals(capabilities, {
      sendSignals: false,
      exec: false,
      fsIsolation: DriverCapabilities_FSIsolation.IMAGE,
      networkIsolationModes: [NetworkIsolationSpec_NetworkIsolationMode.HOST],
      mustCreateNetwork: false,
      mountConfigs: DriverCapabilities_MountConfigs.NO_MOUNTS,
      remoteTasks: true,
      disableLogCollection: false,
      dynamicWorkloadUsers: false,
    });
  } finally {
    close();
    await plugin.close();
  }
});

Deno.test("a task that is not known is told of in the words by which Nomad tells", async () => {
  const plugin = await startPlugin();
  const connection = plugin.connect();
  const { driver, close } = connection;
  const taskId = "0b5ac6f2-0000-4000-8000-000000000000/web/00000001";
  try {
    const failures = [
      await failureOf(wait(connection, taskId)),
      await failureOf(call(driver, driver.inspectTask, { taskId })),
      await failureOf(stop(connection, taskId)),
      await failureOf(call(driver, driver.destroyTask, { taskId, force: true })),
      await failureOf(first(driver.taskStats({ taskId, collectionInterval: undefined }))),
    ];
    for (const { code, details } of failures) {
      assertEquals([code, details], [status.NOT_FOUND, "task not found for given id"]);
    }
  } finally {
    close();
    await plugin.close();
  }
});

Deno.test("standard output holds the handshake alone, also after real calls", async () => {
  await withPlugin({}, async ({ connection, plugin, ecs }) => {
    const task = taskOf(idle);
    await start(connection, task);
    await stop(connection, task.id);
    assertEquals((await exitOf(connection, task.id)).exitCode, 143);
    const { byOperation } = ecs.simulator.calls.read();
    assertEquals([byOperation["RunTask"], byOperation["StopTask"]], [1, 1]);
    plugin.kill("SIGTERM");
    assertEquals((await plugin.status).code, 0);
    assertEquals(await plugin.rest(), "");
  });
});

Deno.test("Driver.Shutdown ends the driver's activity, and no ECS task", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const { driver, health } = connection;
    const task = taskOf(idle);
    await start(connection, task);
    const events = ended(driver.taskEvents({}));
    assertEquals(await call(driver, driver.shutdown, {}), {});
    await events;
    // What was under way may still come in; then ECS is asked nothing any more.
    await pause(500);
    const before = ecs.simulator.calls.read();
    await pause(3_000);
    assertEquals(ecs.simulator.calls.read(), before);
    const [left] = [...ecs.simulator.model.tasks.values()];
    assertEquals(left?.desired, "RUNNING");
    // The process is the controller's to end.
    assertEquals((await call(health, health.check, { service: "plugin" })).status, 1);
  });
});

type Stream<Message> = {
  on(event: "data", listener: (message: Message) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
};

/** The first message of a stream; rejects with what the stream fails with. */
function first<Message>(stream: Stream<Message>): Promise<Message> {
  return new Promise((resolve, reject) => {
    stream.on("data", resolve);
    stream.on("error", reject);
  });
}

/** Resolves when the host's side of a stream has seen its end. */
function ended(stream: Stream<DriverTaskEvent>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on("data", () => {});
    stream.on("error", reject);
    stream.on("end", resolve);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

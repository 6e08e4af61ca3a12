import { assert, assertEquals } from "@std/assert";
import { decode, encode } from "@msgpack/msgpack";
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
      sendSignals: true,
      exec: true,
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

Deno.test("what Nomad may ask follows the configuration that came last", async () => {
  await withPlugin({ config: { logs: false, exec: false } }, async ({ connection }) => {
    const { driver, base } = connection;
    const read = async () => {
      const { capabilities } = await call(driver, driver.capabilities, {});
      return [capabilities?.exec, capabilities?.sendSignals, capabilities?.disableLogCollection];
    };
    assertEquals(await read(), [false, false, true]);
    await call(base, base.setConfig, {
      msgpackConfig: encode({ enabled: true, cluster: "web", region: "us-east-1" }),
      nomadConfig: undefined,
      pluginApiVersion: "v0.1.0",
    });
    assertEquals(await read(), [true, true, false]);
  });
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
      await failureOf(call(driver, driver.signalTask, { taskId, signal: "SIGHUP" })),
      await failureOf(
        call(driver, driver.execTask, { taskId, command: ["ls"], timeout: undefined }),
      ),
      await failureOf(
        new Promise((_, reject) => {
          const exec = driver.execTaskStreaming();
          exec.on("error", reject);
          exec.write({
            setup: { taskId, command: ["ls"], tty: false },
            ttySize: undefined,
            stdin: undefined,
          });
        }),
      ),
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

Deno.test("a stop is carried out, however long or short Nomad would wait for it", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    for (const seconds of [2n ** 63n - 1n, -1n]) {
      const task = taskOf(idle);
      await start(connection, task);
      // With no time for it, the stop is told to go on.
      await stop(connection, task.id, { seconds }).catch(() => {});
      assertEquals((await exitOf(connection, task.id)).exitCode, 143);
    }
    assertEquals(ecs.simulator.calls.read().byOperation["StopTask"], 2);
  });
});

Deno.test("numbers of a job and a node that JavaScript cannot hold fail nothing", async () => {
  await withPlugin({}, async ({ connection }) => {
    const { base, driver } = connection;
    const most = 2n ** 64n - 1n;
    await call(base, base.setConfig, {
      msgpackConfig: encode({
        enabled: true,
        cluster: "nomad-remote-driver-demo",
        region: "us-east-1",
      }),
      nomadConfig: {
        driver: {
          ClientMaxPort: 2 ** 32 - 1,
          ClientMinPort: 0,
          Topology: {
            nodeIds: [],
            distances: undefined,
            cores: [],
            overrideTotalCompute: most,
            overrideWitholdCompute: most,
          },
        },
      },
      pluginApiVersion: "v0.1.0",
    });
    const task = taskOf(idle);
    const { handle } = await start(connection, {
      ...task,
      resources: {
        ports: [],
        linuxResources: {
          cpuPeriod: 2n ** 63n - 1n,
          cpuQuota: -(2n ** 63n),
          cpuShares: 2n ** 60n,
          memoryLimitBytes: 2n ** 63n - 1n,
          oomScoreAdj: 0n,
          cpusetCpus: "",
          cpusetCgroup: "",
          PercentTicks: 0,
        },
        allocatedResources: {
          cpu: { cpuShares: 2n ** 60n },
          memory: { memoryMb: 2n ** 63n - 1n, memoryMaxMb: 2n ** 63n - 1n },
          networks: [],
        },
      },
    });
    assertEquals(
      handle?.config?.resources?.allocatedResources?.memory?.memoryMb,
      2n ** 63n - 1n,
    );
    assertEquals((await call(driver, driver.inspectTask, { taskId: task.id })).task?.state, 1);
  });
});

Deno.test("a task whose handle tells of times and ports that cannot be is recovered and inspected", async () => {
  await withPlugin({}, async ({ connection, relaunch }) => {
    const task = taskOf(idle);
    const { handle } = await start(connection, task);
    const { ARN } = decode(handle?.driverState ?? new Uint8Array()) as { ARN: string };
    const { driver } = await relaunch();
    const goTime = new Uint8Array([1, 127, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0]);
    for (const [at, StartedAtMillis] of [1e300, NaN, Infinity, -1, 2 ** 53].entries()) {
      const taskId = `${task.allocId}/web/${at}`;
      const driverState = encode({
        ARN,
        Cluster: "nomad-remote-driver-demo",
        Address: "10.0.0.1",
        StartedAtMillis,
        StartedAt: goTime,
        Ports: { a: 1e300, b: -1, c: 0.5, d: NaN, http: 80 },
      });
      await call(driver, driver.recoverTask, {
        taskId,
        handle: { version: 1, config: { ...task, id: taskId }, state: 1, driverState },
      });
      const answer = await call(driver, driver.inspectTask, { taskId });
      assertEquals(answer.networkOverride?.portMap, { http: 80 });
      assert((answer.task?.startedAt?.getTime() ?? NaN) > 0);
    }
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

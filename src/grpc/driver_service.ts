import type { Clock } from "../clock.ts";
import { taskConfigSpec } from "../config/mod.ts";
import type { Driver } from "../driver/driver.ts";
import { DriverError } from "../driver/driver_error.ts";
import {
  DriverCapabilities_FSIsolation,
  DriverCapabilities_MountConfigs,
  type DriverServer,
  DriverService,
  NetworkIsolationSpec_NetworkIsolationMode,
  StartTaskResponse_Result,
  type TaskConfig,
  TaskState,
} from "../gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import type { Logger } from "../logger.ts";
import type { Service } from "../plugin/services.ts";
import {
  milliseconds,
  taskIdentity,
  taskPlace,
  taskRequest,
  wireEvent,
  wireExit,
  wireFingerprint,
  wireNetwork,
  wireStats,
  wireTaskStatus,
} from "./wire.ts";
import { execOnce, execStreaming } from "./exec.ts";
import { deferred, lasting, serverStream, unary } from "./handlers.ts";

/** The driver on the wire: messages in, calls, messages out. */
export function driverService(
  { driver, clock, log }: { driver: Driver; clock: Clock; log: Logger },
): Service {
  const implementation: DriverServer = {
    init: unary("Init", log, () => ({})),
    taskConfigSchema: unary("TaskConfigSchema", log, () => ({ spec: taskConfigSpec })),
    capabilities: unary("Capabilities", log, () => {
      const { commands, logCollection } = driver.capabilities();
      return {
        capabilities: {
          // Signals are commands too. A task without enable_execute_command answers with an error that
          // names the option.
          sendSignals: commands,
          exec: commands,
          // With any other isolation Nomad merges the client host's environment into the task's.
          fsIsolation: DriverCapabilities_FSIsolation.IMAGE,
          networkIsolationModes: [NetworkIsolationSpec_NetworkIsolationMode.HOST],
          mustCreateNetwork: false,
          mountConfigs: DriverCapabilities_MountConfigs.NO_MOUNTS,
          remoteTasks: true,
          disableLogCollection: !logCollection,
          dynamicWorkloadUsers: false,
        },
      };
    }),
    fingerprint: serverStream("Fingerprint", log, async function* (_request, signal) {
      for await (const fingerprint of driver.fingerprints(signal)) {
        yield wireFingerprint(fingerprint);
      }
    }),
    recoverTask: unary("RecoverTask", log, async ({ handle }) => {
      const config = handle?.config;
      if (handle === undefined || config === undefined) {
        throw new DriverError("invalid_handle", "RecoverTask came without a handle or its config");
      }
      const { version, driverState: state } = handle;
      const identity = taskIdentity(config);
      await driver.admit(identity, { version, state });
      driver.recover(identity, { version, state }, taskPlace(config));
      return {};
    }),
    startTask: unary("StartTask", log, async ({ task }, signal) => {
      const config = required(task);
      const identity = taskIdentity(config);
      const { handle, network } = await driver.start(identity, taskRequest(config), signal);
      return {
        result: StartTaskResponse_Result.SUCCESS,
        driverErrorMsg: "",
        handle: {
          version: handle.version,
          config,
          state: TaskState.RUNNING,
          driverState: handle.state,
        },
        networkOverride: wireNetwork(network),
      };
    }),
    waitTask: deferred(
      "WaitTask",
      log,
      ({ taskId }, answer) => driver.onExit(taskId, (result) => answer(wireExit(result))),
    ),
    stopTask: unary("StopTask", log, async ({ taskId, timeout, signal }) => {
      await driver.stop(taskId, milliseconds(timeout), signal);
      return {};
    }),
    destroyTask: unary("DestroyTask", log, ({ taskId, force }) => {
      driver.destroy(taskId, force ? "by force" : "unless running");
      return {};
    }),
    inspectTask: unary("InspectTask", log, ({ taskId }) => wireTaskStatus(driver.inspect(taskId))),
    taskStats: lasting("TaskStats", log, ({ taskId }, send, end) => {
      const leave = driver.stats(taskId, (usage) => send({ stats: wireStats(taskId, usage) }));
      const forget = driver.onExit(taskId, () => {
        leave();
        end();
      });
      return () => {
        leave();
        forget();
      };
    }),
    taskEvents: serverStream("TaskEvents", log, async function* (_request, signal) {
      for await (const event of driver.events(signal)) yield wireEvent(event);
    }),
    shutdown: unary("Shutdown", log, () => {
      driver.shutdown();
      return {};
    }),
    signalTask: unary("SignalTask", log, async ({ taskId, signal }) => {
      await driver.signal(taskId, signal);
      return {};
    }),
    execTask: unary(
      "ExecTask",
      log,
      (request, signal) => execOnce(driver.exec, clock, request, signal),
    ),
    execTaskStreaming: execStreaming(driver.exec, log),
    createNetwork: unary("CreateNetwork", log, () => {
      throw unsupported("network namespaces: an ECS task has its own network");
    }),
    destroyNetwork: unary("DestroyNetwork", log, () => {
      throw unsupported("network namespaces: an ECS task has its own network");
    }),
  };
  return { definition: DriverService, implementation };
}

function required(task: TaskConfig | undefined): TaskConfig {
  if (task === undefined) throw new DriverError("invalid_config", "StartTask came without a task");
  return task;
}

function unsupported(what: string): DriverError {
  return new DriverError("unsupported", `the ecs driver does not support ${what}`);
}

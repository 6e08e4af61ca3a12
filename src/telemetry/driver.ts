import { type Clock, secondsSince } from "../clock.ts";
import type { Driver } from "../driver/contract.ts";
import type { Outcome, TaskPhase } from "../meter.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * The same driver, which measures its tasks, and turns metrics on and off as its configuration says. A task
 * is counted from the first call about it while they are on.
 */
export function meteredDriver(driver: Driver, telemetry: Telemetry, clock: Clock): Driver {
  const { meter } = telemetry;
  const phases = new Map<string, TaskPhase>();
  const move = (id: string, to: TaskPhase | undefined) => {
    const from = phases.get(id);
    if (from === to) return;
    if (to === undefined) phases.delete(id);
    else phases.set(id, to);
    meter.record({ kind: "task", from, to });
  };
  const follow = (id: string) => {
    move(id, "running");
    driver.onExit(id, () => {
      if (phases.has(id)) move(id, "ended");
    });
  };
  const timed = async <T>(
    kind: "start" | "stop",
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ) => {
    const started = clock.monotonic();
    const record = (result: Outcome) =>
      meter.record({ kind, result, seconds: secondsSince(clock, started) });
    try {
      const value = await act();
      record("ok");
      return value;
    } catch (error) {
      record(signal?.aborted ? "abandoned" : "failed");
      throw error;
    }
  };
  const start: Driver["start"] = async (task, request, signal) => {
    if (!phases.has(task.id)) move(task.id, "starting");
    try {
      const started = await timed("start", signal, () => driver.start(task, request, signal));
      follow(task.id);
      return started;
    } catch (error) {
      if (phases.get(task.id) === "starting") move(task.id, undefined);
      throw error;
    }
  };

  return {
    ...driver,
    configure: (decoded) => {
      if (decoded.kind === "ok") telemetry.configure(decoded.value.telemetry);
      if (!meter.isOn()) phases.clear();
      driver.configure(decoded);
    },
    start: (task, request, signal) =>
      meter.isOn() ? start(task, request, signal) : driver.start(task, request, signal),
    recover: (task, handle, place) => {
      driver.recover(task, handle, place);
      if (meter.isOn()) follow(task.id);
    },
    stop: (id, timeout, signal) => {
      const stop = () => driver.stop(id, timeout, signal);
      return meter.isOn() ? timed("stop", undefined, stop) : stop();
    },
    destroy: (id, how) => {
      driver.destroy(id, how);
      if (phases.has(id)) move(id, undefined);
    },
    shutdown: () => {
      telemetry.configure(undefined);
      driver.shutdown();
    },
  };
}

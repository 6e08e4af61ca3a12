import { eventually } from "../../demo/lib/process.ts";
import { type SimulatedTask, startSimulatorProcess } from "../../demo/lib/simulator.ts";
import type { FaultMode } from "../../demo/simulator/state/faults.ts";
import { patience } from "../../src/lifecycle/patience.ts";
import {
  configure,
  driverConfig,
  failureOf,
  start,
  stop,
  taskOf,
  wait,
} from "../harness/driver_calls.ts";
import { type PluginConnection, startPlugin } from "../harness/plugin.ts";
import { raisedLimits } from "./raised_limits.ts";

/** How many times faster than AWS the simulator runs. */
const speed = 100;

/** What a storm of failing calls did to the tasks that ran through it. */
export type StormResult = {
  readonly mode: FaultMode;
  readonly rate: number;
  readonly tasks: number;
  /** Tasks that Nomad was told had ended while ECS had them running. */
  readonly reportedDead: number;
  /** ECS tasks that ran on after every Nomad task was stopped. */
  readonly leftAfterStop: number;
  /** ECS tasks beyond one for each Nomad task, at any time in the storm. */
  readonly doubled: number;
};

/**
 * Runs one plugin process through storms of each mode and rate. `tasks` run all the while; in each
 * storm some more are started and stopped.
 */
export async function measureStorms(
  { tasks: count, modes, seconds, rates, onResult }: {
    tasks: number;
    modes: readonly FaultMode[];
    /** How long each storm lasts. */
    seconds: number;
    rates: readonly number[];
    onResult: (result: StormResult) => void;
  },
): Promise<StormResult[]> {
  const folder = await Deno.makeTempDir();
  const ecs = await startSimulatorProcess({ folder, speed });
  const plugin = await startPlugin(ecs.env);
  const connection = plugin.connect();
  const results: StormResult[] = [];
  try {
    await configure(connection, {
      api_limits: raisedLimits(speed),
      start_timeout: "10m",
      orphan_grace: "1m",
    });
    const make = () => taskOf(driverConfig({ task_definition: "idle" }));
    const steady = Array.from({ length: count }, make);
    await Promise.all(steady.map((task) => start(connection, task)));
    let dead = 0;
    let over = false;
    for (const { id } of steady) {
      wait(connection, id).then(() => {
        if (!over) dead += 1;
      }, () => {});
    }
    const steadyOwners = new Set(steady.map(({ allocId }) => allocId));
    const churnedOf = (tasks: SimulatedTask[]) =>
      tasks.filter(({ startedBy }) => !steadyOwners.has(startedBy?.split("/")[1] ?? ""));
    for (const mode of modes) {
      for (const rate of rates) {
        const deadBefore = dead;
        await ecs.control("faults", { faults: [{ mode, rate }] });
        const ever = new Map<string, string>();
        const look = async () => {
          const tasks = churnedOf(await ecs.tasks());
          for (const { taskArn, startedBy = "" } of tasks) ever.set(taskArn, startedBy);
          return tasks.filter(({ desiredStatus }) => desiredStatus !== "STOPPED");
        };
        const churn = await storm(connection, { make, seconds, look });
        await ecs.control("faults", { faults: [] });
        await settle(connection, churn);
        const left = await eventually("what the storm started has gone", async () => {
          const live = await look();
          return live.length === 0 ? live : undefined;
        }, { seconds: 180 }).catch(look);
        const result: StormResult = {
          mode,
          rate,
          tasks: count + churn.length,
          reportedDead: dead - deadBefore,
          leftAfterStop: left.length,
          doubled: ever.size - new Set(ever.values()).size,
        };
        results.push(result);
        onResult(result);
      }
    }
    over = true;
  } finally {
    connection.close();
    await plugin.close();
    await ecs.end();
    await Deno.remove(folder, { recursive: true });
  }
  return results;
}

/**
 * Seconds in which a stop must be settled once calls work again. The simulator at its speed here forgets
 * a stopped task after 36 s, and one that ECS does not know counts as ended after `patience` only.
 */
const settleSeconds = 60 + patience / 1_000;

type Churned = { id: string; stopped: Promise<void> };

/** Starts tasks all through the storm, and stops each a moment after it has started. */
async function storm(
  connection: PluginConnection,
  { make, seconds, look }: {
    make: () => ReturnType<typeof taskOf>;
    seconds: number;
    /** Called every few seconds. */
    look: () => Promise<unknown>;
  },
): Promise<Churned[]> {
  const churned: Churned[] = [];
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    const task = make();
    const stopped = start(connection, task).then(
      () => stop(connection, task.id, { seconds: 1 }),
      () => {}, // a start that failed has told so, and left nothing
    ).catch(() => {}); // what ECS has not acknowledged is asked for on
    churned.push({ id: task.id, stopped });
    if (churned.length % 25 === 0) await look();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return churned;
}

/** Stops what the storm kept from being stopped, as Nomad does when it asks again. */
async function settle(connection: PluginConnection, churned: Churned[]): Promise<void> {
  await Promise.all(churned.map(async ({ id, stopped }) => {
    await stopped;
    const known = await stop(connection, id, { seconds: settleSeconds }).then(
      () => true,
      (error) => {
        if (/task not found/.test(error.details)) return false;
        throw error;
      },
    );
    if (known) await wait(connection, id);
    else await failureOf(wait(connection, id));
  }));
}

import { eventually } from "../../demo/lib/process.ts";
import { awsQuotas, type Category } from "../../demo/simulator/state/quotas.ts";
import { type SimulatorProcess, startSimulatorProcess } from "../../demo/lib/simulator.ts";
import { configure, driverConfig, start, stop, taskOf } from "../harness/driver_calls.ts";
import { restoreTime } from "../../src/lifecycle/start/met_tasks.ts";
import { type PluginConnection, startPlugin } from "../harness/plugin.ts";

/** What a burst of one kind came to, beside what AWS's buckets allow. */
export type Burst = {
  readonly what: "starts" | "stops";
  readonly plugins: number;
  readonly tasksEach: number;
  /** From the first request to the last task that was started, or that ECS began to stop. */
  readonly seconds: number;
  /** The least that AWS's buckets allow for as many calls, full at the beginning. */
  readonly allowedSeconds: number;
  /** Seconds from RunTask to RUNNING, of one task alone; 0 for stops. */
  readonly besides: number;
  /** Calls that AWS let through and refused, by category. */
  readonly calls: Record<string, { readonly admitted: number; readonly refused: number }>;
  /** The slowest plugin's time as a multiple of the fastest one's, without what is besides. */
  readonly unfairness: number;
  /** Requests of Nomad's that were answered with an error, and the first such error. */
  readonly failures: { readonly count: number; readonly first: string | undefined };
  /** ECS tasks that were to be running or stopped at the end, and are not. */
  readonly missing: number;
};

/** Seconds that Nomad gives a stop unless the job says otherwise: the default of `kill_timeout`. */
const killTimeout = 5;
/** Milliseconds in which every bucket that the bench uses is full again. */
const refill = 11_000;

/**
 * Starts `tasksEach` tasks on each of `plugins` plugins at one moment, on Fargate, and stops them at one
 * moment, before a simulator that is as fast as AWS and enforces its limits.
 */
export async function measureBursts(
  { plugins: count, tasksEach }: { plugins: number; tasksEach: number },
): Promise<Burst[]> {
  const folder = await Deno.makeTempDir();
  const ecs = await startSimulatorProcess({ folder, speed: 1 });
  const plugins = await Promise.all(Array.from({ length: count }, () => startPlugin(ecs.env)));
  const connections = plugins.map((plugin) => plugin.connect());
  // Within this time the agent may restore allocations, and each start looks for an earlier one.
  const settled = pause(restoreTime + 1_000);
  try {
    for (const connection of connections) await configure(connection, { start_timeout: "10m" });
    const idle = () => idleTask(`${folder}/alloc`);
    const alone = await Promise.all(
      connections.map(async (connection) => await startAlone(connection, await idle())),
    );
    await settled;
    await pause(refill);
    const tasks = await Promise.all(connections.map(async (connection) => ({
      connection,
      tasks: await Promise.all(Array.from({ length: tasksEach }, idle)),
    })));
    const shape = { plugins: count, tasksEach };
    const starts = await startAll(ecs, tasks, { ...shape, besides: Math.max(...alone) });
    await pause(refill);
    return [starts, await stopAll(ecs, tasks, shape)];
  } finally {
    for (const connection of connections) connection.close();
    for (const plugin of plugins) await plugin.close();
    await ecs.end();
    await Deno.remove(folder, { recursive: true });
  }
}

type PluginTasks = {
  readonly connection: PluginConnection;
  readonly tasks: readonly ReturnType<typeof taskOf>[];
};

async function startAll(
  ecs: SimulatorProcess,
  plugins: readonly PluginTasks[],
  shape: Pick<Burst, "plugins" | "tasksEach" | "besides">,
): Promise<Burst> {
  await ecs.control("calls/reset", {});
  const failures: string[] = [];
  const began = performance.now();
  const seconds = await Promise.all(plugins.map(async ({ connection, tasks }) => {
    await Promise.all(tasks.map((task) => start(connection, task).catch(noteIn(failures))));
    return (performance.now() - began) / 1_000;
  }));
  const running = (await ecs.tasks()).filter(({ lastStatus }) => lastStatus === "RUNNING").length;
  const all = shape.plugins * shape.tasksEach;
  return {
    what: "starts",
    ...shape,
    seconds: Math.max(...seconds),
    allowedSeconds: allowedFor(all, ["cluster-resource-modify", "fargate-launch"]),
    calls: (await ecs.calls()).byCategory,
    unfairness: unfairnessOf(seconds.map((time) => time - shape.besides)),
    failures: { count: failures.length, first: failures[0] },
    // Each plugin has one more, started alone.
    missing: all + shape.plugins - running,
  };
}

async function stopAll(
  ecs: SimulatorProcess,
  plugins: readonly PluginTasks[],
  shape: Pick<Burst, "plugins" | "tasksEach">,
): Promise<Burst> {
  await ecs.control("calls/reset", {});
  const failures: string[] = [];
  const began = Date.now();
  await Promise.all(
    plugins.flatMap(({ connection, tasks }) =>
      tasks.map(({ id }) => stop(connection, id, { seconds: killTimeout }).catch(noteIn(failures)))
    ),
  );
  const ids = plugins.flatMap(({ tasks }) => tasks.map(startedByOf));
  const read = async () =>
    new Map(
      (await ecs.tasks()).map(({ startedBy, stoppingAt }) => [startedBy, stoppingAt] as const),
    );
  const stoppedAt = await eventually("ECS was asked to stop every task", async () => {
    const times = await read();
    return ids.every((id) => times.get(id) !== undefined) ? times : undefined;
  }, { seconds: 180 }).catch(read);
  const times = plugins.map(({ tasks }) =>
    tasks.map((task) => (stoppedAt.get(startedByOf(task)) ?? Infinity) - began / 1_000)
  );
  const ended = times.flat().filter(Number.isFinite);
  const all = shape.plugins * shape.tasksEach;
  return {
    what: "stops",
    ...shape,
    besides: 0,
    seconds: Math.max(...ended),
    allowedSeconds: allowedFor(all, ["cluster-resource-modify"]),
    calls: (await ecs.calls()).byCategory,
    unfairness: unfairnessOf(times.map((each) => Math.max(...each))),
    failures: { count: failures.length, first: failures[0] },
    missing: all - ended.length,
  };
}

/** Seconds that one start takes where nothing else goes on. */
async function startAlone(
  connection: PluginConnection,
  task: ReturnType<typeof taskOf>,
): Promise<number> {
  const began = performance.now();
  await start(connection, task);
  return (performance.now() - began) / 1_000;
}

function startedByOf({ allocId, name }: ReturnType<typeof taskOf>): string {
  return `nomad/${allocId}/${name}`;
}

/** A task with its allocation's directory, which Nomad makes before it starts the task. */
async function idleTask(allocations: string) {
  const task = taskOf(driverConfig({ task_definition: "idle" }));
  const allocDir = `${allocations}/${task.allocId}`;
  await Deno.mkdir(allocDir, { recursive: true });
  return { ...task, allocDir };
}

function noteIn(failures: string[]): (error: Error) => void {
  return (error) => {
    failures.push(error.message);
  };
}

function allowedFor(calls: number, categories: readonly Category[]): number {
  return Math.max(
    ...categories.map((name) => (calls - awsQuotas[name].burst) / awsQuotas[name].perSecond),
  );
}

function unfairnessOf(times: readonly number[]): number {
  return Math.max(...times) / Math.min(...times);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The burst's time as a multiple of what AWS's buckets allow. */
export function ratioOf({ seconds, besides, allowedSeconds }: Burst): number {
  return (seconds - besides) / allowedSeconds;
}

/** Part of all calls that AWS refused. */
export function refusedPart({ calls }: Burst): number {
  const all = Object.values(calls);
  const refused = all.reduce((sum, category) => sum + category.refused, 0);
  return refused / (refused + all.reduce((sum, category) => sum + category.admitted, 0));
}

/** A burst as a line of text. */
export function describeBurst(burst: Burst): string {
  const { what, plugins, tasksEach, seconds, allowedSeconds, besides, calls } = burst;
  const refused = Object.entries(calls).filter(([, { refused }]) => refused > 0)
    .map(([name, { admitted, refused }]) => `${name} ${refused} of ${admitted + refused}`);
  return `${plugins} x ${tasksEach} ${what}: ${seconds.toFixed(1)} s` +
    (besides === 0 ? "" : `, ${besides.toFixed(1)} s of them to RUNNING`) +
    `; AWS allows ${allowedSeconds.toFixed(1)} s: ${ratioOf(burst).toFixed(2)} times; slowest ` +
    `plugin ${burst.unfairness.toFixed(2)} times of the fastest; refused ` +
    `${(refusedPart(burst) * 100).toFixed(1)} % (${refused.join(", ") || "none"}); ` +
    `${burst.failures.count} errors told to Nomad${
      burst.failures.first === undefined ? "" : `: ${burst.failures.first}`
    }`;
}

import { startSimulatorProcess } from "../../demo/lib/simulator.ts";
import { eventually } from "../../demo/lib/process.ts";
import { configure, driverConfig, start, stop, taskOf, wait } from "../harness/driver_calls.ts";
import { startPlugin } from "../harness/plugin.ts";
import { percentile } from "./handshake.ts";
import { usageOf } from "./process_usage.ts";
import { raisedLimits } from "./raised_limits.ts";

/** How many times faster than AWS the simulator runs. */
const speed = 100;

/** Seconds between two looks at a task at rest, as the plugin is told. */
export const pollSeconds = 2;

/** What a run at one number of tasks showed. Times are milliseconds. */
export type LoadResult = {
  readonly tasks: number;
  /** Calls by operation, over the whole run. */
  readonly calls: Record<string, number>;
  /** How long all tasks were at rest. */
  readonly restSeconds: number;
  /** DescribeTasks calls a second in that time. */
  readonly restingCallsPerSecond: number;
  readonly peakCallsPerSecond: number;
  /** From exec to handshake. */
  readonly handshake: number;
  readonly startP50: number;
  readonly startP99: number;
  /** From a container's end, as ECS has it, to WaitTask's answer. */
  readonly exitSeenP50: number;
  readonly exitSeenP99: number;
  /** Share of one core while all tasks were at rest. */
  readonly restingCpu: number;
  readonly rssMb: number;
  /** ECS tasks that ran once every Nomad task had been started. */
  readonly ecsTasks: number;
  readonly exitsSeen: number;
  readonly leftAfterStop: number;
};

/** Starts tasks, watches them at rest, lets a part of them end by themselves and stops the others. */
export async function measureLoad(
  { tasks: count, watchSeconds, readsPerSecond, exits, block = {} }: {
    tasks: number;
    watchSeconds: number;
    /** DescribeTasks calls a second that AWS allows while the tasks are watched. */
    readsPerSecond: number;
    /** How many tasks end by themselves. */
    exits: number;
    /** What the plugin block has besides. */
    block?: Record<string, unknown>;
  },
): Promise<LoadResult> {
  const folder = await Deno.makeTempDir();
  const ecs = await startSimulatorProcess({ folder, speed });
  const plugin = await startPlugin(ecs.env);
  const connection = plugin.connect();
  try {
    // The simulator runs faster than AWS, and so may the starts and stops. Watching may not.
    const fast = raisedLimits(speed);
    const watching = {
      ...fast,
      cluster_resource_reads: { burst: 100, per_second: readsPerSecond },
    };
    await configure(connection, { ...block, api_limits: fast, start_timeout: "10m" });
    const tasks = Array.from(
      { length: count },
      () => taskOf(driverConfig({ task_definition: "idle" })),
    );
    const startTimes: number[] = [];
    await inParallel(tasks, 200, async (task) => {
      const began = performance.now();
      await start(connection, task);
      startTimes.push(performance.now() - began);
    });
    const seen = new Map<string, number>();
    const waits = tasks.map((task) =>
      wait(connection, task.id).then(() => seen.set(task.id, Date.now()))
    );

    await configure(connection, {
      ...block,
      api_limits: watching,
      poll_interval: `${pollSeconds}s`,
    });
    await pause(5_000);
    const ecsTasks = (await ecs.tasks()).length;
    const callsBefore = await ecs.calls();
    await ecs.control("calls/reset", {});
    const before = await usageOf(plugin.pid);
    const restBegan = performance.now();
    await pause(watchSeconds * 1_000);
    const restSeconds = (performance.now() - restBegan) / 1_000;
    const after = await usageOf(plugin.pid);
    const describedAtRest = (await ecs.calls()).byOperation["DescribeTasks"] ?? 0;

    await ecs.control("exit", { count: exits, exitCode: 3 });
    await eventually("every exit is seen", () => seen.size >= exits ? true : undefined);
    const stoppedAt = new Map(
      (await ecs.tasks()).filter(({ lastStatus }) => lastStatus === "STOPPED")
        .map((task) => [task.startedBy?.split("/")[1], (task as { stoppedAt?: number }).stoppedAt]),
    );
    const latencies = tasks.filter(({ id }) => seen.has(id)).map(({ id, allocId }) =>
      (seen.get(id) ?? 0) - (stoppedAt.get(allocId) ?? 0) * 1_000
    );
    const exitsSeen = seen.size;
    const peak = (await ecs.calls()).peakPerSecond;

    await configure(connection, { ...block, api_limits: fast });
    await inParallel(
      tasks.filter(({ id }) => !seen.has(id)),
      500,
      (task) => stop(connection, task.id, { seconds: 60 }),
    );
    await Promise.all(waits);
    const left = (await ecs.tasks()).filter(({ desiredStatus }) => desiredStatus !== "STOPPED");
    return {
      tasks: count,
      calls: sum(callsBefore.byOperation, (await ecs.calls()).byOperation),
      restSeconds,
      restingCallsPerSecond: describedAtRest / restSeconds,
      peakCallsPerSecond: peak,
      handshake: plugin.startup,
      startP50: percentile(startTimes, 50),
      startP99: percentile(startTimes, 99),
      exitSeenP50: percentile(latencies, 50),
      exitSeenP99: percentile(latencies, 99),
      restingCpu: (after.cpuSeconds - before.cpuSeconds) / restSeconds,
      rssMb: after.rssMb,
      ecsTasks,
      exitsSeen,
      leftAfterStop: left.length,
    };
  } finally {
    connection.close();
    await plugin.close();
    await ecs.end();
    await Deno.remove(folder, { recursive: true });
  }
}

function sum(
  one: Record<string, number>,
  other: Record<string, number>,
): Record<string, number> {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

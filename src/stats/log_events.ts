import { eachPage } from "../aws/pages.ts";
import { clusterInWords } from "../aws/cluster_ref.ts";
import { attemptOf } from "../aws/operations.ts";
import { parseJsonObject } from "../json_object.ts";
import { longestLookBack, type Reading, startOf, type WantedTask } from "./source.ts";
import { type Usage, usageOf } from "./usage.ts";

/** Most characters of a filter pattern (CloudWatch Logs API reference, FilterLogEvents). */
const longestPattern = 1_024;
/** Most calls that ask for tasks by their ids. Of more tasks, all of the cluster are read. */
const mostPatterns = 10;
/** Milliseconds that a reading of all the cluster's tasks looks back: some of them are others'. */
const clusterLookBack = 180_000;

/** One call's worth of tasks. */
type Batch = {
  readonly pattern: string;
  readonly wanted: readonly WantedTask[];
  readonly lookBack: number;
};

/** The log group of a cluster's Container Insights. */
export function performanceGroup(clusterName: string): string {
  return `/aws/ecs/containerinsights/${clusterName}/performance`;
}

/**
 * Reads usages out of the performance log events of Container Insights, which are there with each of
 * its settings. FilterLogEvents costs nothing. Rejects with an `EcsError`, or with the signal's reason; what it found
 * before counts.
 */
export async function readLogEvents(reading: Reading): Promise<void> {
  const ids = new Set(reading.wanted.map(({ id }) => id));
  for (const batch of batchesOf(reading.wanted)) await readBatch(reading, batch, ids);
}

async function readBatch(
  { caller, cluster, clusterName, now, signal, onUsage }: Reading,
  { pattern, wanted, lookBack }: Batch,
  ids: ReadonlySet<string>,
): Promise<void> {
  const target = `of tasks in ${clusterInWords(cluster)}`;
  const input = {
    logGroupName: performanceGroup(clusterName),
    filterPattern: pattern,
    startTime: startOf(wanted, now, lookBack),
  };
  await eachPage(attemptOf("filterLogEvents", target), async (nextToken) => {
    const page = await caller.call("filterLogEvents", { ...input, nextToken }, {
      target,
      priority: "housekeeping",
      signal,
    });
    for (const { message = "" } of page.events ?? []) {
      const event = readEvent(message);
      if (event !== undefined && ids.has(event.taskId)) onUsage(event.taskId, event.usage);
    }
    return page.nextToken;
  });
}

/** The calls that read tasks: each names as many by their ids as a pattern holds. */
export function batchesOf(wanted: readonly WantedTask[]): Batch[] {
  // An id goes into a pattern between quotes.
  const nameable = wanted.filter(({ id }) => /^[A-Za-z0-9-]+$/.test(id));
  const batches: WantedTask[][] = [];
  for (const task of nameable) {
    const last = batches.at(-1);
    if (last === undefined || patternOf([...last, task]).length > longestPattern) {
      batches.push([task]);
    } else last.push(task);
  }
  if (batches.length <= mostPatterns) {
    return batches.map((batch) => ({
      pattern: patternOf(batch),
      wanted: batch,
      lookBack: longestLookBack,
    }));
  }
  return [{ pattern: '{ $.Type = "Task" }', wanted: nameable, lookBack: clusterLookBack }];
}

function patternOf(tasks: readonly WantedTask[]): string {
  const named = tasks.map(({ id }) => `$.TaskId = "${id}"`).join(" || ");
  return `{ $.Type = "Task" && (${named}) }`;
}

/** Which task a performance log event is of and what that used; undefined for any other text. */
export function readEvent(message: string): { taskId: string; usage: Usage } | undefined {
  const event = parseJsonObject(message) ?? {}; // others may write into the group, too
  const { TaskId: taskId, Timestamp: at, CpuUtilized, MemoryUtilized, Type } = event;
  const usage = usageOf({ at, cpuUtilized: CpuUtilized, memoryUtilized: MemoryUtilized });
  return Type === "Task" && typeof taskId === "string" && usage !== undefined
    ? { taskId, usage }
    : undefined;
}

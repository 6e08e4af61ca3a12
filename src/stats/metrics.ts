import { clusterInWords } from "../aws/cluster_ref.ts";
import { attemptOf, batchSize, type Input } from "../aws/operations.ts";
import { eachPage } from "../aws/pages.ts";
import { longestLookBack, type Reading, startOf, type WantedTask } from "./source.ts";
import { usageOf } from "./usage.ts";

/** Queries of one GetMetricData call are 500, and a task has two. */
const tasksPerCall = 250;
/** Seconds of a period, which is the resolution of Container Insights. */
const period = 60;

type Query = NonNullable<Input<"getMetricData">["MetricDataQueries"]>[number];

/** Families of task definitions by task ARN: a task keeps the one that it was started from. */
export type Families = Map<string, string>;

/** Values of one metric by the time of their period, in milliseconds since the Unix epoch. */
type Series = Map<number, number>;

/**
 * Reads usages out of the metrics of Container Insights with enhanced observability. AWS bills each
 * metric that is asked for. `families` are those known so far; others are asked for and added.
 * Rejects as `readLogEvents` does.
 */
export async function readMetrics(reading: Reading, families: Families): Promise<void> {
  await describeFamilies(reading, families);
  const known = reading.wanted.filter(({ arn }) => families.has(arn));
  for (const tasks of chunksOf(known, tasksPerCall)) await readTasks(reading, tasks, families);
}

async function readTasks(
  { caller, cluster, clusterName, now, signal, onUsage }: Reading,
  tasks: readonly WantedTask[],
  families: Families,
): Promise<void> {
  const target = `of tasks in ${clusterInWords(cluster)}`;
  const input = {
    // A period has the time of its beginning.
    StartTime: new Date(startOf(tasks, now, longestLookBack)),
    EndTime: new Date(now + period * 1_000),
    MetricDataQueries: tasks.flatMap(({ arn, id }, index) => {
      const dimensions = {
        ClusterName: clusterName,
        TaskDefinitionFamily: families.get(arn) ?? "",
        TaskId: id,
      };
      return [
        queryOf(`cpu${index}`, "CpuUtilized", dimensions),
        queryOf(`memory${index}`, "MemoryUtilized", dimensions),
      ];
    }),
  };
  const found = new Map<string, Series>();
  await eachPage(attemptOf("getMetricData", target), async (NextToken) => {
    const page = await caller.call("getMetricData", { ...input, NextToken }, {
      target,
      priority: "housekeeping",
      signal,
    });
    for (const { Id = "", Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const series: Series = found.get(Id) ?? new Map();
      found.set(Id, series);
      for (const [index, at] of Timestamps.entries()) {
        const value = Values[index];
        if (value !== undefined) series.set(at.getTime(), value);
      }
    }
    return page.NextToken;
  });
  for (const [index, { id }] of tasks.entries()) {
    const cpu: Series = found.get(`cpu${index}`) ?? new Map();
    const memory: Series = found.get(`memory${index}`) ?? new Map();
    const at = newestOf(cpu, memory);
    const usage = usageOf({ at, cpuUtilized: cpu.get(at), memoryUtilized: memory.get(at) });
    if (usage !== undefined) onUsage(id, usage);
  }
}

/** The newest time of both metrics; of one where the other has no values. */
function newestOf(cpu: Series, memory: Series): number {
  const times = [...cpu.keys(), ...memory.keys()];
  const isWhole = (at: number) =>
    (cpu.size === 0 || cpu.has(at)) && (memory.size === 0 || memory.has(at));
  return times.filter(isWhole).reduce((newest, at) => Math.max(newest, at), -Infinity);
}

function queryOf(Id: string, name: string, dimensions: Readonly<Record<string, string>>): Query {
  return {
    Id,
    MetricStat: {
      Metric: {
        Namespace: "ECS/ContainerInsights",
        MetricName: name,
        // A metric is named by all its dimensions, and no others.
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat: "Average",
    },
  };
}

/** Asks ECS for the families that are not known: they are a dimension of a task's metrics. */
async function describeFamilies(
  { caller, cluster, wanted, signal }: Reading,
  families: Families,
): Promise<void> {
  const unknown = wanted.map(({ arn }) => arn).filter((arn) => !families.has(arn));
  for (const tasks of chunksOf(unknown, batchSize)) {
    const answer = await caller.call("describeTasks", { cluster: cluster.name, tasks }, {
      target: `in ${clusterInWords(cluster)}`,
      priority: "housekeeping",
      signal,
    });
    for (const { taskArn, taskDefinitionArn = "" } of answer.tasks ?? []) {
      const family = /:task-definition\/([A-Za-z0-9_-]{1,255}):\d+$/.exec(taskDefinitionArn)?.[1];
      if (taskArn !== undefined && family !== undefined) families.set(taskArn, family);
    }
  }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

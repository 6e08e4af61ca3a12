import { EcsError, type EcsErrorKind } from "../../src/aws/error.ts";
import type { Input, Output } from "../../src/aws/operations.ts";
import type { Logger } from "../../src/logger.ts";
import { createCollector } from "../../src/stats/collector.ts";
import type { StatsContext, StatsMode, Usage } from "../../src/stats/stats.ts";
import { createVirtualTime } from "../simulation/virtual_time.ts";
import { callerAnswering } from "./caller.ts";
import { cluster, silent } from "./world.ts";

const epoch = Date.UTC(2026, 0, 1);

/** A message of a performance log event, as Container Insights writes them for a task. */
export function taskEvent(TaskId: string, Timestamp: unknown, more: object = {}): string {
  return JSON.stringify({
    Version: "0",
    Type: "Task",
    TaskId,
    TaskDefinitionFamily: "web",
    ClusterName: cluster.name,
    Timestamp,
    CpuUtilized: 128,
    CpuReserved: 256,
    MemoryUtilized: 64,
    MemoryReserved: 512,
    ...more,
  });
}

/** A task of the cluster. */
export function taskRef(id: string) {
  return { arn: `arn:aws:ecs:us-east-1:123456789012:task/${cluster.name}/${id}`, cluster };
}

/** A collector in virtual time before an AWS of the test's own. */
export function createInsightsStage() {
  const time = createVirtualTime(epoch);
  const clock = time.clock({ alive: true });
  const logged: string[] = [];
  const log: Logger = {
    ...silent,
    info: (message) => logged.push(`info: ${message}`),
    warn: (message) => logged.push(`warn: ${message}`),
    error: (message) => logged.push(`error: ${message}`),
  };
  const over = new AbortController();
  const aws = {
    setting: "enabled" as string | undefined,
    /** What is wrong with calls, by operation. */
    refusals: new Map<string, EcsErrorKind>(),
    /** Messages that FilterLogEvents finds. */
    messages: [] as string[],
    /** Data that GetMetricData finds, by the name of the metric and the task's id. */
    metrics: new Map<string, readonly (readonly [at: number, value: number])[]>(),
    families: new Map<string, string>(),
  };
  const refuse = (name: string) => {
    const kind = aws.refusals.get(name);
    if (kind !== undefined) throw new EcsError(kind, name, "refused");
  };
  const { caller, asked } = callerAnswering({
    describeClusters: () => {
      refuse("describeClusters");
      const settings = aws.setting === undefined
        ? undefined
        : [{ name: "containerInsights" as const, value: aws.setting }];
      return { clusters: [{ status: "ACTIVE", settings }] };
    },
    describeTasks: ({ tasks = [] }: Input<"describeTasks">) => ({
      tasks: tasks.map((taskArn) => ({
        taskArn,
        lastStatus: "RUNNING",
        taskDefinitionArn: aws.families.get(taskArn),
      })),
    }),
    filterLogEvents: () => {
      refuse("filterLogEvents");
      return { events: aws.messages.map((message) => ({ message })) };
    },
    getMetricData: ({ MetricDataQueries = [] }: Input<"getMetricData">) => {
      refuse("getMetricData");
      return {
        MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
          const { MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
          const task = Dimensions.find(({ Name }) => Name === "TaskId")?.Value;
          const points = aws.metrics.get(`${MetricName} ${task}`) ?? [];
          return {
            Id,
            Timestamps: points.map(([at]) => new Date(at)),
            Values: points.map(([, value]) => value),
          };
        }),
      } as Output<"getMetricData">;
    },
  });
  const settings = { mode: "auto" as StatsMode, changed: new AbortController() };
  const context: StatsContext = {
    callerOf: () => caller,
    mode: () => settings.mode,
    changed: () => settings.changed.signal,
    clock,
    random: () => 0,
    log,
    signal: over.signal,
  };
  const collector = createCollector(context, taskRef("a"));
  return {
    aws,
    asked,
    clock,
    context,
    collector,
    logged,
    close: () => over.abort(new Error("the driver is shutting down")),
    /** Brings another configuration. */
    configure: (mode: StatsMode) => {
      settings.mode = mode;
      const { changed } = settings;
      settings.changed = new AbortController();
      changed.abort();
    },
    /** Reads a task's usages; they come in, in order. */
    read: (id: string) => {
      const usages: Usage[] = [];
      const leave = collector.add(taskRef(id), (usage) => usages.push(usage));
      return { usages, leave };
    },
    /** How often an operation was called. */
    calls: (name: string) => asked.filter((call) => call.name === name).length,
    pass: time.pass,
  };
}

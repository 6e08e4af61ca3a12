import { addEvent, addGroup, addStream } from "../logs/store.ts";
import { object, optionalString } from "../request/input.ts";
import type { Cluster, EcsTask, Model, TaskContainer } from "../state/model.ts";

/** What a container has used since it was measured before: CPU units on average, and MiB now. */
export type Usage = { readonly cpuUnits: number; readonly memoryMib: number };

/** What a task or a container used and had reserved. */
export type Sample = {
  readonly cpuUtilized: number;
  readonly cpuReserved: number;
  readonly memoryUtilized: number;
  readonly memoryReserved: number;
};

/** The samples of one task at one time. Times are milliseconds since the Unix epoch. */
export type Point = {
  readonly at: number;
  /** When CloudWatch shows the metrics of the point. */
  readonly readableAt: number;
  readonly task: Sample;
  readonly containers: ReadonlyMap<string, Sample>;
};

/** Points of one task, oldest first. */
export type Series = {
  readonly task: EcsTask;
  readonly points: Point[];
};

/** Container Insights of all clusters. */
export type Insights = {
  /** When tasks are measured next. Undefined: no cluster has Container Insights. */
  nextAt: number | undefined;
  /** By task ARN. */
  readonly series: Map<string, Series>;
  /** Most milliseconds until metrics and log events of a point can be read; at least half of it. */
  metricDelayMs: number;
  logDelayMs: number;
};

/** Milliseconds between two points of a task. */
const periodMs = 60_000;
/** Points that are kept of each task: three hours. */
const mostPoints = 180;

/** Makes Container Insights without points. */
export function createInsights(): Insights {
  return { nextAt: undefined, series: new Map(), metricDelayMs: 120_000, logDelayMs: 60_000 };
}

/** When tasks are to be measured next. Undefined: no cluster has Container Insights. */
export function nextSampleAt(model: Model): number | undefined {
  const { insights, clusters } = model;
  const wanted = [...clusters.values()].some(hasInsights);
  insights.nextAt = wanted ? insights.nextAt ?? nextMinute(model) : undefined;
  return insights.nextAt;
}

/** Measures all tasks of clusters that have Container Insights, if it is time. */
export function sampleTasks(model: Model): void {
  const due = nextSampleAt(model);
  if (due === undefined || due > model.now()) return;
  model.insights.nextAt = nextMinute(model);
  const tasks = [...model.tasks.values()].filter(({ status, cluster }) =>
    status === "RUNNING" && hasInsights(cluster)
  );
  const running = tasks.flatMap(({ containers }) =>
    containers.filter(({ phase }) => phase === "running")
  );
  const usages = model.hooks.measure?.(running) ?? running.map(() => inventedUsage(model));
  const usageOf = new Map(running.map((container, index) => [container, usages[index]]));
  for (const task of tasks) addPoint(model, task, usageOf, due);
}

function addPoint(
  model: Model,
  task: EcsTask,
  usageOf: ReadonlyMap<TaskContainer, Usage | undefined>,
  at: number,
): void {
  const { insights, random, speed } = model;
  const containers = new Map<string, Sample>();
  let cpu = 0;
  let memory = 0;
  for (const container of task.containers) {
    const usage = usageOf.get(container);
    if (usage === undefined) continue;
    cpu += usage.cpuUnits;
    memory += usage.memoryMib;
    containers.set(container.definition.name, sampleOf(usage, container.definition.reserved));
  }
  const point: Point = {
    at,
    readableAt: at + insights.metricDelayMs * (0.5 + random() / 2) / speed,
    task: sampleOf({ cpuUnits: cpu, memoryMib: memory }, reservedBy(task)),
    containers,
  };
  const series = insights.series.get(task.arn) ?? { task, points: [] };
  series.points.push(point);
  if (series.points.length > mostPoints) series.points.shift();
  insights.series.set(task.arn, series);
  logPoint(model, task, point);
}

/** Writes the performance log events of a point: one of the task, one of each container. */
function logPoint(model: Model, task: EcsTask, { at, task: sample, containers }: Point): void {
  const { logs, insights, random, speed } = model;
  const { name } = task.cluster;
  const group = addGroup(logs, task.region, `/aws/ecs/containerinsights/${name}/performance`, at);
  const stream = addStream(
    group,
    task.launchType === "FARGATE"
      ? "FargateTelemetry-1"
      : `AgentTelemetry-${task.containerInstance?.split("/").at(-1)}`,
    at,
  );
  const readableAt = at + insights.logDelayMs * (0.5 + random() / 2) / speed;
  const common = {
    Version: "0",
    TaskId: task.id,
    TaskDefinitionFamily: task.definition.family,
    TaskDefinitionRevision: String(task.definition.revision),
    ClusterName: name,
    Timestamp: at,
  };
  const messages = [
    {
      Type: "Task",
      ...common,
      KnownStatus: task.status,
      LaunchType: task.launchType,
      ...valuesOf(sample),
    },
    ...[...containers].map(([ContainerName, one]) => ({
      Type: "Container",
      ContainerName,
      ...common,
      ContainerKnownStatus: "RUNNING",
      ...valuesOf(one),
    })),
  ];
  for (const message of messages) {
    addEvent(logs, stream, {
      timestamp: at,
      ingestionTime: Math.floor(readableAt),
      readableAt,
      message: JSON.stringify(message),
    });
  }
}

function valuesOf(sample: Sample) {
  return {
    CpuUtilized: sample.cpuUtilized,
    CpuReserved: sample.cpuReserved,
    MemoryUtilized: sample.memoryUtilized,
    MemoryReserved: sample.memoryReserved,
    StorageReadBytes: 0,
    StorageWriteBytes: 0,
    NetworkRxBytes: 0,
    NetworkTxBytes: 0,
  };
}

function sampleOf(usage: Usage, reserved: { cpu: number; memory: number }): Sample {
  return {
    cpuUtilized: Math.round(usage.cpuUnits * 100) / 100,
    cpuReserved: reserved.cpu,
    memoryUtilized: Math.round(usage.memoryMib),
    memoryReserved: reserved.memory,
  };
}

/** CPU units and MiB of a task: its own, or what its containers have together. */
function reservedBy({ definition, input, containers }: EcsTask): { cpu: number; memory: number } {
  const overrides = object(input, "overrides") ?? {};
  const own = (key: string) =>
    optionalString(overrides, key) ?? optionalString(definition.input, key);
  const sum = (key: "cpu" | "memory") =>
    containers.reduce((total, { definition: { reserved } }) => total + reserved[key], 0);
  return { cpu: Number(own("cpu") ?? sum("cpu")), memory: Number(own("memory") ?? sum("memory")) };
}

/** A usage where nobody measures. */
function inventedUsage({ random }: Model): Usage {
  return { cpuUnits: 32 * random(), memoryMib: 16 + 16 * random() };
}

function hasInsights({ status, containerInsights }: Cluster): boolean {
  return status === "ACTIVE" && containerInsights !== "disabled";
}

/** The next full minute, of which there are `speed` in a minute of the simulator's clock. */
function nextMinute({ now, speed }: Model): number {
  const period = periodMs / speed;
  return (Math.floor(now() / period) + 1) * period;
}

import { AwsError } from "../request/aws_error.ts";
import { duplicate, type Input, object, objects, optionalString } from "../request/input.ts";
import { Timestamp } from "../request/timestamp.ts";
import type { Model } from "../state/model.ts";
import type { Point, Sample, Series } from "./sample.ts";

/** The namespace of Container Insights. */
export const namespace = "ECS/ContainerInsights";
/** Most queries, and most points, in one GetMetricData call. */
const mostQueries = 500;
const mostPoints = 100_800;
/** Periods below a minute, for metrics of high resolution. */
const shortPeriodsMs = [1_000, 5_000, 10_000, 20_000, 30_000];
/** Milliseconds of a minute, which is the resolution of Container Insights. */
const minuteMs = 60_000;

/** One metric, as ListMetrics lists it. */
export type Metric = {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly { readonly at: number; readonly value: number }[];
};

type Query = {
  readonly id: string;
  readonly label: string;
  readonly returned: boolean;
  readonly periodMs: number;
  readonly statistic: Statistic;
  readonly values: Metric["values"];
};

const statistics = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"] as const;
/** A statistic, or a percentile between 0 and 100. */
type Statistic = typeof statistics[number] | { readonly percentile: number };

/** GetMetricData. Expressions and Metrics Insights are not there. */
export function getMetricData(model: Model, region: string, input: Input): unknown {
  const queries = objects(input, "MetricDataQueries");
  if (queries.length === 0 || queries.length > mostQueries) {
    throw invalid(`MetricDataQueries must have 1 to ${mostQueries} items.`);
  }
  const start = timeOf(input, "StartTime");
  const from = Math.floor(start / minuteMs) * minuteMs;
  const until = timeOf(input, "EndTime");
  if (start >= until) throw invalid("The parameter StartTime must be less than EndTime.");
  const order = optionalString(input, "ScanBy") ?? "TimestampDescending";
  if (order !== "TimestampDescending" && order !== "TimestampAscending") {
    throw invalid(`The value ${order} for parameter ScanBy is invalid.`);
  }
  const newestFirst = order === "TimestampDescending";
  const metrics = metricsOf(model, region);
  const most = Number(input["MaxDatapoints"] ?? mostPoints);
  if (!(most >= 1 && most <= mostPoints)) {
    throw invalid(`MaxDatapoints must be between 1 and ${mostPoints}.`);
  }
  const token = optionalString(input, "NextToken");
  if (token !== undefined && !/^[1-9][0-9]*$/.test(token)) {
    throw new AwsError("InvalidNextToken", "The next token specified is invalid.");
  }
  const skipped = Number(token ?? 0);
  const twice = duplicate(queries.map(({ Id }) => String(Id)));
  if (twice !== undefined) {
    throw invalid(`The values for parameter id in MetricDataQueries are not unique: ${twice}.`);
  }
  let at = 0;
  const results = queries.map((query) => readQuery(query, metrics, model.speed)).map((query) => {
    const all = pointsOf(query, from, until);
    if (newestFirst) all.reverse();
    // A page is cut out of the points of all queries, one after another.
    const page = all.slice(
      Math.max(0, skipped - at),
      Math.max(0, Math.min(all.length, skipped + most - at)),
    );
    at += all.length;
    return {
      id: query.id,
      returned: query.returned,
      Label: query.label,
      page,
      complete: at <= skipped + most,
    };
  });
  return {
    MetricDataResults: results.filter(({ returned }) => returned).map((
      { id, Label, page, complete },
    ) => ({
      Id: id,
      Label,
      Timestamps: page.map(([time]) => new Timestamp(time)),
      Values: page.map(([, value]) => value),
      StatusCode: complete ? "Complete" : "PartialData",
    })),
    Messages: [],
    NextToken: at > skipped + most ? String(skipped + most) : undefined,
  };
}

function readQuery(query: Input, metrics: readonly Metric[], speed: number): Query {
  const id = optionalString(query, "Id") ?? "";
  if (id === "") throw new AwsError("MissingParameter", "The parameter Id is required.");
  if (!/^[a-z][A-Za-z0-9_]*$/.test(id)) {
    throw invalid(`The value ${id} for Id is invalid.`);
  }
  const stat = object(query, "MetricStat");
  if (stat === undefined) throw invalid("Expressions are not simulated.");
  const metric = object(stat, "Metric") ?? {};
  const periodMs = Number(stat["Period"]) * 1_000;
  if (!shortPeriodsMs.includes(periodMs) && !(periodMs > 0 && periodMs % minuteMs === 0)) {
    throw invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
  }
  const name = optionalString(metric, "MetricName") ?? "";
  const dimensions = objects(metric, "Dimensions");
  const found = optionalString(metric, "Namespace") === namespace
    ? metrics.find((one) =>
      one.name === name && Object.keys(one.dimensions).length === dimensions.length &&
      dimensions.every(({ Name, Value }) => one.dimensions[String(Name)] === Value)
    )
    : undefined;
  return {
    id,
    label: optionalString(query, "Label") ?? name,
    returned: query["ReturnData"] !== false,
    // A minute of the simulator is shorter by its speed.
    periodMs: Math.max(minuteMs, periodMs) / speed,
    statistic: statisticNamed(optionalString(stat, "Stat") ?? "Average"),
    values: found?.values ?? [],
  };
}

function statisticNamed(name: string): Statistic {
  const percentile = /^p(\d{1,2}(\.\d{1,10})?|100)$/.exec(name)?.[1];
  if (percentile !== undefined) return { percentile: Number(percentile) };
  const found = statistics.find((one) => one === name);
  if (found === undefined) throw invalid(`The value ${name} for parameter Stat is not supported.`);
  return found;
}

/** The points of a query, oldest first: time of the period, and its statistic. */
function pointsOf(
  { values, periodMs, statistic }: Query,
  from: number,
  until: number,
): [number, number][] {
  const periods = new Map<number, number[]>();
  for (const { at, value } of values) {
    if (at < from || at >= until) continue;
    const start = Math.floor(at / periodMs) * periodMs;
    periods.set(start, [...periods.get(start) ?? [], value]);
  }
  return [...periods].sort(([one], [other]) => one - other)
    .map(([start, all]) => [start, statisticOf(statistic, all)]);
}

function statisticOf(statistic: Statistic, values: readonly number[]): number {
  if (typeof statistic === "object") return percentileOf(statistic.percentile, values);
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case "Average":
      return sum / values.length;
    case "Sum":
      return sum;
    case "Minimum":
      return Math.min(...values);
    case "Maximum":
      return Math.max(...values);
    case "SampleCount":
      return values.length;
  }
}

/** The least value that this many per cent of the values are not above. */
function percentileOf(percentile: number, values: readonly number[]): number {
  const ordered = values.toSorted((one, other) => one - other);
  return ordered[Math.max(0, Math.ceil(percentile / 100 * ordered.length) - 1)] ?? 0;
}

/** All metrics that a region has: of tasks and containers only with enhanced observability. */
export function metricsOf(model: Model, region: string): Metric[] {
  const metrics: Metric[] = [];
  const groups = new Map<string, Series[]>();
  for (const series of model.insights.series.values()) {
    const { task } = series;
    if (task.region !== region) continue;
    const ClusterName = task.cluster.name;
    const TaskDefinitionFamily = task.definition.family;
    for (const dimensions of [{ ClusterName }, { ClusterName, TaskDefinitionFamily }]) {
      const key = JSON.stringify(dimensions);
      groups.set(key, [...groups.get(key) ?? [], series]);
    }
    if (task.cluster.containerInsights !== "enhanced") continue;
    const points = readable(model, series);
    const dimensions = { ClusterName, TaskDefinitionFamily, TaskId: task.id };
    metrics.push(
      ...basicMetrics(dimensions, points),
      metricOf("TaskCpuUtilization", dimensions, points, (one) => percentage(one.task, "cpu")),
      metricOf(
        "TaskMemoryUtilization",
        dimensions,
        points,
        (one) => percentage(one.task, "memory"),
      ),
    );
    for (const { definition: { name } } of task.containers) {
      metrics.push(...containerMetrics({ ...dimensions, ContainerName: name }, points, name));
    }
  }
  for (const [key, series] of groups) {
    metrics.push(...basicMetrics(JSON.parse(key), series.flatMap((one) => readable(model, one))));
  }
  return metrics;
}

function basicMetrics(dimensions: Metric["dimensions"], points: readonly Point[]): Metric[] {
  return [
    metricOf("CpuUtilized", dimensions, points, ({ task }) => task.cpuUtilized),
    metricOf("CpuReserved", dimensions, points, ({ task }) => task.cpuReserved),
    metricOf("MemoryUtilized", dimensions, points, ({ task }) => task.memoryUtilized),
    metricOf("MemoryReserved", dimensions, points, ({ task }) => task.memoryReserved),
  ];
}

function containerMetrics(
  dimensions: Metric["dimensions"],
  points: readonly Point[],
  container: string,
): Metric[] {
  const of = (name: string, value: (sample: Sample) => number) =>
    metricOf(name, dimensions, points, ({ containers }) => {
      const sample = containers.get(container);
      return sample === undefined ? undefined : value(sample);
    });
  return [
    of("ContainerCpuUtilized", (sample) => sample.cpuUtilized),
    of("ContainerCpuReserved", (sample) => sample.cpuReserved),
    of("ContainerMemoryUtilized", (sample) => sample.memoryUtilized),
    of("ContainerMemoryReserved", (sample) => sample.memoryReserved),
    of("ContainerCpuUtilization", (sample) => percentage(sample, "cpu")),
    of("ContainerMemoryUtilization", (sample) => percentage(sample, "memory")),
  ];
}

function metricOf(
  name: string,
  dimensions: Metric["dimensions"],
  points: readonly Point[],
  value: (point: Point) => number | undefined,
): Metric {
  const values = points.flatMap((point) => {
    const found = value(point);
    return found === undefined ? [] : [{ at: point.at, value: found }];
  });
  return { name, dimensions, values };
}

function percentage(sample: Sample, of: "cpu" | "memory"): number {
  const [used, reserved] = of === "cpu"
    ? [sample.cpuUtilized, sample.cpuReserved]
    : [sample.memoryUtilized, sample.memoryReserved];
  return reserved === 0 ? 0 : used / reserved * 100;
}

function readable(model: Model, { points }: Series): Point[] {
  const now = model.now();
  return points.filter(({ readableAt }) => readableAt <= now);
}

/** CloudWatch has another name than ECS for a parameter that cannot be. */
function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

/** A time of a request, in milliseconds. Requests have it in seconds. */
function timeOf(input: Input, key: string): number {
  const value = input[key];
  if (typeof value !== "number") throw invalid(`The parameter ${key} is required.`);
  return value * 1_000;
}

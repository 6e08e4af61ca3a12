import { assertEquals } from "@std/assert";
import { performCloudWatch } from "../../../../demo/simulator/insights/operations.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import { Timestamp } from "../../../../demo/simulator/request/timestamp.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";
import { createTaskModel, runContainers } from "../../../harness/simulator_tasks.ts";

type Result = { Id: string; Timestamps: Timestamp[]; Values: number[]; StatusCode: string };
type Answer = { MetricDataResults: Result[]; NextToken?: string };

/** A cluster with one task that was measured in the minutes 1, 2 and 3. */
function stage(setting = "enhanced") {
  const world = createTaskModel();
  const { model } = world;
  perform(model, "us-east-1", "UpdateClusterSettings", {
    cluster: "main",
    settings: [{ name: "containerInsights", value: setting }],
  });
  const task = runContainers(world, { app: { cpu: 256 } });
  const usages = [10, 20, 30];
  Object.assign(model.hooks, {
    measure: () => [{ cpuUnits: usages.shift() ?? 0, memoryMib: 32 }],
  });
  for (const minute of [1, 2, 3, 10]) world.at(minute * 60_000);
  const dimensions = { ClusterName: "main", TaskDefinitionFamily: "web", TaskId: task.id };
  const query = (
    MetricName: string,
    named: Readonly<Record<string, string>> = dimensions,
    more: Input = {},
  ) => ({
    Id: "q",
    MetricStat: {
      Metric: {
        Namespace: "ECS/ContainerInsights",
        MetricName,
        Dimensions: Object.entries(named).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: 60,
      Stat: "Average",
      ...more,
    },
  });
  const get = (queries: Input[], more: Input = {}) =>
    performCloudWatch(model, "us-east-1", "GetMetricData", {
      MetricDataQueries: queries,
      StartTime: 0,
      EndTime: 600,
      ...more,
    }) as Answer;
  const values = (...args: Parameters<typeof query>) =>
    get([query(...args)]).MetricDataResults[0]?.Values;
  return { world, task, dimensions, query, get, values };
}

Deno.test("a task's metrics are there by cluster, family and task, newest first", () => {
  const { query, get } = stage();
  const [result] = get([query("CpuUtilized")]).MetricDataResults;
  assertEquals(result?.Values.slice(-3), [30, 20, 10]);
  assertEquals(result?.Timestamps.at(-1), new Timestamp(60_000));
  assertEquals(result?.StatusCode, "Complete");
});

Deno.test("the dimensions must be all of the metric's and no other", () => {
  const { values, dimensions } = stage();
  assertEquals(values("CpuUtilized", { ...dimensions, ContainerName: "app" }), []);
  assertEquals(values("CpuUtilized", { TaskId: dimensions.TaskId }), []);
  assertEquals(values("ContainerCpuUtilized", { ...dimensions, ContainerName: "app" })?.at(-1), 10);
  assertEquals(values("TaskMemoryUtilization")?.at(-1), 50);
});

Deno.test("without enhanced observability there are no metrics of single tasks", () => {
  const { values } = stage("enabled");
  assertEquals(values("CpuUtilized"), []);
  assertEquals(
    values("CpuUtilized", { ClusterName: "main", TaskDefinitionFamily: "web" })?.at(-1),
    10,
  );
});

Deno.test("the time range has its start and not its end", () => {
  const { query, get } = stage();
  const [result] = get([query("CpuUtilized")], { StartTime: 60, EndTime: 180 }).MetricDataResults;
  assertEquals(result?.Values, [20, 10]);
});

Deno.test("statistics are of a period", () => {
  const { values, dimensions } = stage();
  const of = (Stat: string) => values("CpuUtilized", dimensions, { Stat, Period: 300 })?.at(-1);
  assertEquals(["Average", "Sum", "Minimum", "Maximum", "SampleCount"].map(of), [15, 60, 0, 30, 4]);
});

Deno.test("points are paged over all queries", () => {
  const { query, get } = stage();
  const queries = [{ ...query("CpuUtilized"), Id: "a" }, { ...query("MemoryUtilized"), Id: "b" }];
  const range = { StartTime: 60, EndTime: 240, MaxDatapoints: 4 };
  const first = get(queries, range);
  assertEquals(
    first.MetricDataResults.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]),
    [
      ["a", [30, 20, 10], "Complete"],
      ["b", [32], "PartialData"],
    ],
  );
  const rest = get(queries, { ...range, NextToken: first.NextToken });
  assertEquals(rest.MetricDataResults.map(({ Values }) => Values), [[], [32, 32]]);
  assertEquals(rest.NextToken, undefined);
});

Deno.test("a point can be read a while after its minute", () => {
  const { world, query, get } = stage();
  const count = () =>
    get([query("CpuUtilized")], { EndTime: 3_600 }).MetricDataResults[0]?.Values.length;
  assertEquals(count(), 4);
  world.at(11 * 60_000);
  assertEquals(count(), 4);
  world.at(11 * 60_000 + 90_000);
  assertEquals(count(), 5);
});

Deno.test("requests that cannot be are refused", () => {
  const { query, get } = stage();
  const refused = (queries: Input[], says: string, more: Input = {}) =>
    assertRefused(() => get(queries, more), "ValidationError", says);
  refused([], "1 to 500");
  refused(Array(501).fill(query("CpuUtilized")), "1 to 500");
  refused([{ ...query("CpuUtilized"), Id: "1" }], "for Id is invalid");
  refused([query("CpuUtilized")], "StartTime must be less", { StartTime: 600 });
  refused([{ Id: "q", Expression: "SELECT 1" }], "not simulated");
  refused([query("CpuUtilized", {}, { Period: 90 })], "multiple of 60");
});

Deno.test("metrics are listed by name and dimension", () => {
  const { world, task } = stage();
  const { Metrics } = performCloudWatch(world.model, "us-east-1", "ListMetrics", {
    MetricName: "CpuUtilized",
    Dimensions: [{ Name: "TaskId", Value: task.id }],
  }) as { Metrics: unknown[] };
  assertEquals(Metrics.length, 1);
});

const refusals: [string, (query: Input) => Input, string][] = [
  ["a start at the end", () => ({ StartTime: 600 }), "ValidationError"],
  ["no points", () => ({ MaxDatapoints: 0 }), "ValidationError"],
  ["more than 100,800 points", () => ({ MaxDatapoints: 100_801 }), "ValidationError"],
  ["a token that it has not given out", () => ({ NextToken: "x" }), "InvalidNextToken"],
  ["an id twice", (query) => ({ MetricDataQueries: [query, query] }), "ValidationError"],
];
for (const [what, more, type] of refusals) {
  Deno.test(`GetMetricData refuses ${what}`, () => {
    const { query, get } = stage();
    const one = query("CpuUtilized");
    assertRefused(() => get([one], more(one)), type, "");
  });
}

Deno.test("a statistic that there is not is refused as CloudWatch does", () => {
  const { query, get, dimensions } = stage();
  const odd = query("CpuUtilized", dimensions, { Stat: "Middle" });
  assertRefused(() => get([odd]), "ValidationError", "Middle");
});

Deno.test("percentiles are of the values of a period", () => {
  const { dimensions, values } = stage();
  const of = (Stat: string) => values("CpuUtilized", dimensions, { Period: 600, Stat });
  assertEquals([of("p0"), of("p50"), of("p99.9"), of("p100")].map((found) => found?.[0]), [
    0,
    10,
    30,
    30,
  ]);
  for (const wrong of ["p101", "p", "p-1"]) {
    assertRefused(() => of(wrong), "ValidationError", `The value ${wrong} for parameter Stat`);
  }
});

Deno.test("a query is refused by CloudWatch's own error types", () => {
  const { get, query } = stage();
  const one = query("CpuUtilized");
  assertRefused(() => get([{ ...one, Id: undefined }]), "MissingParameter", "Id is required");
  assertRefused(() => get([one], { ScanBy: "x" }), "ValidationError", "parameter ScanBy");
  for (const Period of [0, 7, 90]) {
    const wrong = query("CpuUtilized", undefined, { Period });
    assertRefused(() => get([wrong]), "ValidationError", "The parameter Period must be");
  }
  get([query("CpuUtilized", undefined, { Period: 30 })]);
});

import { assertEquals } from "@std/assert";
import { performCloudWatch } from "../../../demo/simulator/insights/operations.ts";
import { perform } from "../../../demo/simulator/operations/operations.ts";
import type { Timestamp } from "../../../demo/simulator/request/timestamp.ts";
import type { EcsError } from "../../../src/aws/error.ts";
import type { Input, Output } from "../../../src/aws/operations.ts";
import { type Families, readMetrics } from "../../../src/stats/metrics.ts";
import type { Usage } from "../../../src/stats/usage.ts";
import { type Answers, callerAnswering } from "../../harness/caller.ts";
import { taskRef } from "../../harness/insights.ts";
import { createTaskModel, runContainers } from "../../harness/simulator_tasks.ts";
import { cluster } from "../../harness/world.ts";

type Result = NonNullable<Output<"getMetricData">["MetricDataResults"]>[number];

const family = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
const wanted = (count: number) =>
  Array.from(
    { length: count },
    (_, at) => ({ arn: taskRef(`t${at}`).arn, id: `t${at}`, since: 0 }),
  );

/** Times in minutes with values, as CloudWatch answers them. */
const result = (Id: string, points: Record<number, number>): Result => ({
  Id,
  Timestamps: Object.keys(points).map((minute) => new Date(Number(minute) * 60_000)),
  Values: Object.values(points),
});

/** What is read of tasks where AWS answers so. */
async function reading(
  getMetricData: NonNullable<Answers["getMetricData"]>,
  { tasks = wanted(1), families = new Map() as Families, definition = family, now = 600_000 } = {},
) {
  const { caller, asked } = callerAnswering({
    getMetricData,
    describeTasks: ({ tasks = [] }) => ({
      tasks: tasks.map((taskArn) => ({
        taskArn,
        lastStatus: "RUNNING",
        taskDefinitionArn: definition,
      })),
    }),
  });
  const usages: [string, Usage][] = [];
  const read = readMetrics({
    caller,
    cluster,
    clusterName: cluster.name,
    wanted: tasks,
    now,
    signal: AbortSignal.any([]),
    onUsage: (id, usage) => usages.push([id, usage]),
  }, families);
  const failure = await read.then(() => undefined, (error: EcsError) => error);
  const named = (name: string) => asked.filter((call) => call.name === name);
  return {
    usages,
    failure,
    described: named("describeTasks").length,
    inputs: named("getMetricData").map(({ input }) => input as Input<"getMetricData">),
  };
}

const nothing = () => ({ MetricDataResults: [] });

Deno.test("a task has two queries, with exactly the dimensions of a task that no service runs", async () => {
  const { inputs } = await reading(nothing);
  assertEquals(inputs.length, 1);
  const [cpu, memory] = inputs[0]?.MetricDataQueries ?? [];
  assertEquals(cpu, {
    Id: "cpu0",
    MetricStat: {
      Metric: {
        Namespace: "ECS/ContainerInsights",
        MetricName: "CpuUtilized",
        Dimensions: [
          { Name: "ClusterName", Value: cluster.name },
          { Name: "TaskDefinitionFamily", Value: "web" },
          { Name: "TaskId", Value: "t0" },
        ],
      },
      Period: 60,
      Stat: "Average",
    },
  });
  assertEquals([memory?.Id, memory?.MetricStat?.Metric?.MetricName], ["memory0", "MemoryUtilized"]);
});

Deno.test("a call has at most 500 queries, and the family of each task is asked for once", async () => {
  const families: Families = new Map();
  const tasks = wanted(501);
  const first = await reading(nothing, { tasks, families });
  assertEquals(first.inputs.map(({ MetricDataQueries }) => MetricDataQueries?.length), [
    500,
    500,
    2,
  ]);
  assertEquals(first.described, 6);
  const second = await reading(nothing, { tasks, families });
  assertEquals([second.described, second.inputs.length], [0, 3]);
});

Deno.test("a task whose family ECS does not tell costs nothing", async () => {
  const { inputs } = await reading(nothing, { definition: "what is this" });
  assertEquals(inputs, []);
});

Deno.test("the newest minute that both metrics have is the usage", async () => {
  const { usages } = await reading(() => ({
    MetricDataResults: [
      result("cpu0", { 5: 50, 4: 40, 3: 30 }),
      result("memory0", { 4: 4, 3: 3 }),
    ],
  }));
  assertEquals(usages, [["t0", { at: 240_000, cpuUnits: 40, memoryBytes: 4 * 1_048_576 }]]);
});

Deno.test("where CloudWatch has one of the metrics only, that one counts", async () => {
  const { usages } = await reading(() => ({ MetricDataResults: [result("memory0", { 2: 1 })] }));
  assertEquals(usages, [["t0", { at: 120_000, cpuUnits: undefined, memoryBytes: 1_048_576 }]]);
});

Deno.test("a result is put together from all pages that have a part of it", async () => {
  const pages: Output<"getMetricData">[] = [
    { MetricDataResults: [result("cpu0", { 3: 30 })], NextToken: "1" },
    { MetricDataResults: [], NextToken: "2" },
    { MetricDataResults: [result("cpu0", { 2: 20 }), result("memory0", { 2: 2 })] },
  ];
  const { usages, inputs } = await reading(() => pages.shift() ?? {});
  assertEquals(usages.map(([, { at, cpuUnits }]) => [at, cpuUnits]), [[120_000, 20]]);
  assertEquals(inputs.map(({ NextToken }) => NextToken), [undefined, "1", "2"]);
});

const hostile: [what: string, results: Result[]][] = [
  ["results that nobody asked for", [result("cpu7", { 1: 1 }), {}]],
  ["times without values", [{ Id: "cpu0", Timestamps: [new Date(0)], Values: [] }]],
  ["values without times", [{ Id: "cpu0", Timestamps: [], Values: [1, 2, 3] }]],
  ["values without measure", [result("cpu0", { 1: 1e300 }), result("memory0", { 1: -1 })]],
];
for (const [what, MetricDataResults] of hostile) {
  Deno.test(`${what} are no usage`, async () => {
    assertEquals((await reading(() => ({ MetricDataResults }))).usages, []);
  });
}

Deno.test("the metrics of a simulated AWS tell what the task used", async () => {
  const world = createTaskModel();
  const { model } = world;
  Object.assign(model.hooks, { measure: () => [{ cpuUnits: 77, memoryMib: 33 }] });
  perform(model, "us-east-1", "UpdateClusterSettings", {
    cluster: "main",
    settings: [{ name: "containerInsights", value: "enhanced" }],
  });
  const { arn, id } = runContainers(world, { app: { cpu: 256 } });
  for (const minute of [1, 2, 3, 4]) world.at(minute * 60_000);
  const { caller } = callerAnswering({
    getMetricData: ({ StartTime, EndTime, ...input }) => {
      const { MetricDataResults } = performCloudWatch(model, "us-east-1", "GetMetricData", {
        ...input,
        StartTime: Number(StartTime) / 1_000,
        EndTime: Number(EndTime) / 1_000,
      }) as { MetricDataResults: { Id: string; Timestamps: Timestamp[]; Values: number[] }[] };
      return {
        MetricDataResults: MetricDataResults.map(({ Timestamps, ...result }) => ({
          ...result,
          Timestamps: Timestamps.map(({ at }) => new Date(at)),
        })),
      };
    },
  });
  const usages: Usage[] = [];
  await readMetrics({
    caller,
    cluster: { name: "main", region: "us-east-1" },
    clusterName: "main",
    wanted: [{ arn, id, since: 0 }],
    now: 240_000,
    signal: AbortSignal.any([]),
    onUsage: (_id, usage) => usages.push(usage),
  }, new Map([[arn, "web"]]));
  assertEquals(usages, [{ at: 120_000, cpuUnits: 77, memoryBytes: 33 * 1_048_576 }]);
});

import { assert, assertEquals } from "@std/assert";
import { performLogs } from "../../../demo/simulator/logs/operations.ts";
import { perform } from "../../../demo/simulator/operations/operations.ts";
import { EcsError } from "../../../src/aws/error.ts";
import type { Output } from "../../../src/aws/operations.ts";
import { batchesOf, readEvent, readLogEvents } from "../../../src/stats/log_events.ts";
import type { Usage } from "../../../src/stats/usage.ts";
import { type Answers, callerAnswering } from "../../harness/caller.ts";
import { taskEvent, taskRef } from "../../harness/insights.ts";
import { createTaskModel, runContainers } from "../../harness/simulator_tasks.ts";
import { cluster } from "../../harness/world.ts";

const hex = (at: number) => at.toString(16).padStart(32, "0");
const wanted = (count: number, since = 0) =>
  Array.from({ length: count }, (_, at) => ({ arn: taskRef(hex(at)).arn, id: hex(at), since }));

/** What is read of tasks where FilterLogEvents answers so. */
async function reading(
  filterLogEvents: NonNullable<Answers["filterLogEvents"]>,
  { tasks = wanted(1), now = 3_600_000, clusterName = cluster.name } = {},
) {
  const { caller, asked } = callerAnswering({ filterLogEvents });
  const usages: [string, Usage][] = [];
  const read = readLogEvents({
    caller,
    cluster,
    clusterName,
    wanted: tasks,
    now,
    signal: AbortSignal.any([]),
    onUsage: (id, usage) => usages.push([id, usage]),
  });
  const failure = await read.then(() => undefined, (error: EcsError) => error);
  return { usages, failure, inputs: asked.map(({ input }) => input as Record<string, unknown>) };
}

Deno.test("one call reads the tasks of a cluster out of its group, by their ids", async () => {
  const { inputs, usages } = await reading(
    () => ({ events: [{ message: taskEvent(hex(1), 60_000) }] }),
    { tasks: wanted(2, 3_500_000) },
  );
  assertEquals(inputs, [{
    logGroupName: `/aws/ecs/containerinsights/${cluster.name}/performance`,
    filterPattern: `{ $.Type = "Task" && ($.TaskId = "${hex(0)}" || $.TaskId = "${hex(1)}") }`,
    startTime: 3_500_001,
    nextToken: undefined,
  }]);
  assertEquals(usages, [[hex(1), { at: 60_000, cpuUnits: 128, memoryBytes: 67_108_864 }]]);
});

Deno.test("a pattern has at most 1,024 characters, and each task is named once", () => {
  const batches = batchesOf(wanted(150));
  assertEquals(batches.length, 8);
  for (const { pattern } of batches) assert(pattern.length <= 1_024, pattern);
  const named = batches.flatMap(({ pattern }) => [...pattern.matchAll(/"([0-9a-f]{32})"/g)]);
  assertEquals(named.map(([, id]) => id), wanted(150).map(({ id }) => id));
});

Deno.test("of more tasks than ten calls name, one reading takes 3 minutes of all the cluster's", async () => {
  const messages = [taskEvent(hex(999), 1), taskEvent("of-another-client", 1)];
  const { inputs, usages } = await reading(
    () => ({ events: messages.map((message) => ({ message })) }),
    { tasks: wanted(1_000) },
  );
  assertEquals(inputs.map(({ filterPattern, startTime }) => [filterPattern, startTime]), [
    ['{ $.Type = "Task" }', 3_600_000 - 180_000],
  ]);
  assertEquals(usages.map(([id]) => id), [hex(999)]);
});

Deno.test("a task whose id could change the pattern is not read", () => {
  assertEquals(batchesOf([{ arn: "x", id: '" || $.Type = "Task', since: 0 }]), []);
});

Deno.test("pages are read to the last, also empty ones", async () => {
  const pages: Output<"filterLogEvents">[] = [
    { events: [], nextToken: "1" },
    { events: [{ message: taskEvent(hex(0), 1) }], nextToken: "2" },
    { events: [], nextToken: "3" },
    { events: [{ message: taskEvent(hex(0), 2) }] },
  ];
  const { usages, inputs } = await reading(() => pages.shift() ?? { events: [] });
  assertEquals(usages.map(([, { at }]) => at), [1, 2]);
  assertEquals(inputs.map(({ nextToken }) => nextToken), [undefined, "1", "2", "3"]);
});

Deno.test("pages that do not end are given up, and what they told before counts", async () => {
  const { usages, failure, inputs } = await reading(() => ({
    events: [{ message: taskEvent(hex(0), 1) }],
    nextToken: "again",
  }));
  assertEquals([usages.length, inputs.length, failure?.kind], [2, 2, "unavailable"]);
});

const foreign: [what: string, message: string][] = [
  ["no JSON", "GET / 200"],
  ["half a JSON", taskEvent(hex(0), 1).slice(0, 50)],
  ["a number", "7"],
  ["null", "null"],
  ["a list", "[]"],
  ["an event of a container", taskEvent(hex(0), 1, { Type: "Container" })],
  ["an id that is a number", taskEvent(hex(0), 1, { TaskId: 7 })],
  ["a time that is a text", taskEvent(hex(0), "1")],
  ["a time without measure", taskEvent(hex(0), 1e300)],
  ["a time between milliseconds", taskEvent(hex(0), 1.5)],
  ["no amounts", taskEvent(hex(0), 1, { CpuUtilized: undefined, MemoryUtilized: undefined })],
  ["amounts that are texts", taskEvent(hex(0), 1, { CpuUtilized: "5", MemoryUtilized: "6" })],
  ["amounts without measure", taskEvent(hex(0), 1, { CpuUtilized: 1e300, MemoryUtilized: -1 })],
  ["amounts that are structures", taskEvent(hex(0), 1, { CpuUtilized: {}, MemoryUtilized: [] })],
  ["a prototype", '{"__proto__":{"Type":"Task"},"TaskId":"a","Timestamp":1,"CpuUtilized":1}'],
  ["nothing", ""],
  ["brackets without end", "[".repeat(100_000)],
];
for (const [what, message] of foreign) {
  Deno.test(`${what} in the group tells nothing, and the next event counts`, async () => {
    assertEquals(readEvent(message), undefined);
    const { usages, failure } = await reading(() => ({
      events: [{ message }, {}, { message: taskEvent(hex(0), 2) }],
    }));
    assertEquals([usages.length, failure], [1, undefined]);
  });
}

Deno.test("the group of a simulated AWS tells what the task used", async () => {
  const world = createTaskModel();
  const { model } = world;
  Object.assign(model.hooks, { measure: () => [{ cpuUnits: 77, memoryMib: 33 }] });
  perform(model, "us-east-1", "UpdateClusterSettings", {
    cluster: "main",
    settings: [{ name: "containerInsights", value: "enabled" }],
  });
  const { arn, id } = runContainers(world, { app: { cpu: 256 } });
  for (const minute of [1, 2, 3]) world.at(minute * 60_000);
  const { usages } = await reading(
    (input) =>
      performLogs(model, "us-east-1", "FilterLogEvents", { ...input }) as Output<"filterLogEvents">,
    { tasks: [{ arn, id, since: 60_000 }], now: 180_000, clusterName: "main" },
  );
  assertEquals(usages, [[id, { at: 120_000, cpuUnits: 77, memoryBytes: 33 * 1_048_576 }]]);
});

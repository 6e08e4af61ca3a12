import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { attributeOf } from "../../../src/stats/state.ts";
import { createInsightsStage, taskEvent, taskRef } from "../../harness/insights.ts";

const minute = 60_000;

Deno.test("nothing is asked while nobody reads, and one call a minute for all who read", async () => {
  const stage = createInsightsStage();
  await stage.pass(10 * minute);
  assertEquals(stage.asked, []);
  const leaves = ["a", "b", "c"].map((id) => stage.read(id).leave);
  await stage.pass(5_000);
  assertEquals([stage.calls("describeClusters"), stage.calls("filterLogEvents")], [1, 1]);
  await stage.pass(10 * minute);
  assertEquals(stage.calls("filterLogEvents"), 11);
  const { filterPattern } = stage.asked.at(-1)?.input as { filterPattern: string };
  assertEquals([...filterPattern.matchAll(/TaskId = "(.)"/g)].map(([, id]) => id), ["a", "b", "c"]);
  for (const leave of leaves) leave();
  const before = stage.asked.length;
  await stage.pass(10 * minute);
  assertEquals(stage.asked.length, before);
  stage.close();
});

Deno.test("each usage comes once to each reader, the newest alone, and none from before the reading", async () => {
  const stage = createInsightsStage();
  const begun = stage.clock.now();
  stage.aws.messages = [-1, 0].map((at) => taskEvent("a", begun + at));
  const first = stage.read("a");
  await stage.pass(2 * minute);
  assertEquals(first.usages, []);
  stage.aws.messages.push(taskEvent("a", begun + 2_000), taskEvent("a", begun + 1_000));
  await stage.pass(minute);
  assertEquals(first.usages.map(({ at }) => at - begun), [2_000]);
  const second = stage.read("a");
  await stage.pass(5 * minute);
  assertEquals([first.usages.length, second.usages.length], [1, 0]);
  const at = stage.clock.now();
  stage.aws.messages.push(taskEvent("a", at));
  await stage.pass(minute);
  assertEquals(first.usages.map(({ at }) => at), [begun + 2_000, at]);
  assertEquals(second.usages.map(({ at }) => at), [at]);
  stage.close();
});

Deno.test("a reader that has left hears no more, and the others do", async () => {
  const stage = createInsightsStage();
  const [one, other] = [stage.read("a"), stage.read("a")];
  one.leave();
  one.leave();
  stage.aws.messages = [taskEvent("a", stage.clock.now() + 1)];
  await stage.pass(minute);
  assertEquals([one.usages.length, other.usages.length], [0, 1]);
  stage.close();
});

Deno.test("a usage from the far future is none, so that later ones count", async () => {
  const stage = createInsightsStage();
  const { usages } = stage.read("a");
  const begun = stage.clock.now();
  stage.aws.messages = [taskEvent("a", begun + 24 * 60 * minute), taskEvent("a", begun + 1)];
  await stage.pass(minute);
  assertEquals(usages.map(({ at }) => at - begun), [1]);
  stage.close();
});

Deno.test("what AWS calls no task of a reader goes to nobody", async () => {
  const stage = createInsightsStage();
  const { usages } = stage.read("a");
  stage.aws.messages = [taskEvent("b", stage.clock.now() + 1), "{", "null"];
  await stage.pass(5 * minute);
  assertEquals(usages, []);
  assertEquals(stage.logged, []);
  stage.close();
});

Deno.test("a cluster without Container Insights is asked once in five minutes, told of once, and heals", async () => {
  const stage = createInsightsStage();
  stage.aws.setting = "disabled";
  const { usages } = stage.read("a");
  await stage.pass(21 * minute);
  assertEquals([stage.calls("describeClusters"), stage.calls("filterLogEvents")], [5, 0]);
  assertEquals(stage.logged, ["info: the stats of tasks are not read"]);
  assertStringIncludes(attributeOf(stage.collector.state()) ?? "", 'is "disabled"; set it to');
  stage.aws.setting = "enabled";
  await stage.pass(5 * minute);
  stage.aws.messages = [taskEvent("a", stage.clock.now())];
  await stage.pass(minute);
  assertEquals(usages.length, 1);
  assertEquals(stage.logged.at(-1), "info: the stats of tasks are read again");
  assertEquals(attributeOf(stage.collector.state()), "on");
  stage.close();
});

Deno.test("Container Insights that is turned off later is noticed", async () => {
  const stage = createInsightsStage();
  stage.read("a");
  await stage.pass(minute);
  stage.aws.setting = "disabled";
  await stage.pass(6 * minute);
  assertEquals(stage.collector.state().kind, "lacking");
  stage.close();
});

const lasting = [["denied", 5, "warn"], ["rejected", 5, "warn"], [
  "no_resource",
  21,
  "info",
]] as const;
for (const [kind, calls, level] of lasting) {
  Deno.test(`a call that is ${kind} is made ${calls} times in 21 minutes, told of once, and heals`, async () => {
    const stage = createInsightsStage();
    stage.aws.refusals.set("filterLogEvents", kind);
    stage.read("a");
    await stage.pass(21 * minute);
    assertEquals(stage.calls("filterLogEvents"), calls);
    assertEquals(stage.logged, [`${level}: the stats of tasks are not read`]);
    assertStringIncludes(attributeOf(stage.collector.state()) ?? "", "off: ");
    stage.aws.refusals.clear();
    await stage.pass(5 * minute);
    assertEquals(stage.collector.state().kind, "read");
    stage.close();
  });
}

for (const kind of ["unavailable", "throttled", "credentials"] as const) {
  Deno.test(`a call that is ${kind} is made again each minute, and told of once`, async () => {
    const stage = createInsightsStage();
    stage.read("a");
    await stage.pass(minute);
    stage.aws.refusals.set("filterLogEvents", kind);
    await stage.pass(10 * minute);
    assertEquals(stage.calls("filterLogEvents"), 11);
    assertEquals(stage.logged, [
      "warn: the stats of tasks could not be read; it is tried again",
    ]);
    assertEquals(attributeOf(stage.collector.state()), "on");
    stage.aws.refusals.clear();
    await stage.pass(minute);
    assertEquals(stage.logged.at(-1), "info: the stats of tasks are read again");
    stage.close();
  });
}

Deno.test("an outage leaves what is known to be lacking as it is", async () => {
  const stage = createInsightsStage();
  stage.aws.setting = "disabled";
  stage.read("a");
  await stage.pass(minute);
  stage.aws.refusals.set("describeClusters", "unavailable");
  await stage.pass(10 * minute);
  assertStringIncludes(attributeOf(stage.collector.state()) ?? "", "off: ");
  stage.close();
});

Deno.test("metrics are asked for in one call, where the cluster has those of single tasks", async () => {
  const stage = createInsightsStage();
  stage.configure("metrics");
  const { usages } = stage.read("a");
  stage.read("b");
  await stage.pass(minute);
  assertEquals(stage.calls("getMetricData"), 0);
  assertStringIncludes(attributeOf(stage.collector.state()) ?? "", 'needs "enhanced"');
  stage.aws.setting = "enhanced";
  for (const id of ["a", "b"]) {
    const definition = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";
    stage.aws.families.set(taskRef(id).arn, definition);
  }
  const at = stage.clock.now();
  stage.aws.metrics.set("CpuUtilized a", [[at, 12]]);
  stage.aws.metrics.set("MemoryUtilized a", [[at, 34]]);
  await stage.pass(5 * minute + 1_000);
  assertEquals([stage.calls("getMetricData"), stage.calls("describeTasks")], [1, 1]);
  assertEquals(usages, [{ at, cpuUnits: 12, memoryBytes: 34 * 1_048_576 }]);
  await stage.pass(5 * minute);
  assertEquals([stage.calls("getMetricData"), stage.calls("describeTasks")], [6, 1]);
  assertEquals([usages.length, stage.calls("filterLogEvents")], [1, 0]);
  stage.close();
});

Deno.test("a plugin that is told to read none stops at once, and begins again when it is told to", async () => {
  const stage = createInsightsStage();
  const { usages } = stage.read("a");
  await stage.pass(minute);
  stage.configure("off");
  await stage.pass(minute);
  const before = stage.asked.length;
  await stage.pass(24 * 60 * minute);
  assertEquals(stage.asked.length, before);
  assertEquals(attributeOf(stage.collector.state()), undefined);
  stage.configure("auto");
  stage.aws.messages = [taskEvent("a", stage.clock.now())];
  await stage.pass(10_000);
  assertEquals(usages.length, 1);
  stage.close();
});

Deno.test("with the driver's end all reading ends", async () => {
  const stage = createInsightsStage();
  stage.read("a");
  await stage.pass(minute);
  const before = stage.asked.length;
  stage.close();
  await stage.pass(60 * minute);
  assertEquals(stage.asked.length, before);
  assertEquals(stage.logged, []);
});

Deno.test("the readers of a thousand tasks cost one reading a minute", async () => {
  const stage = createInsightsStage();
  const readers = Array.from({ length: 1_000 }, (_, at) => stage.read(`t${at}`.padEnd(32, "0")));
  await stage.pass(5_000);
  stage.aws.messages = readers.map((_, at) =>
    taskEvent(`t${at}`.padEnd(32, "0"), stage.clock.now())
  );
  await stage.pass(2 * minute);
  assertEquals(stage.calls("filterLogEvents"), 3);
  assert(readers.every(({ usages }) => usages.length === 1));
  stage.close();
});

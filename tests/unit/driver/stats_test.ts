import { assert, assertEquals } from "@std/assert";
import { AwsError } from "../../../demo/simulator/request/aws_error.ts";
import { performLogs } from "../../../demo/simulator/logs/operations.ts";
import { performUnthrottled } from "../../../demo/simulator/operations/operations.ts";
import { containerExited } from "../../../demo/simulator/state/task_life.ts";
import type { Model } from "../../../demo/simulator/state/model.ts";
import { EcsError } from "../../../src/aws/error.ts";
import type { Output } from "../../../src/aws/operations.ts";
import type { DriverError } from "../../../src/driver/driver_error.ts";
import type { Usage } from "../../../src/stats/stats.ts";
import type { TaskStatsResponse } from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { driverConfig, exitOf, start, stop, taskOf } from "../../harness/driver_calls.ts";
import { launchDriver } from "../../harness/timed_driver.ts";
import { type Bench, withPlugin } from "../../harness/with_plugin.ts";
import { answering, cluster, createWorld, ownerOf, type World } from "../../harness/world.ts";

const minute = 60_000;
const { id } = ownerOf("a");

function turnInsights(model: Model, value: string): void {
  performUnthrottled(model, "us-east-1", "UpdateClusterSettings", {
    cluster: cluster.name,
    settings: [{ name: "containerInsights", value }],
  });
}

/** A driver in virtual time with a running task, whose cluster has this setting. */
async function running(setting: string, config: Record<string, unknown> = {}) {
  const world: World = createWorld({
    intercept: answering("filterLogEvents", (input) => {
      try {
        const answer = performLogs(world.ecs.model, "us-east-1", "FilterLogEvents", { ...input });
        return Promise.resolve(answer as Output<"filterLogEvents">);
      } catch (error) {
        assert(error instanceof AwsError && error.type === "ResourceNotFoundException");
        return Promise.reject(new EcsError("no_resource", "FilterLogEvents", error.message));
      }
    }),
  });
  turnInsights(world.ecs.model, setting);
  Object.assign(world.ecs.model.hooks, { measure: () => [{ cpuUnits: 64, memoryMib: 128 }] });
  const launched = launchDriver(world, config);
  const settled = await world.settle(launched.start("a").started);
  assertEquals(settled.status, "fulfilled");
  return { ...world, ...launched };
}

Deno.test("whoever reads a task's stats gets each minute's measurement once", async () => {
  const world = await running("enabled");
  const usages: Usage[] = [];
  const leave = world.driver.stats(id, (usage) => usages.push(usage));
  await world.pass(10 * minute);
  assert(usages.length >= 8, `${usages.length} usages in 10 minutes`);
  assertEquals(new Set(usages.map(({ at }) => at)).size, usages.length);
  for (const { cpuUnits, memoryBytes } of usages) {
    assertEquals([cpuUnits, memoryBytes], [64, 128 * 1_048_576]);
  }
  leave();
  const before = usages.length;
  await world.pass(10 * minute);
  assertEquals(usages.length, before);
  world.driver.shutdown();
});

Deno.test("stats of a task that is not known are refused, and those of an ended one are never told", async () => {
  const world = await running("enabled");
  let refusal: unknown;
  try {
    world.driver.stats("nobody", () => {});
  } catch (error) {
    refusal = error;
  }
  assertEquals((refusal as DriverError).kind, "task_not_found");
  const usages: Usage[] = [];
  const [task] = world.ecs.live();
  if (task !== undefined) containerExited(world.ecs.model, task, "main", { exitCode: 0 });
  await world.pass(2 * minute);
  world.driver.stats(id, (usage) => usages.push(usage));
  await world.pass(10 * minute);
  assertEquals(usages, []);
  world.driver.shutdown();
});

for (
  const [setting, config, attribute] of [
    ["enabled", {}, "on"],
    [
      "disabled",
      {},
      `off: containerInsights of cluster ${cluster.name} is "disabled"; set it to ` +
      '"enabled" or "enhanced"',
    ],
    ["enabled", { stats: "off" }, undefined],
  ] as const
) {
  const title = `with Container Insights ${setting} and ${JSON.stringify(config)}`;
  Deno.test(`${title} the node says of its stats: ${attribute}`, async () => {
    const world = await running(setting, config);
    const attributes: unknown[] = [];
    const listen = async () => {
      for await (const told of world.driver.fingerprints(new AbortController().signal)) {
        attributes.push(told.attributes["driver.ecs.stats"]);
      }
    };
    listen();
    await world.pass(minute);
    assertEquals(attributes.at(-1), undefined, "nobody has read");
    world.driver.stats(id, () => {});
    await world.pass(5 * minute);
    assertEquals(attributes.at(-1), attribute);
    world.driver.shutdown();
  });
}

/** The messages of a task's stream of stats, and its end. */
function statsOf({ connection }: Bench, taskId: string) {
  const samples: TaskStatsResponse[] = [];
  const first = Promise.withResolvers<TaskStatsResponse>();
  const stream = connection.driver.taskStats({
    taskId,
    collectionInterval: { seconds: 1n, nanos: 0 },
  });
  stream.on("data", (sample) => {
    samples.push(sample);
    first.resolve(sample);
  });
  const ended = new Promise<string>((resolve) => {
    stream.on("end", () => resolve("ended"));
    stream.on("error", (error) => resolve(`failed: ${error.message}`));
  });
  return { samples, first: first.promise, ended };
}

const sleep = driverConfig({ task_definition: "sleep" });

for (const [stats, setting] of [["auto", "enabled"], ["metrics", "enhanced"]] as const) {
  Deno.test(`with stats = "${stats}" a plugin process tells what AWS has measured, until the task ends`, async () => {
    await withPlugin({ config: { stats } }, async (bench) => {
      const { model } = bench.ecs.simulator;
      turnInsights(model, setting);
      const task = taskOf(sleep);
      await start(bench.connection, task);
      const { samples, first, ended } = statsOf(bench, task.id);
      const { timestamp, aggResourceUsage } = (await first).stats ?? {};
      const at = timestamp?.getTime() ?? 0;
      const point = [...model.insights.series.values()].flatMap(({ points }) => points)
        .find((point) => Math.abs(point.at - at) < 1);
      assertEquals(aggResourceUsage?.cpu?.totalTicks, point?.task.cpuUtilized);
      const { memoryUtilized = -1 } = point?.task ?? {};
      assertEquals(aggResourceUsage?.memory?.usage, BigInt(memoryUtilized) * 1_048_576n);
      await stop(bench.connection, task.id);
      await exitOf(bench.connection, task.id);
      assertEquals([await ended, samples.length], ["ended", 1]);
    });
  });
}

Deno.test("without Container Insights a plugin process says nothing, and the stream ends with the task", async () => {
  await withPlugin({ config: { stats: "metrics" } }, async (bench) => {
    const task = taskOf(sleep);
    await start(bench.connection, task);
    const { samples, ended } = statsOf(bench, task.id);
    await stop(bench.connection, task.id);
    await exitOf(bench.connection, task.id);
    assertEquals([await ended, samples.length], ["ended", 0]);
    assertEquals(bench.ecs.simulator.calls.read().byOperation["GetMetricData"], undefined);
  });
});

import { assertEquals } from "@std/assert";
import { performCloudWatch } from "../../../../demo/simulator/insights/operations.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused, containers, region } from "../../../harness/simulator_definitions.ts";
import { createTaskModel } from "../../../harness/simulator_tasks.ts";

type Page = { Metrics: unknown[]; NextToken?: string };

/** A cluster of 50 tasks of one container, each with 12 metrics of its own. */
function stage() {
  let seed = 1;
  const world = createTaskModel(() => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647);
  const call = (operation: string, input: Input) => perform(world.model, region, operation, input);
  call("UpdateClusterSettings", {
    cluster: "main",
    settings: [{ name: "containerInsights", value: "enhanced" }],
  });
  call("RegisterTaskDefinition", containers({ app: {} }));
  for (let run = 0; run < 5; run++) {
    call("RunTask", { cluster: "main", taskDefinition: "web", count: 10 });
  }
  for (const minute of [1, 2, 10]) world.at(minute * 60_000);
  return (input: Input) => performCloudWatch(world.model, region, "ListMetrics", input) as Page;
}

Deno.test("ListMetrics answers pages of 500 metrics, and each metric once", () => {
  const list = stage();
  const first = list({});
  const second = list({ NextToken: first.NextToken });
  assertEquals([first.Metrics.length, second.NextToken], [500, undefined]);
  const names = [...first.Metrics, ...second.Metrics].map((metric) => JSON.stringify(metric));
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.length > 500, true);
});

Deno.test("a page is one of the metrics that are asked for", () => {
  const list = stage();
  const { Metrics, NextToken } = list({ MetricName: "ContainerCpuUtilized" });
  assertEquals([Metrics.length, NextToken], [50, undefined]);
  assertEquals(list({ Namespace: "AWS/ECS" }).Metrics, []);
  assertRefused(
    () => list({ NextToken: "x" }),
    "InvalidParameterValue",
    "The next token specified is invalid.",
  );
});

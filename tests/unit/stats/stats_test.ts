import { assertEquals } from "@std/assert";
import { createStats } from "../../../src/stats/stats.ts";
import { createInsightsStage, taskEvent, taskRef } from "../../harness/insights.ts";

Deno.test("each cluster is read apart, and the attribute is the cluster's own", async () => {
  const stage = createInsightsStage();
  const stats = createStats(stage.context);
  const here = taskRef("a");
  const there = {
    arn: here.arn.replace("/nomad", "/other"),
    cluster: { name: "other", region: "" },
  };
  const told: string[] = [];
  stats.read(here, () => told.push("here"));
  assertEquals([stats.attribute(here.cluster), stats.attribute(there.cluster)], [
    undefined,
    undefined,
  ]);
  await stage.pass(60_000);
  assertEquals([stats.attribute(here.cluster), stats.attribute(there.cluster)], ["on", undefined]);
  const leave = stats.read(there, () => told.push("there"));
  leave();
  stage.aws.messages = [taskEvent("a", stage.clock.now() + 1)];
  await stage.pass(60_000);
  assertEquals([told, stats.attribute(there.cluster)], [["here"], undefined]);
  stage.close();
});

import { assertEquals } from "@std/assert";
import { clusterNameOf, startOf } from "../../../src/stats/source.ts";

const wanted = (since: number) => ({ arn: "a", id: "a", since });

Deno.test("a reading begins after what the readers know, and looks back a bounded time", () => {
  assertEquals(startOf([wanted(950), wanted(990)], 1_000, 100), 951);
  assertEquals(startOf([wanted(100)], 1_000, 100), 900);
  assertEquals(startOf([wanted(50)], 60, 100), 51);
});

Deno.test("a reading begins no later than now, also where the clock was set back", () => {
  assertEquals(startOf([wanted(5_000)], 1_000, 100), 1_001);
});

Deno.test("a cluster's name is told by the task, else by the reference to the cluster", () => {
  const arn = "arn:aws:ecs:us-east-1:123456789012:task/web/0123";
  const old = "arn:aws:ecs:us-east-1:123456789012:task/0123";
  const full = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
  const cluster = { name: "prod", region: "us-east-1" };
  assertEquals(clusterNameOf({ arn, cluster }), "web");
  assertEquals(clusterNameOf({ arn: old, cluster }), "prod");
  assertEquals(clusterNameOf({ arn: old, cluster: { ...cluster, name: full } }), "prod");
});

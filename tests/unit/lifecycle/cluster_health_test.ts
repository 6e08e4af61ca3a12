import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cluster, createWorld } from "../../harness/world.ts";

async function healthOf(world = createWorld(), name = cluster.name) {
  const checked = await world.settle(world.lifecycle.checkCluster({ ...cluster, name }));
  assert(checked.status === "fulfilled");
  return checked.value;
}

Deno.test("a cluster that ECS calls ACTIVE can take tasks, and tells its ARN", async () => {
  assertEquals(await healthOf(), {
    kind: "active",
    arn: `arn:aws:ecs:us-east-1:123456789012:cluster/${cluster.name}`,
  });
});

Deno.test("a cluster that there is not is unusable, with ECS's word for it", async () => {
  const health = await healthOf(createWorld(), "missing");
  assert(health.kind === "unusable");
  assertStringIncludes(
    health.reason,
    "cluster missing (us-east-1) is MISSING; it must be ACTIVE; check cluster and region in the plugin block",
  );
});

Deno.test("an answer that does not come is told as such, and never rejects", async () => {
  const world = createWorld();
  world.ecs.weather = { mode: "error503", rate: 1 };
  const health = await healthOf(world);
  assert(health.kind === "unanswered");
  assertStringIncludes(health.error.message, "DescribeClusters");
});

import { assertEquals, assertRejects } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import type { Output } from "../../../src/aws/operations.ts";
import { insightsSetting } from "../../../src/stats/insights.ts";
import { callerAnswering } from "../../harness/caller.ts";
import { cluster } from "../../harness/world.ts";

function setting(answer: Output<"describeClusters">) {
  const { caller, asked } = callerAnswering({ describeClusters: () => answer });
  return { value: insightsSetting(caller, cluster, AbortSignal.any([])), asked };
}

Deno.test("ECS is asked for the cluster's settings, and says what it measures", async () => {
  for (const value of ["disabled", "enabled", "enhanced"]) {
    const settings = [{ name: "containerInsights" as const, value }];
    const found = setting({ clusters: [{ status: "ACTIVE", settings }] });
    assertEquals(await found.value as string, value);
    assertEquals(found.asked, [{
      name: "describeClusters",
      input: { clusters: [cluster.name], include: ["SETTINGS"] },
    }]);
  }
});

Deno.test("a setting that is missing, or unheard of, is taken as disabled", async () => {
  const named = (value?: string) => [{ name: "containerInsights" as const, value }];
  for (const settings of [undefined, [], named(), named("turbo")]) {
    assertEquals(await setting({ clusters: [{ settings }] }).value, "disabled");
  }
});

Deno.test("a cluster that ECS does not describe is an error, with its reason", async () => {
  const { value } = setting({ clusters: [], failures: [{ reason: "MISSING" }] });
  const error = await assertRejects(() => value, EcsError, "MISSING");
  assertEquals(error.kind, "unavailable");
});

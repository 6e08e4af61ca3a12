import { assertEquals } from "@std/assert";
import type { Feature } from "../../../../src/aws/permissions.ts";
import type { Check } from "../../../../src/cli/doctor/check.ts";
import { checkCluster } from "../../../../src/cli/doctor/cluster_checks.ts";
import { callerAnswering } from "../../../harness/caller.ts";

const { signal } = new AbortController();
const cluster = { name: "prod", region: "us-east-1" };
const active = { clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/prod", status: "ACTIVE" };

Deno.test("a cluster tells its ARN, and the key that it encrypts sessions with", async () => {
  const { caller } = callerAnswering({
    describeClusters: () => ({
      clusters: [{
        ...active,
        settings: [{ name: "containerInsights", value: "enabled" }],
        configuration: { executeCommandConfiguration: { kmsKeyId: "key" } },
      }],
      failures: [],
    }),
  });
  const { checks, clusterArn, kmsKey } = await checkCluster(
    caller,
    cluster,
    new Set(["stats"]),
    signal,
  );
  assertEquals(checks.map(({ status }) => status), ["ok", "ok"]);
  assertEquals([clusterArn, kmsKey], [active.clusterArn, "key"]);
});

Deno.test("Container Insights must measure what the driver is to read, and no more", async () => {
  const stats = new Set<Feature>(["stats"]);
  const metrics = new Set<Feature>(["stats-metrics"]);
  const none = new Set<Feature>();
  const cases: [string | undefined, ReadonlySet<Feature>, Check["status"], string | undefined][] = [
    ["enabled", stats, "ok", undefined],
    ["enhanced", stats, "ok", undefined],
    ["disabled", stats, "warn", "value=enabled"],
    [undefined, stats, "warn", "value=enabled"],
    ["enabled", metrics, "warn", "value=enhanced"],
    ["disabled", metrics, "warn", "value=enhanced"],
    ["enhanced", metrics, "ok", undefined],
    ["disabled", none, "ok", undefined],
  ];
  for (const [value, features, status, fix] of cases) {
    const settings = value === undefined ? [] : [{ name: "containerInsights" as const, value }];
    const { caller } = callerAnswering({
      describeClusters: () => ({ clusters: [{ ...active, settings }], failures: [] }),
    });
    const [, check] = (await checkCluster(caller, cluster, features, signal)).checks;
    assertEquals(check?.status, status, `${value} for ${[...features]}`);
    assertEquals(check?.fix?.endsWith(fix ?? ""), fix === undefined ? undefined : true);
  }
});

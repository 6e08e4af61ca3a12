/** Whether the cluster can take tasks, and what it measures. */
import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";
import type { Feature } from "../../aws/permissions.ts";
import { type Check, fail, failedCall, ok, warn } from "./check.ts";

/** What the checks found. */
export type ClusterChecks = {
  readonly checks: Check[];
  /** Undefined where the cluster cannot be used. */
  readonly clusterArn: string | undefined;
  /** The key that the cluster encrypts sessions of ECS Exec with. */
  readonly kmsKey: string | undefined;
};

/** Describes the cluster, and checks that it measures what `features` read. */
export async function checkCluster(
  caller: EcsCaller,
  cluster: ClusterRef,
  features: ReadonlySet<Feature>,
  signal: AbortSignal,
): Promise<ClusterChecks> {
  try {
    const { clusters, failures } = await caller.call("describeClusters", {
      clusters: [cluster.name],
      include: ["SETTINGS", "CONFIGURATIONS"],
    }, { target: clusterInWords(cluster), priority: "act", signal });
    const found = clusters?.[0];
    if (found?.status !== "ACTIVE") {
      const why = found?.status ?? failures?.[0]?.reason ?? "not described";
      const fix = "check cluster, region and account; create the cluster, or name another";
      return {
        checks: [fail("cluster", `${clusterInWords(cluster)} is ${why}; it must be ACTIVE`, fix)],
        clusterArn: undefined,
        kmsKey: undefined,
      };
    }
    const insights = found.settings?.find(({ name }) => name === "containerInsights")?.value;
    const { clusterArn = cluster.name } = found;
    return {
      checks: [ok("cluster", clusterArn), insightsCheck(cluster, insights, features)],
      clusterArn,
      kmsKey: found.configuration?.executeCommandConfiguration?.kmsKeyId,
    };
  } catch (error) {
    signal.throwIfAborted();
    const checks = [failedCall("cluster", "describeClusters", error)];
    return { checks, clusterArn: undefined, kmsKey: undefined };
  }
}

/** Compares the setting with what the features in use read of it. */
function insightsCheck(
  { name }: ClusterRef,
  setting: string | undefined,
  features: ReadonlySet<Feature>,
): Check {
  const check = "Container Insights";
  const found = setting ?? "not set";
  // Log events of single tasks are there with both settings, their metrics with "enhanced" alone.
  const needed = features.has("stats-metrics")
    ? "enhanced"
    : features.has("stats")
    ? "enabled"
    : undefined;
  if (needed === undefined) return ok(check, `${found}; nothing reads it`);
  if (setting === needed || setting === "enhanced") return ok(check, found);
  return warn(
    check,
    `${found}: Nomad cannot show the CPU and memory of tasks`,
    `aws ecs update-cluster-settings --cluster ${name} --settings name=containerInsights,value=${needed}`,
  );
}

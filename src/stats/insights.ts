import type { EcsCaller } from "../aws/caller.ts";
import { clusterInWords, type ClusterRef } from "../aws/cluster_ref.ts";
import { attemptOf } from "../aws/operations.ts";
import { EcsError } from "../aws/error.ts";

/** The cluster setting `containerInsights`: what AWS measures of the cluster's tasks. */
export type InsightsSetting = "disabled" | "enabled" | "enhanced";

/**
 * Asks ECS for the setting. A value that is none of AWS's counts as `disabled`. Rejects with an
 * `EcsError`, or with the signal's reason.
 */
export async function insightsSetting(
  caller: EcsCaller,
  cluster: ClusterRef,
  signal: AbortSignal,
): Promise<InsightsSetting> {
  const target = clusterInWords(cluster);
  const { clusters = [], failures = [] } = await caller.call(
    "describeClusters",
    { clusters: [cluster.name], include: ["SETTINGS"] },
    { target, priority: "housekeeping", signal },
  );
  const [described] = clusters;
  if (described === undefined) {
    const why = failures[0]?.reason ?? "not described";
    throw new EcsError("unavailable", attemptOf("describeClusters", target), why);
  }
  const value = described.settings?.find(({ name }) => name === "containerInsights")?.value;
  return value === "enabled" || value === "enhanced" ? value : "disabled";
}

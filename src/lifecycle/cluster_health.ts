import type { EcsCaller } from "../aws/caller.ts";
import { attemptOf } from "../aws/operations.ts";
import { clusterInWords, type ClusterRef } from "../aws/cluster_ref.ts";
import { type EcsError, toEcsError } from "../aws/error.ts";

/** Whether a cluster can take tasks. */
export type ClusterHealth =
  | { kind: "active"; arn: string }
  /** ECS says that the cluster cannot be used. */
  | { kind: "unusable"; reason: string }
  /** ECS does not say. */
  | { kind: "unanswered"; error: EcsError };

/** Asks ECS once whether a cluster can take tasks. Never rejects. */
export async function checkCluster(
  caller: EcsCaller,
  cluster: ClusterRef,
  signal: AbortSignal,
): Promise<ClusterHealth> {
  const target = clusterInWords(cluster);
  try {
    const { clusters, failures } = await caller.call(
      "describeClusters",
      { clusters: [cluster.name] },
      { target, priority: "act", signal },
    );
    const status = clusters?.[0]?.status;
    if (status === "ACTIVE") return { kind: "active", arn: clusters?.[0]?.clusterArn ?? "" };
    const why = status ?? failures?.[0]?.reason ?? "not described";
    const fix =
      "check cluster and region in the plugin block's config, and the account of this client's credentials";
    return { kind: "unusable", reason: `ECS ${target} is ${why}; it must be ACTIVE; ${fix}` };
  } catch (error) {
    return { kind: "unanswered", error: toEcsError(error, attemptOf("describeClusters", target)) };
  }
}

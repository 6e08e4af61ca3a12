import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef, parseClusterArn } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";

/** The cluster that is asked for, and how. */
export type GoneClusterContext = {
  readonly cluster: ClusterRef;
  readonly caller: EcsCaller;
  readonly signal: AbortSignal;
};

/**
 * The id of the AWS account in which a cluster does not exist, which is the account of the credentials
 * in use. ClusterNotFoundException does not name it, and DescribeClusters does: with credentials of
 * another account a cluster seems to be gone while its tasks run on. Rejects with an `EcsError` where
 * ECS does not say that the cluster is gone.
 */
export async function accountWithoutCluster(
  { cluster, caller, signal }: GoneClusterContext,
): Promise<string> {
  const target = clusterInWords(cluster);
  const { clusters = [], failures = [] } = await caller.call(
    "describeClusters",
    { clusters: [cluster.name] },
    { target, priority: "watch", signal },
  );
  const [described] = clusters;
  const missing = failures.find(({ reason }) => reason === "MISSING");
  // ECS goes on describing a deleted cluster for a while.
  const arn = described === undefined
    ? missing?.arn
    : described.status === "INACTIVE"
    ? described.clusterArn
    : undefined;
  const account = parseClusterArn(arn ?? "")?.account;
  if (account !== undefined) return account;
  throw new EcsError(
    "unavailable",
    attemptOf("describeClusters", target),
    described === undefined
      ? "it does not say in which account the cluster does not exist"
      : `the cluster is ${described.status}, and DescribeTasks did not find it`,
  );
}

import type { Logger } from "../logger.ts";
import { type Lifecycle, verdictOn } from "../lifecycle/lifecycle.ts";
import type { ClusterRef } from "../aws/cluster_ref.ts";
import { nextRound, type RoundContext } from "./rounds.ts";

/** What becomes of an orphan. */
export type OrphanPolicy = "stop" | "report" | "ignore";

/** What the search for orphans goes by. */
export type OrphanContext = RoundContext & {
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
  /** The clusters that tasks of this node may run in. */
  readonly clusters: () => ClusterRef[];
  /** Told of a cluster that does not exist. */
  readonly leave: (cluster: ClusterRef) => void;
  /** This client's node id, asked for where it is not known; undefined where nobody tells it. */
  readonly nodeId: () => Promise<string | undefined>;
  readonly policy: () => OrphanPolicy;
};

/**
 * Looks for ECS tasks that are tagged as this node's and that no allocation claims, until the signal
 * aborts. One that has gone unclaimed for the grace period is an orphan: it is reported, and stopped
 * where the policy says so.
 */
export async function searchOrphans(context: OrphanContext): Promise<void> {
  const { signal } = context;
  while (!signal.aborted) {
    await nextRound(context);
    if (signal.aborted) return;
    if (context.policy() === "ignore") continue;
    const nodeId = await context.nodeId();
    if (nodeId === undefined) continue;
    for (const cluster of context.clusters()) await searchCluster(context, cluster, nodeId);
  }
}

async function searchCluster(
  context: OrphanContext,
  cluster: ClusterRef,
  nodeId: string,
): Promise<void> {
  const { lifecycle, clock, log, grace, policy, signal } = context;
  try {
    for (const task of await lifecycle.unclaimedTasks(cluster, nodeId, signal)) {
      const wanted = policy();
      if (wanted === "ignore" || clock.monotonic() - task.since < grace()) continue;
      if (lifecycle.settleOrphan(task, wanted) !== "new") continue;
      log.warn("an ECS task of this node belongs to no allocation", {
        arn: task.ref.arn,
        cluster: cluster.name,
        alloc_id: task.owner.allocId,
        stopped: wanted === "stop",
      });
    }
  } catch (error) {
    log.debug("looking for orphans failed", { cluster: cluster.name, error });
    if (verdictOn("search", error) === "final") context.leave(cluster);
  }
}

import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type Lifecycle, type NodeTask, verdictOn } from "../lifecycle/lifecycle.ts";
import { clusterKey, type ClusterRef } from "../aws/cluster_ref.ts";

/** What becomes of an orphan. */
export type OrphanPolicy = "stop" | "report" | "ignore";

/** What the search for orphans goes by. */
export type OrphanContext = {
  readonly lifecycle: Lifecycle;
  readonly clock: Clock;
  readonly log: Logger;
  /** The clusters that tasks of this node may run in. */
  readonly clusters: () => ClusterRef[];
  /** Told of a cluster that does not exist. */
  readonly leave: (cluster: ClusterRef) => void;
  /** This client's node id, which tasks bring; undefined before the first of them. */
  readonly nodeId: () => string | undefined;
  /** ARNs of ECS tasks that an allocation claims. */
  readonly claimed: () => ReadonlySet<string>;
  readonly policy: () => OrphanPolicy;
  /** Milliseconds that an ECS task may go unclaimed. */
  readonly grace: () => number;
  readonly signal: AbortSignal;
};

/** Shortest time between searches in milliseconds; their calls come out of the same budget. */
const shortestInterval = 5_000;
/** Longest time between searches in milliseconds. */
const longestInterval = 300_000;

/**
 * Looks for ECS tasks that are tagged as this node's and that no allocation claims, until the signal
 * aborts. One that has gone unclaimed for the grace period is an orphan: it is reported, and stopped
 * where the policy says so.
 */
export async function searchOrphans(context: OrphanContext): Promise<void> {
  const { clock, signal, grace } = context;
  /** When each unclaimed ECS task was first seen, in monotonic milliseconds, by cluster. */
  const unclaimed = new Map<string, Map<string, number>>();
  const reported = new Set<string>();
  while (!signal.aborted) {
    const pause = Math.min(longestInterval, Math.max(shortestInterval, grace() / 2));
    await clock.sleep(pause, signal);
    if (signal.aborted) return;
    const nodeId = context.nodeId();
    if (nodeId === undefined || context.policy() === "ignore") continue;
    for (const cluster of context.clusters()) {
      const key = clusterKey(cluster);
      const before = unclaimed.get(key) ?? new Map<string, number>();
      const found = await context.lifecycle.tasksOf(cluster, nodeId, context.claimed(), signal)
        .catch((error) => {
          context.log.debug("looking for orphans failed", { cluster: cluster.name, error });
          if (verdictOn("search", error) === "final") context.leave(cluster);
          return undefined;
        });
      // What could not be looked at keeps its time, unless it was claimed meanwhile.
      const seen = new Map<string, number>();
      const claimed = context.claimed();
      for (const [arn, since] of before) {
        if (found === undefined && !claimed.has(arn)) seen.set(arn, since);
      }
      for (const task of found ?? []) {
        if (claimed.has(task.arn)) continue;
        const since = before.get(task.arn) ?? clock.monotonic();
        seen.set(task.arn, since);
        if (clock.monotonic() - since >= grace()) settle(task, cluster, context, reported);
      }
      unclaimed.set(key, seen);
    }
  }
}

function settle(
  task: NodeTask,
  cluster: ClusterRef,
  { lifecycle, log, policy }: OrphanContext,
  reported: Set<string>,
): void {
  const stops = policy() === "stop";
  const { arn, owner } = task;
  if (!reported.has(arn)) {
    log.warn("an ECS task of this node belongs to no allocation", {
      arn,
      cluster: cluster.name,
      alloc_id: owner.allocId,
      stopped: stops,
    });
    reported.add(arn);
  }
  if (stops) lifecycle.stopOrphan({ arn, cluster }, task);
}

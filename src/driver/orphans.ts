import type { Logger } from "../logger.ts";
import type { Meter } from "../meter.ts";
import {
  createPatience,
  isAwaited,
  type Lifecycle,
  type UnclaimedTask,
  verdictOn,
} from "../lifecycle/lifecycle.ts";
import { clusterKey, type ClusterRef } from "../aws/cluster_ref.ts";
import { needOnWorkingNode } from "./need.ts";
import type { NomadLink } from "./nomad_link.ts";
import type { OwnNode } from "./own_node.ts";
import { keepThose, nextRound, type RoundContext, searchEach } from "./rounds.ts";

/** What becomes of an orphan. */
export type OrphanPolicy = "stop" | "report" | "ignore";

/** What the search for orphans goes by. */
export type OrphanContext = RoundContext & {
  readonly lifecycle: Lifecycle;
  readonly nomad: NomadLink;
  readonly log: Logger;
  readonly meter: Meter;
  /** The clusters that tasks of this node may run in. */
  readonly clusters: () => ClusterRef[];
  /** Told of a cluster that does not exist. */
  readonly onNoCluster: (cluster: ClusterRef) => void;
  /** Told of a cluster that was searched. */
  readonly onSearched: (cluster: ClusterRef) => void;
  /** This client's node, asked for where it is not known; undefined where nobody tells it. */
  readonly node: () => Promise<OwnNode | undefined>;
  readonly policy: () => OrphanPolicy;
};

/**
 * Looks for ECS tasks that are tagged as this node's and that no allocation claims, until the signal
 * aborts. One that has gone unclaimed for the grace period is an orphan: it is reported, and stopped
 * where the policy says so.
 */
export async function searchOrphans(context: OrphanContext): Promise<void> {
  const { clock, onNoCluster, onSearched, signal } = context;
  const patiences = new Map<string, (isOdd: boolean) => boolean>();
  while (!signal.aborted) {
    await nextRound(context);
    if (signal.aborted) return;
    if (context.policy() === "ignore") continue;
    const node = await context.node();
    if (node === undefined) continue;
    const clusters = context.clusters();
    keepThose(patiences, clusters);
    await searchEach(clusters, async (cluster) => {
      const key = clusterKey(cluster);
      const isLasting = patiences.get(key) ?? createPatience(clock);
      patiences.set(key, isLasting);
      const found = await searchCluster(context, cluster, node);
      if (found === "searched") onSearched(cluster);
      // Credentials of another account make a cluster seem gone: only what lasts is believed.
      if (!isLasting(found === "no cluster")) return;
      patiences.delete(key);
      onNoCluster(cluster);
    });
  }
}

async function searchCluster(
  context: OrphanContext,
  cluster: ClusterRef,
  node: OwnNode,
): Promise<"searched" | "failed" | "no cluster"> {
  const { lifecycle, clock, log, meter, grace, policy, signal } = context;
  try {
    for (const task of await lifecycle.unclaimedTasks(cluster, node.id, signal)) {
      const wanted = policy();
      if (wanted === "ignore" || clock.monotonic() - task.since < grace()) continue;
      if (isAwaited(task, clock)) continue;
      if (node.toldBy === "an agent" && !await isNotNeeded(context, task)) continue;
      if (lifecycle.settleOrphan(task, wanted) !== "new") continue;
      meter.record({ kind: "orphan", action: wanted });
      log.warn("an ECS task of this node belongs to no allocation", {
        arn: task.ref.arn,
        cluster: cluster.name,
        alloc_id: task.owner.allocId,
        stopped: wanted === "stop",
      });
    }
    return "searched";
  } catch (error) {
    log.debug("looking for orphans failed", { cluster: cluster.name, error });
    return verdictOn("search", error) === "final" ? "no cluster" : "failed";
  }
}

/**
 * Whether Nomad proves that nobody needs a task. The search relies on that before the first task: the node's
 * own process, which would have claimed the task, may be another one.
 */
async function isNotNeeded(
  { nomad, signal }: OrphanContext,
  { ref, owner, index, left }: UnclaimedTask,
): Promise<boolean> {
  const task = { ref, owner, createdAt: undefined, index, left };
  const known = new Set([owner.nodeId]);
  // The agent that answers runs this very node now, so what the node has left is this Nomad's to end.
  const ours = new Set([ref.arn]);
  const need = await nomad.ask(
    { kind: "others" },
    (api, bounded) => needOnWorkingNode({ api, known, ours }, task, bounded),
    signal,
  );
  return need?.kind === "not needed";
}

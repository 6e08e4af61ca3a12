import { clusterKey, type ClusterRef } from "../aws/cluster_ref.ts";
import type { Clock } from "../clock.ts";
import { eachSideBySide } from "../side_by_side.ts";

/** What searches go by that are made again and again. */
export type RoundContext = {
  readonly clock: Clock;
  /** Milliseconds after which what a search finds is to be settled. */
  readonly grace: () => number;
  /** Aborts when the grace may have changed. */
  readonly changed: () => AbortSignal;
  readonly signal: AbortSignal;
};

/** Shortest time between rounds in milliseconds; their calls come out of the same budget. */
const shortestInterval = 5_000;
/** Longest time between rounds in milliseconds. */
const longestInterval = 300_000;

/**
 * Resolves when the next round is due: after half of the grace, from 5 s to 5 minutes. Where the grace
 * changes meanwhile, the wait begins anew with it. Resolves at once when the signal aborts.
 */
export async function nextRound(
  { clock, grace, changed, signal }: RoundContext,
): Promise<void> {
  for (let wait = changed(); !signal.aborted; wait = changed()) {
    const pause = Math.min(longestInterval, Math.max(shortestInterval, grace() / 2));
    await clock.sleep(pause, AbortSignal.any([signal, wait]));
    if (!wait.aborted) return;
  }
}

/** Clusters that one search looks through at the same time. */
const mostAtOnce = 32;

/**
 * Searches clusters side by side, and resolves when all were searched. Each is looked for in the time that
 * AWS takes for it: a jobspec may name clusters by the hundred of which none answers, as those of a region
 * that this client cannot reach.
 */
export async function searchEach(
  clusters: readonly ClusterRef[],
  search: (cluster: ClusterRef) => Promise<void>,
): Promise<void> {
  await eachSideBySide(clusters, mostAtOnce, search);
}

/** Forgets what a search remembers, by `clusterKey`, of clusters that are not searched any more. */
export function keepThose(
  memories: Map<string, unknown>,
  clusters: readonly ClusterRef[],
): void {
  const searched = new Set(clusters.map(clusterKey));
  for (const key of memories.keys()) if (!searched.has(key)) memories.delete(key);
}

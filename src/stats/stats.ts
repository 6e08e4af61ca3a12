/**
 * What ECS tasks use of CPU and memory, as Container Insights measures it: the face of this folder.
 *
 * `collector.ts` reads once a minute for each cluster, out of `log_events.ts` or `metrics.ts`;
 * `insights.ts` asks for the cluster's setting, `state.ts` says why nothing is read, and `usage.ts` is
 * what one measurement tells.
 *
 * @example
 * ```ts
 * const stats = createStats({ callerOf, mode, changed, clock, random, log, signal });
 * const leave = stats.read(task, ({ at, cpuUnits }) => log.info("measured", { at, cpuUnits }));
 * ```
 *
 * @module
 */
import { clusterKey, type ClusterRef, type TaskRef } from "../aws/cluster_ref.ts";
import { type Collector, createCollector, type StatsContext } from "./collector.ts";
import { attributeOf } from "./state.ts";
import type { Usage } from "./usage.ts";

export type { StatsContext } from "./collector.ts";
export type { StatsMode } from "./state.ts";
export { cpuPercent, type Usage } from "./usage.ts";

/** What ECS tasks use, for whom it concerns. */
export type Stats = {
  /**
   * Calls back with each usage of the task that is measured from now on, once, and never where none is
   * known. Returns a function that removes the listener. AWS is asked only for tasks that somebody reads.
   */
  read(task: TaskRef, onUsage: (usage: Usage) => void): () => void;
  /** What the node's attribute `driver.ecs.stats` says of a cluster; undefined where it says nothing. */
  attribute(cluster: ClusterRef): string | undefined;
};

/** Makes the stats. It calls AWS only once somebody reads. */
export function createStats(context: StatsContext): Stats {
  const collectors = new Map<string, Collector>();
  return {
    read: (task, onUsage) => {
      const key = clusterKey(task.cluster);
      const collector = collectors.get(key) ?? createCollector(context, task);
      collectors.set(key, collector);
      return collector.add(task, onUsage);
    },
    attribute: (cluster) => {
      const collector = collectors.get(clusterKey(cluster));
      return collector === undefined ? undefined : attributeOf(collector.state());
    },
  };
}

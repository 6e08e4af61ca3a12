import { clusterKey, type ClusterRef } from "../aws/cluster_ref.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { RemoteTask } from "./task/remote_task.ts";
import type { WatchHealth } from "./watch/watcher.ts";

/** What telling of outages needs. */
export type OutageContext = {
  /** The tasks whose users are told. */
  readonly tasks: () => Iterable<RemoteTask>;
  /** Milliseconds without a usable answer before the users are told. */
  readonly unhealthyAfter: () => number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Keys of the clusters whose outage has been told. */
  readonly told: Set<string>;
};

/** Tells the users of a cluster's tasks, once each, that ECS gives no answers and that it does again. */
export function noteHealth(context: OutageContext, cluster: ClusterRef, health: WatchHealth): void {
  const { told, clock, log, unhealthyAfter } = context;
  const key = clusterKey(cluster);
  switch (health.kind) {
    case "answering":
      if (!told.delete(key)) return;
      log.info("ECS answers again", { cluster: cluster.name });
      tellAll(context, key, "ECS answers again");
      return;
    case "idle":
      told.delete(key);
      return;
    case "failing": {
      const lasted = clock.monotonic() - health.since;
      if (told.has(key) || lasted < unhealthyAfter()) return;
      told.add(key);
      const error = health.error.message;
      log.error("ECS gives no usable answer", { cluster: cluster.name, error });
      const seconds = Math.round(lasted / 1_000);
      tellAll(
        context,
        key,
        `ECS has given no usable answer for ${seconds} s; the task counts as running until ECS says ` +
          `otherwise: ${error}`,
      );
      return;
    }
  }
}

function tellAll({ tasks }: OutageContext, key: string, message: string): void {
  for (const task of tasks()) if (clusterKey(task.ref.cluster) === key) task.tell(message);
}

import type { CallOptions } from "../../aws/caller.ts";
import { clusterKey } from "../../aws/cluster_ref.ts";
import { orAborted } from "../../aws/retry.ts";
import {
  allTasksOf,
  type DescribedTask,
  liveTasks,
  type SearchedCluster,
} from "./cluster_tasks.ts";

/**
 * Scans of whole clusters, each shared by all who ask for it. A scan costs one ListTasks and one
 * DescribeTasks for each hundred tasks of the cluster. At most one scan of a cluster is under way, so a
 * burst of questions costs two: one that the first question begins, and one for all that come meanwhile.
 */
export type ClusterScans = {
  /**
   * All live tasks of a cluster, from a scan that began after the question: an earlier scan may have
   * described a task before its tags were set. Rejects with an `EcsError`, or with the signal's reason.
   */
  liveTasks(cluster: SearchedCluster, signal: AbortSignal): Promise<readonly DescribedTask[]>;
};

/** A scan that has not begun. */
type Planned = {
  readonly tasks: Promise<readonly DescribedTask[]>;
  /** Aborts when nobody waits for the scan any more. */
  readonly abandoned: AbortController;
  waiting: number;
};

/** The scans of one cluster. */
type Queue = {
  /** Settles when the scan that is under way does. */
  last: Promise<unknown>;
  next: Planned | undefined;
};

/** One reason for all, as each new one would cost a stack trace. */
const nobodyWaits = new Error("nobody waits for the scan");

/** Makes scans, of which none is under way. */
export function createClusterScans(): ClusterScans {
  const queues = new Map<string, Queue>();
  return {
    liveTasks: (searched, signal) => {
      const key = clusterKey(searched.cluster);
      const queue = queues.get(key) ?? { last: Promise.resolve(), next: undefined };
      queues.set(key, queue);
      // Jobs may name any number of clusters: only those with a scan under way are remembered.
      const planned = queue.next ?? plan(queue, searched, () => queues.delete(key));
      return join(queue, planned, signal);
    },
  };
}

/** Plans a scan. `onIdle` is told when the queue's last scan has settled. */
function plan(queue: Queue, searched: SearchedCluster, onIdle: () => void): Planned {
  const abandoned = new AbortController();
  const begin = () => {
    // A question from now on needs another scan: it may be about a task that this one misses.
    if (queue.next === planned) queue.next = undefined;
    abandoned.signal.throwIfAborted();
    const options: CallOptions = {
      target: allTasksOf(searched.cluster),
      priority: "act",
      signal: abandoned.signal,
    };
    return liveTasks(searched, undefined, options);
  };
  const planned = { tasks: queue.last.then(begin), abandoned, waiting: 0 };
  queue.next = planned;
  // Those who wait for the scan are told of its failure.
  const last = planned.tasks.then(() => {}, () => {}).then(() => {
    if (queue.last === last) onIdle();
  });
  queue.last = last;
  return planned;
}

/** Waits for a scan, which ends early when all who wait for it have gone. */
async function join(
  queue: Queue,
  planned: Planned,
  signal: AbortSignal,
): Promise<readonly DescribedTask[]> {
  planned.waiting += 1;
  try {
    return await orAborted(planned.tasks, signal);
  } finally {
    planned.waiting -= 1;
    if (planned.waiting === 0) {
      if (queue.next === planned) queue.next = undefined;
      planned.abandoned.abort(nobodyWaits);
    }
  }
}

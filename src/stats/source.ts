/** Where the usage of tasks is read: `log_events.ts` and `metrics.ts` are the sources. */
import type { EcsCaller } from "../aws/caller.ts";
import {
  type ClusterRef,
  parseClusterArn,
  parseTaskArn,
  type TaskRef,
} from "../aws/cluster_ref.ts";
import type { Usage } from "./usage.ts";

/** A task whose usage is wanted. */
export type WantedTask = {
  readonly arn: string;
  /** The last part of its ARN, by which Container Insights names it. */
  readonly id: string;
  /** Only what was measured after this is wanted, in milliseconds since the Unix epoch. */
  readonly since: number;
};

/** What one reading of a cluster's tasks goes by. */
export type Reading = {
  readonly caller: EcsCaller;
  readonly cluster: ClusterRef;
  /** The cluster's name, also where its reference has the ARN. */
  readonly clusterName: string;
  readonly wanted: readonly WantedTask[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Takes what is found, in any order, as soon as it is. */
  readonly onUsage: (taskId: string, usage: Usage) => void;
};

/** What was measured longer ago than these milliseconds is read no more. */
export const longestLookBack = 600_000;

/** When a reading of these tasks begins, in milliseconds since the Unix epoch. */
export function startOf(wanted: readonly WantedTask[], now: number, lookBack: number): number {
  const since = wanted.reduce((earliest, task) => Math.min(earliest, task.since), now);
  return Math.max(0, Math.floor(since) + 1, now - lookBack);
}

/** The name of a task's cluster, which is a part of its ARN in the long format. */
export function clusterNameOf({ arn, cluster }: TaskRef): string {
  return parseTaskArn(arn)?.cluster ?? parseClusterArn(cluster.name)?.name ??
    cluster.name;
}

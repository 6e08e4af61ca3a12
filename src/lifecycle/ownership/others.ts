import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef, type TaskRef } from "../../aws/cluster_ref.ts";
import { attemptOf, batchSize } from "../../aws/operations.ts";
import { listAll } from "../../aws/pages.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { isLive } from "../start/find_live.ts";
import { type LeftTo, leftTo, ownerInTags, taggedIndex } from "./tags.ts";

/** A live ECS task that is tagged as another node's. */
export type OthersTask = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  /** The `startedBy` under which a start of the owner's allocation looks for it. */
  readonly index: string;
  /** The allocation that it was left to, which has not taken it. */
  readonly left: LeftTo | undefined;
};

/** What a search for other nodes' tasks has found. */
export type TasksOfOthers = {
  /** ARNs of all tasks of the cluster that are wanted running. */
  readonly listed: ReadonlySet<string>;
  /** Those that were described now. */
  readonly described: readonly OthersTask[];
};

/**
 * Searches a cluster for live tasks that our drivers on other nodes have started. `isSettled` names
 * the tasks that need no look now. Rejects with an `EcsError` when ECS does not answer.
 */
export async function findOthers(
  caller: EcsCaller,
  cluster: ClusterRef,
  nodeId: string,
  isSettled: (arn: string) => boolean,
  signal: AbortSignal,
): Promise<TasksOfOthers> {
  const target = `of ${clusterInWords(cluster)}`;
  const options = { target, priority: "housekeeping", signal } as const;
  const listed = await listAll(attemptOf("listTasks", target), async (nextToken) => {
    const page = await caller.call("listTasks", {
      cluster: cluster.name,
      ...(nextToken === undefined ? {} : { nextToken }),
    }, options);
    return { items: page.taskArns ?? [], nextToken: page.nextToken };
  });
  const open = [...listed].filter((arn) => !isSettled(arn));
  const described: OthersTask[] = [];
  for (let at = 0; at < open.length; at += batchSize) {
    const { tasks = [] } = await caller.call("describeTasks", {
      cluster: cluster.name,
      tasks: open.slice(at, at + batchSize),
      include: ["TAGS"],
    }, options);
    for (const task of tasks) {
      const { taskArn: arn, tags = [], startedBy } = task;
      if (arn === undefined || !isLive(task)) continue;
      const owner = ownerInTags(tags);
      if (owner.nodeId === "" || owner.allocId === "" || owner.nodeId === nodeId) continue;
      const index = taggedIndex(tags, startedBy);
      described.push({ ref: { arn, cluster }, owner, index, left: leftTo(tags) });
    }
  }
  return { listed, described };
}

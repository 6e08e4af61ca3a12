import type { EcsCaller } from "../../aws/caller.ts";
import type { ClusterRef, TaskRef } from "../../aws/cluster_ref.ts";
import type { TaskIdentity } from "../task_identity.ts";
import {
  allTasksOf,
  type DescribedTask,
  describeTasks,
  isLive,
  listTasks,
} from "./cluster_tasks.ts";
import { type LeftTo, leftTo, ownerInTags, taggedIndex } from "./tags.ts";
import { isDriversTask } from "./whose.ts";

/** A live ECS task whose tags name the node and the allocation that it is of. */
export type OthersTask = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  /** When ECS made it, in milliseconds since the epoch by AWS's clock; undefined where ECS does not tell. */
  readonly createdAt: number | undefined;
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
  const options = { target: allTasksOf(cluster), priority: "housekeeping", signal } as const;
  const listed = await listTasks({ cluster, caller }, undefined, options);
  const open = listed.filter((arn) => !isSettled(arn));
  const described: OthersTask[] = [];
  for (const task of await describeTasks({ cluster, caller }, open, options)) {
    const found = taggedTask(task, cluster);
    if (found === undefined || found.owner.nodeId === nodeId) continue;
    described.push(found);
  }
  return { listed: new Set(listed), described };
}

/** A described task as its tags have it. Undefined unless it is live, a driver's, and fully tagged. */
export function taggedTask(task: DescribedTask, cluster: ClusterRef): OthersTask | undefined {
  const { taskArn: arn, tags = [], startedBy } = task;
  if (!isLive(task) || !isDriversTask(startedBy)) return undefined;
  const owner = ownerInTags(tags);
  if (owner.nodeId === "" || owner.allocId === "") return undefined;
  const index = taggedIndex(tags, startedBy);
  const createdAt = task.createdAt?.getTime();
  return { ref: { arn, cluster }, owner, createdAt, index, left: leftTo(tags) };
}

import type { EcsCaller } from "../../aws/caller.ts";
import { listAll } from "../../aws/pages.ts";
import { ownerInTags, taggedIndex } from "./tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { clusterInWords, clusterKey, type ClusterRef } from "../../aws/cluster_ref.ts";
import { batchSize } from "../../aws/operations.ts";

/** An ECS task that its tags name as the node's, and whose they say it is. */
export type NodeTask = {
  readonly arn: string;
  readonly owner: TaskIdentity;
  /** The `startedBy` under which a start of the owner's allocation looks for it. */
  readonly index: string;
};

/** Searches a cluster for the ECS tasks of a node. */
export type NodeSearch = (
  where: { cluster: ClusterRef; caller: EcsCaller; nodeId: string },
  /** Whether a task is accounted for, by its ARN, or is about to be, by its `startedBy`. */
  known: { arn: (arn: string) => boolean; index: (startedBy: string) => boolean },
  signal: AbortSignal,
) => Promise<NodeTask[]>;

/**
 * Makes a search that answers the tasks that are wanted running, tagged as the node's and not known. It rejects when ECS does not answer. A task that is tagged as somebody else's is described
 * just once.
 */
export function createNodeSearch(): NodeSearch {
  /** By cluster and node. */
  const foreignTasks = new Map<string, Set<string>>();

  return async ({ cluster, caller, nodeId }, known, signal) => {
    const key = `${clusterKey(cluster)} ${nodeId}`;
    const foreign = foreignTasks.get(key) ?? new Set();
    foreignTasks.set(key, foreign);
    const options = {
      target: `of ${clusterInWords(cluster)}`,
      priority: "housekeeping" as const,
      signal,
    };
    const listed = await listAll(`ListTasks ${options.target}`, async (nextToken) => {
      const page = await caller.call("listTasks", {
        cluster: cluster.name,
        ...(nextToken === undefined ? {} : { nextToken }),
      }, options);
      return { items: page.taskArns ?? [], nextToken: page.nextToken };
    });
    const unknown: string[] = [];
    for (const arn of listed) {
      // A known task may be orphaned later: drop it from the cache of foreign tasks.
      if (known.arn(arn)) foreign.delete(arn);
      else if (!foreign.has(arn)) unknown.push(arn);
    }

    const found: NodeTask[] = [];
    for (let at = 0; at < unknown.length; at += batchSize) {
      const { tasks = [] } = await caller.call("describeTasks", {
        cluster: cluster.name,
        tasks: unknown.slice(at, at + batchSize),
        include: ["TAGS"],
      }, options);
      for (const { taskArn: arn, tags = [], startedBy } of tasks) {
        if (arn === undefined) continue;
        const owner = ownerInTags(tags);
        const index = taggedIndex(tags, startedBy);
        if (owner.nodeId !== nodeId) foreign.add(arn);
        else if (!known.index(index)) found.push({ arn, owner, index });
      }
    }
    for (const arn of foreign) if (!listed.has(arn)) foreign.delete(arn);
    return found;
  };
}

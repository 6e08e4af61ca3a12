import type { EcsCaller } from "../../aws/caller.ts";
import { taggedOwner } from "./tags.ts";
import { describeScope, type Scope, scopeKey } from "../../aws/cluster_ref.ts";
import { batchSize } from "../watch/poller.ts";

/** Searches a cluster for the ECS tasks of a node. */
export type NodeSearch = (
  where: { scope: Scope; caller: EcsCaller; nodeId: string },
  /** Whether a task is accounted for, by its ARN, or is about to be, by its `startedBy`. */
  known: { arn: (arn: string) => boolean; index: (startedBy: string) => boolean },
  signal: AbortSignal,
) => Promise<string[]>;

/**
 * Makes a search that answers the ARNs of tasks that are wanted running, tagged as the node's and not
 * known. It rejects when ECS does not answer. A task that is tagged as somebody else's is described
 * just once.
 */
export function createNodeSearch(): NodeSearch {
  /** By cluster and node. */
  const foreignTasks = new Map<string, Set<string>>();

  return async ({ scope, caller, nodeId }, known, signal) => {
    const key = `${scopeKey(scope)} ${nodeId}`;
    const foreign = foreignTasks.get(key) ?? new Set();
    foreignTasks.set(key, foreign);
    const options = {
      target: `of ${describeScope(scope)}`,
      priority: "housekeeping" as const,
      signal,
    };
    const unknown: string[] = [];
    const listed = new Set<string>();
    let nextToken: string | undefined;
    do {
      const page = await caller.call("listTasks", {
        cluster: scope.cluster,
        ...(nextToken === undefined ? {} : { nextToken }),
      }, options);
      for (const arn of page.taskArns ?? []) {
        listed.add(arn);
        // What is looked after here may have been somebody else's, and may become an orphan of ours.
        if (known.arn(arn)) foreign.delete(arn);
        else if (!foreign.has(arn)) unknown.push(arn);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);

    const found: string[] = [];
    for (let at = 0; at < unknown.length; at += batchSize) {
      const { tasks = [] } = await caller.call("describeTasks", {
        cluster: scope.cluster,
        tasks: unknown.slice(at, at + batchSize),
        include: ["TAGS"],
      }, options);
      for (const { taskArn, tags = [], startedBy = "" } of tasks) {
        if (taskArn === undefined) continue;
        if (taggedOwner(tags).nodeId !== nodeId) foreign.add(taskArn);
        else if (!known.index(startedBy)) found.push(taskArn);
      }
    }
    for (const arn of foreign) if (!listed.has(arn)) foreign.delete(arn);
    return found;
  };
}

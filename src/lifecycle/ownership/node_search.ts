import {
  allTasksOf,
  type DescribedTask,
  describeTasks,
  listTasks,
  type SearchedCluster,
} from "./cluster_tasks.ts";
import type { Ledger, UnclaimedTask } from "./ledger.ts";
import { leftTo, ownerInTags, taggedIndex } from "./tags.ts";
import { isDriversTask } from "./whose.ts";

/** Where a search looks and for whose tasks. */
export type SearchContext = SearchedCluster & {
  readonly ledger: Ledger<object>;
  /** The Nomad client whose tasks are looked for. */
  readonly nodeId: string;
  readonly signal: AbortSignal;
};

/**
 * Searches a cluster for ECS tasks that are wanted running, were started by a driver and are tagged as
 * the node's, and enters what it finds in the ledger. Answers those that no allocation has shown to
 * have and no start is about to take. Only tasks of which the ledger cannot tell whose they are get
 * described. Rejects with an `EcsError` when ECS does not answer.
 */
export async function findUnclaimed(context: SearchContext): Promise<UnclaimedTask[]> {
  const { ledger, cluster, signal } = context;
  const options = { target: allTasksOf(cluster), priority: "housekeeping" as const, signal };
  const listed = await listTasks(context, undefined, options);
  const unknown = listed.filter((arn) => ledger.isUnknown(arn));
  const tasks = await describeTasks(context, unknown, options);
  const unclaimed = tasks.flatMap((task) => enter(context, task) ?? []);
  ledger.listed(cluster, new Set(listed));
  return unclaimed;
}

/** Enters a task in the ledger. Answers it if it is the node's and unclaimed. */
function enter(
  { cluster, ledger, nodeId }: SearchContext,
  { taskArn: arn, tags, startedBy }: DescribedTask,
): UnclaimedTask | undefined {
  // An answer that leaves out a task's tags or `startedBy` tells nothing. The next one may have them.
  if (tags === undefined) return undefined;
  const ref = { arn, cluster };
  const owner = ownerInTags(tags);
  const index = taggedIndex(tags, startedBy);
  const isCut = startedBy === undefined && owner.nodeId === nodeId;
  if (isCut || ledger.isStarting(index)) return undefined;
  if (!isDriversTask(startedBy) || owner.nodeId !== nodeId) {
    ledger.foundForeign(ref);
    return undefined;
  }
  const since = ledger.found({ ref, owner });
  return since === undefined ? undefined : { ref, owner, index, since, left: leftTo(tags) };
}

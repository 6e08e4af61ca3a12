import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";
import { attemptOf, batchSize } from "../../aws/operations.ts";
import { listAll } from "../../aws/pages.ts";
import type { Ledger, UnclaimedTask } from "./ledger.ts";
import { ownerInTags, taggedIndex } from "./tags.ts";

/** Where a search looks and for whose tasks. */
export type SearchContext = {
  readonly cluster: ClusterRef;
  readonly caller: EcsCaller;
  readonly ledger: Ledger<object>;
  /** The Nomad client whose tasks are looked for. */
  readonly nodeId: string;
  readonly signal: AbortSignal;
};

/**
 * Searches a cluster for ECS tasks that are wanted running and tagged as the node's, and enters what it
 * finds in the ledger. Answers those that no allocation has shown to have and no start is about to
 * take. Only tasks of which the ledger cannot tell whose they are get described. Rejects with an
 * `EcsError` when ECS does not answer.
 */
export async function findUnclaimed(context: SearchContext): Promise<UnclaimedTask[]> {
  const { ledger, cluster } = context;
  const listed = await listTasks(context);
  const unknown = [...listed].filter((arn) => ledger.isUnknown(arn));
  const unclaimed: UnclaimedTask[] = [];
  for (let at = 0; at < unknown.length; at += batchSize) {
    unclaimed.push(...await readTags(context, unknown.slice(at, at + batchSize)));
  }
  ledger.listed(cluster, listed);
  return unclaimed;
}

async function listTasks(context: SearchContext): Promise<Set<string>> {
  const { caller, cluster } = context;
  const options = callOptions(context);
  return await listAll(attemptOf("listTasks", options.target), async (nextToken) => {
    const page = await caller.call("listTasks", {
      cluster: cluster.name,
      ...(nextToken === undefined ? {} : { nextToken }),
    }, options);
    return { items: page.taskArns ?? [], nextToken: page.nextToken };
  });
}

/** Reads whose these tasks are. Answers those of the node that are unclaimed. */
async function readTags(context: SearchContext, arns: string[]): Promise<UnclaimedTask[]> {
  const { caller, cluster, ledger, nodeId } = context;
  const { tasks = [] } = await caller.call("describeTasks", {
    cluster: cluster.name,
    tasks: arns,
    include: ["TAGS"],
  }, callOptions(context));
  return tasks.flatMap(({ taskArn: arn, tags = [], startedBy }) => {
    if (arn === undefined) return [];
    const ref = { arn, cluster };
    const owner = ownerInTags(tags);
    const index = taggedIndex(tags, startedBy);
    if (ledger.isStarting(index)) return [];
    if (owner.nodeId !== nodeId) {
      ledger.foundForeign(ref);
      return [];
    }
    const since = ledger.found({ ref, owner });
    return since === undefined ? [] : [{ ref, owner, index, since }];
  });
}

function callOptions({ cluster, signal }: SearchContext) {
  return { target: `of ${clusterInWords(cluster)}`, priority: "housekeeping" as const, signal };
}

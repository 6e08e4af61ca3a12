import { clusterKey } from "../../aws/cluster_ref.ts";
import type { Adoption, Predecessors } from "../ownership/adopt.ts";
import type { DescribedTask } from "../ownership/cluster_tasks.ts";
import { ownerInTags, startedBy } from "../ownership/tags.ts";
import { type Asking, type StartContext, type StartRequest, tell } from "./context.ts";
import { searchSettled, stopsAcknowledged } from "./stops_pending.ts";
import { findPredecessors, moveTags, stopReplaced } from "./predecessors.ts";
import { untilListed } from "./until_listed.ts";

/**
 * Whether the allocation has an ECS task of its own, which an earlier start has asked for; `none by now`
 * where that took a wait.
 */
export type OwnTask<Own> =
  | { readonly kind: "none" | "none by now" }
  | { readonly kind: "own"; readonly own: Own };

/** What a start finds of its predecessors' ECS tasks. */
export type Taken<Own> =
  | { readonly kind: "none" }
  | { readonly kind: "taken"; readonly task: DescribedTask }
  | { readonly kind: "own"; readonly own: Own };

/**
 * Takes over the ECS task of an allocation that this one replaces: one that was left to this allocation,
 * or whose client was lost. Stops first the tasks that it may not take over, such as one of another
 * version of the job. Takes none where `ownTask` finds one of this allocation, which it is asked for only
 * where there is one to take. Rejects with the signal's reason when it aborts.
 */
export async function takeFromPredecessor<Own>(
  context: StartContext,
  request: StartRequest,
  asking: Asking,
  ownTask: () => Promise<OwnTask<Own>>,
): Promise<Taken<Own>> {
  const { predecessors } = request;
  if (predecessors === undefined) return { kind: "none" };
  const { mayTakeOver } = context.remoteTasks.ledger;
  while (true) {
    const { take, stop } = await searchPredecessors(context, request, predecessors, asking);
    if (stop.length > 0) {
      await endPredecessors(context, request, stop, asking);
      // Search again: the task to take may have ended, or may be stopped by now.
      continue;
    }
    if (take === undefined) return { kind: "none" };
    const own = await ownTask();
    if (own.kind === "own") return own;
    // The task to take may have ended meanwhile.
    if (own.kind === "none by now") continue;
    await takeOver(context, request, take, asking);
    // The search for forsaken tasks may have had it stopped while AWS did not move the tags.
    if (!mayTakeOver(take.taskArn)) continue;
    context.meter.record({ kind: "hand-over", direction: "taken" });
    return { kind: "taken", task: take };
  }
}

/** Searches until no stop of what it finds is pending. */
async function searchPredecessors(
  context: StartContext,
  request: StartRequest,
  predecessors: Predecessors,
  asking: Asking,
): Promise<Adoption> {
  const { owner } = request;
  const { mayTakeOver } = context.remoteTasks.ledger;
  const own = {
    mayTakeOver,
    under: (indexes: readonly string[]) => runningUnder(context, indexes),
  };
  const allocIds = predecessors.chain.map(({ allocId }) => allocId);
  const indexes = [owner.allocId, ...allocIds].map((allocId) =>
    startedBy({ allocId, name: owner.name })
  );
  const search = () => findPredecessors(context, owner, predecessors, own, asking);
  while (true) {
    const found = await searchSettled(context, request, indexes, asking, search);
    // Where Nomad has forgotten a task's allocation, the task's stop is pending under another index.
    if (await anyStopAcknowledged(context, request, found.ending, asking)) continue;
    // Tasks that are to end need no wait: the search is made again once they have.
    if (found.stop.length > 0) return found;
    const listed = new Set([found.take, ...found.ending].map((task) => task?.startedBy));
    const unlisted = allocIds.filter((allocId) =>
      !listed.has(startedBy({ allocId, name: owner.name }))
    );
    if (!await untilListed(context, request, unlisted, asking.signal)) return found;
  }
}

/** ARNs of the cluster's tasks that this process looks after under these indexes, and that are to run. */
function runningUnder(
  { remoteTasks: { ledger }, cluster }: StartContext,
  indexes: readonly string[],
): string[] {
  const arns: string[] = [];
  if (indexes.length === 0) return arns;
  for (const keeper of ledger.keepers()) {
    const { ref: { arn }, index } = keeper;
    if (!indexes.includes(index) || clusterKey(keeper.ref.cluster) !== clusterKey(cluster)) {
      continue;
    }
    const state = keeper.state();
    const isEnding = state.kind === "ended" ||
      (state.kind !== "unseen" && state.snapshot?.desiredStatus === "STOPPED");
    if (!isEnding && ledger.mayTakeOver(arn)) arns.push(arn);
  }
  return arns;
}

/** Waits for the pending stops of these tasks. Answers whether there was one. */
async function anyStopAcknowledged(
  context: StartContext,
  request: StartRequest,
  tasks: readonly DescribedTask[],
  asking: Asking,
): Promise<boolean> {
  const { ledger } = context.remoteTasks;
  const indexes = tasks.flatMap(({ taskArn }) =>
    ledger.keepersOf(taskArn).map(({ index }) => index)
  );
  const isPending = indexes.some((index) => ledger.stopsPending(index) !== undefined);
  await stopsAcknowledged(context, request, indexes, asking);
  return isPending;
}

/** Has ECS stop tasks of earlier allocations, and waits until it has acknowledged that. */
async function endPredecessors(
  context: StartContext,
  request: StartRequest,
  tasks: readonly DescribedTask[],
  asking: Asking,
): Promise<void> {
  const { remoteTasks: { ledger }, log } = context;
  const { owner } = request;
  const indexes = new Set([startedBy(owner)]);
  for (const task of tasks) {
    const { taskArn: arn, tags = [] } = task;
    log.warn("stopping the ECS task of an earlier allocation", {
      arn,
      alloc_id: ownerInTags(tags).allocId,
      replaced_by: owner.allocId,
    });
    tell(
      request,
      `Stopping ECS task ${arn} of an earlier allocation: this one does not take it over`,
    );
    // Where this client looks after the task already, its stop is pending under the earlier index.
    for (const keeper of ledger.keepersOf(arn)) indexes.add(keeper.index);
    stopReplaced(context, task, owner);
  }
  await stopsAcknowledged(context, request, indexes, asking);
}

async function takeOver(
  context: StartContext,
  { owner }: StartRequest,
  take: DescribedTask,
  asking: Asking,
): Promise<void> {
  const { cluster, remoteTasks } = context;
  try {
    await moveTags(context, take, owner, asking);
  } finally {
    // AWS may have moved the tags although the call failed. Then this node has to end the task.
    remoteTasks.ledger.found({ ref: { arn: take.taskArn, cluster }, owner });
  }
}

import type { TaskRef } from "../../aws/cluster_ref.ts";
import type { Predecessors } from "../ownership/adopt.ts";
import { leftTo } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { StartContext } from "./context.ts";
import { findPredecessors, stopReplaced } from "./predecessors.ts";

/** A task with an ECS task of its own, whose start did not know of these predecessors. */
export type TaskInDoubt = {
  /** Its own ECS task. */
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  readonly predecessors: Predecessors;
  /** Whether the task still has its own ECS task: else the next start takes an earlier one over. */
  readonly isOpen: () => boolean;
};

/**
 * Has ECS stop the ECS tasks of predecessors that run beside a task's own: those that the task's start would have
 * taken over or stopped. One that was left to an allocation outside the chain is somebody else's. Answers their
 * ARNs. Asks until ECS answers. Rejects with the signal's reason when it aborts.
 */
export async function stopDoubles(
  context: StartContext,
  { ref, owner, predecessors, isOpen }: TaskInDoubt,
  signal: AbortSignal,
): Promise<string[]> {
  const { remoteTasks: { ledger }, log } = context;
  // A task that is claimed ends with its own allocation. Nobody ends the task of a start whose answer was lost.
  const isFree = (arn: string) => ledger.mayTakeOver(arn) && !ledger.isClaimed(arn);
  const { take, stop } = await findPredecessors(
    context,
    owner,
    predecessors,
    { mayTakeOver: isFree, under: () => [] },
    { signal, retrying: () => {} },
  );
  const chain = [owner.allocId, ...predecessors.chain.map(({ allocId }) => allocId)];
  const doubles = [take, ...stop].flatMap((task) => {
    if (task === undefined || task.taskArn === ref.arn) return [];
    const left = leftTo(task.tags ?? []);
    return left === undefined || chain.includes(left.allocId) ? [task] : [];
  });
  if (!isOpen()) return [];
  for (const task of doubles) {
    log.warn("stopping a second ECS task, which an earlier allocation's start has run", {
      arn: task.taskArn,
      kept: ref.arn,
      alloc_id: owner.allocId,
    });
    stopReplaced(context, task, owner);
  }
  return doubles.map(({ taskArn }) => taskArn);
}

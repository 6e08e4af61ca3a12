/**
 * Which ECS tasks of earlier allocations a new allocation finds running: the one that it takes over,
 * and those that have to end first. Tags and Nomad's word decide; nothing here calls AWS.
 */
import type { TaskIdentity } from "../task_identity.ts";
import { byAge, type DescribedTask } from "./cluster_tasks.ts";
import { leftTo, taggedOwner, tagValue } from "./tags.ts";

/** An earlier allocation that Nomad replaced by a new one, and that is over for its client. */
export type Predecessor = {
  readonly allocId: string;
  /**
   * - `same`: it ran what the new allocation is to run;
   * - `other`: it ran another version of the job, or Nomad has forgotten which.
   */
  readonly runs: "same" | "other";
  /** Whether its client was lost, and so could not leave the ECS task to anybody. */
  readonly lost: boolean;
};

/**
 * What Nomad says of a new allocation's predecessors, nearest first. `complete` tells whether that reaches
 * the first allocation. Where Nomad gave no answer, the chain is empty and not complete: then only what
 * is tagged as left to the allocation is its own to take.
 */
export type Predecessors = {
  readonly chain: readonly Predecessor[];
  readonly complete: boolean;
};

/** What becomes of the live ECS tasks of a new allocation's predecessors. */
export type Adoption = {
  /** The task to take over. */
  readonly take: DescribedTask | undefined;
  /** Tasks that have to end before another runs. */
  readonly stop: readonly DescribedTask[];
};

/**
 * What is to become of one task. `rank` orders the tasks that may be taken: the least is that of the
 * allocation which ran last.
 */
type Fate =
  | { readonly kind: "take"; readonly rank: number }
  | { readonly kind: "stop" }
  | { readonly kind: "leave alone" };

/**
 * Decides over the live tasks that a search for predecessors' tasks has found. A task whose tags name an
 * allocation that is not among the predecessors is somebody else's, and is neither taken nor stopped.
 * Where several could be taken, it is the task of the allocation that ran last: users are served by that
 * one. Of two tasks of one allocation it is the older one. `now` is milliseconds since the Unix epoch.
 */
export function adoptionOf(
  found: readonly DescribedTask[],
  owner: TaskIdentity,
  { chain }: Predecessors,
  now: number,
): Adoption {
  let take: { task: DescribedTask; rank: number } | undefined;
  const stop: DescribedTask[] = [];
  for (const task of [...found].sort(byAge)) {
    const fate = fateOf(task, owner, chain, now);
    switch (fate.kind) {
      case "take":
        if (take !== undefined && take.rank <= fate.rank) {
          stop.push(task);
          break;
        }
        if (take !== undefined) stop.push(take.task);
        take = { task, rank: fate.rank };
        break;
      case "stop":
        stop.push(task);
        break;
      case "leave alone":
        break;
    }
  }
  return { take: take?.task, stop };
}

function fateOf(
  { tags = [] }: DescribedTask,
  owner: TaskIdentity,
  chain: readonly Predecessor[],
  now: number,
): Fate {
  const { allocId, task } = taggedOwner(tags);
  // A group's other tasks have ECS tasks of their own.
  if (task !== tagValue(owner.name)) return { kind: "leave alone" };
  // A plugin that died had moved the tags, and Nomad has not stored the handle.
  if (allocId === owner.allocId) return { kind: "take", rank: 0 };
  const left = leftTo(tags);
  if (left?.allocId === owner.allocId) return { kind: "take", rank: 1 };
  // If an allocation never took the task that was left to it, the next allocation gets it, even if Nomad
  // has forgotten the allocation that left it. Both are places in the chain, and -1 for one that is not in it.
  const heir = chain.findIndex((earlier) => earlier.allocId === left?.allocId);
  const runner = chain.findIndex((earlier) => earlier.allocId === allocId);
  const predecessor = chain[runner] ?? chain[heir];
  if (predecessor === undefined) return { kind: "leave alone" };
  // Another allocation that is to replace the same one waits to take it.
  const isAnothers = left !== undefined && heir < 0 && now <= left.until;
  if (isAnothers) return { kind: "leave alone" };
  const isFree = predecessor.lost || heir >= 0;
  if (predecessor.runs !== "same" || !isFree) return { kind: "stop" };
  // The task that an allocation ran itself ranks before one that was left to it.
  return { kind: "take", rank: heir >= 0 ? 3 + 2 * heir : 2 + 2 * runner };
}

/**
 * Which ECS tasks of earlier allocations a new allocation finds running: the one that it takes over,
 * and those that have to end first. Tags and Nomad's word decide; nothing here calls AWS.
 */
import type { Task } from "@aws-sdk/client-ecs";
import type { TaskIdentity } from "../task_identity.ts";
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

/** What Nomad says of a new allocation's predecessors. */
export type Predecessors =
  /** Nearest first. `complete` tells whether it reaches the first allocation. */
  | { readonly kind: "known"; readonly chain: readonly Predecessor[]; readonly complete: boolean }
  /** Nomad gave no answer. Only what is tagged as left to the allocation is its own to take. */
  | { readonly kind: "unanswered" };

/** What becomes of the live ECS tasks of a new allocation's predecessors. */
export type Adoption = {
  /** The task to take over. */
  readonly take: Task | undefined;
  /** Tasks that have to end before another runs. */
  readonly stop: readonly Task[];
};

/**
 * Decides over the live tasks that a search for predecessors' tasks has found. A task whose tags name an
 * allocation that is not among the predecessors is somebody else's, and is neither taken nor stopped.
 * Where two could be taken, the older one is.
 */
export function adoptionOf(
  found: readonly Task[],
  owner: TaskIdentity,
  predecessors: Predecessors,
): Adoption {
  const chain = predecessors.kind === "known" ? predecessors.chain : [];
  let take: Task | undefined;
  const stop: Task[] = [];
  for (const task of [...found].sort(byAge)) {
    switch (fateOf(task, owner, chain)) {
      case "take":
        if (take === undefined) take = task;
        else stop.push(task);
        break;
      case "stop":
        stop.push(task);
        break;
      case "leave alone":
        break;
    }
  }
  return { take, stop };
}

function fateOf(
  { tags = [] }: Task,
  owner: TaskIdentity,
  chain: readonly Predecessor[],
): "take" | "stop" | "leave alone" {
  const { allocId, task } = taggedOwner(tags);
  // A group's other tasks have ECS tasks of their own.
  if (task !== tagValue(owner.name)) return "leave alone";
  // A plugin that died had moved the tags, and Nomad has not stored the handle.
  if (allocId === owner.allocId) return "take";
  const left = leftTo(tags);
  if (left?.allocId === owner.allocId) return "take";
  // What was left to an allocation that never took it is the next one's, also where Nomad has forgotten
  // the one that left it.
  const heir = chain.find((earlier) => earlier.allocId === left?.allocId);
  const predecessor = chain.find((earlier) => earlier.allocId === allocId) ?? heir;
  if (predecessor === undefined) return "leave alone";
  const isFree = predecessor.lost || heir !== undefined;
  return predecessor.runs === "same" && isFree ? "take" : "stop";
}

function byAge(one: Task, other: Task): number {
  return (one.createdAt?.getTime() ?? 0) - (other.createdAt?.getTime() ?? 0);
}

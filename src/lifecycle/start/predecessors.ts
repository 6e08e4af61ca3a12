import { clusterInWords } from "../../aws/cluster_ref.ts";
import { attemptOf } from "../../aws/operations.ts";
import { type Adoption, adoptionOf, type Predecessors } from "../ownership/adopt.ts";
import {
  allTasksOf,
  type DescribedTask,
  liveAmong,
  liveTasks,
} from "../ownership/cluster_tasks.ts";
import { leftTo, ownerInTags, startedBy, taggedOwner, takingTags } from "../ownership/tags.ts";
import { whose } from "../ownership/whose.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { asked } from "./asked.ts";
import type { Asking, LaunchContext, StartContext } from "./context.ts";

/** What becomes of the live ECS tasks of a new allocation's predecessors. */
export type FoundPredecessors = Adoption & {
  /** Tasks that this process has asked ECS to stop: they are neither taken nor stopped again. */
  readonly ending: readonly DescribedTask[];
};

/** What this process knows of ECS tasks by itself. */
export type OwnTasks = {
  /** See `Ledger`. */
  readonly mayTakeOver: (arn: string) => boolean;
  /** ARNs of the cluster's tasks that it looks after under one of these `startedBy`. */
  readonly under: (indexes: readonly string[]) => readonly string[];
};

/**
 * Looks for live ECS tasks of the allocations that a new one replaces, and decides what becomes of
 * them. Makes no call where there is no predecessor. Asks until ECS answers or the signal aborts.
 */
export async function findPredecessors(
  context: LaunchContext,
  owner: TaskIdentity,
  predecessors: Predecessors,
  { mayTakeOver, under }: OwnTasks,
  asking: Asking,
): Promise<FoundPredecessors> {
  const listed = await searchFor(context, owner, predecessors, asking);
  const indexes = predecessors.chain.map(({ allocId }) => startedBy({ allocId, name: owner.name }));
  const unlisted = () =>
    under(indexes).filter((arn) => listed.every(({ taskArn }) => taskArn !== arn));
  const found = [...listed, ...await tasksKnown(context, owner, unlisted, asking)];
  const free = found.filter(({ taskArn }) => mayTakeOver(taskArn));
  const ending = found.filter(({ taskArn }) => !mayTakeOver(taskArn));
  return { ...adoptionOf(free, owner, predecessors, context.clock.now()), ending };
}

async function searchFor(
  context: LaunchContext,
  owner: TaskIdentity,
  { chain, complete }: Predecessors,
  asking: Asking,
): Promise<DescribedTask[]> {
  // ECS keeps the startedBy of the first allocation for ever, and Nomad forgets allocations.
  if (!complete) {
    return await tasksByTags(context, owner, chain.map(({ allocId }) => allocId), asking);
  }
  const found: DescribedTask[] = [];
  for (const { allocId } of chain) {
    found.push(...await tasksStartedBy(context, owner, allocId, asking));
  }
  return found;
}

/** Moves a task's tags to its new owner, so that no other node's driver stops it from now on. */
export async function moveTags(
  context: LaunchContext,
  { taskArn, tags = [] }: DescribedTask,
  owner: TaskIdentity,
  asking: Asking,
): Promise<void> {
  await asked(context, asking, () =>
    context.caller.call("tagResource", {
      resourceArn: taskArn,
      tags: takingTags(tags, owner, context.driverVersion),
    }, { target: taskArn, priority: "act", signal: asking.signal }));
}

/** Has ECS stop a task of an allocation that the owner's replaces. The stop is pending under the owner's index. */
export function stopReplaced(
  { cluster, remoteTasks }: StartContext,
  { taskArn: arn, tags = [] }: DescribedTask,
  owner: TaskIdentity,
): void {
  const earlier = { ref: { arn, cluster }, owner: ownerInTags(tags), index: startedBy(owner) };
  remoteTasks.stopForsaken(earlier, `Nomad replaced the allocation by ${owner.allocId}`);
}

async function tasksStartedBy(
  context: LaunchContext,
  owner: TaskIdentity,
  allocId: string,
  asking: Asking,
): Promise<DescribedTask[]> {
  const index = startedBy({ allocId, name: owner.name });
  const target = `started by ${index} in ${clusterInWords(context.cluster)}`;
  const options = { target, priority: "act", signal: asking.signal } as const;
  return await asked(context, asking, async () => {
    const tasks = await liveTasks(context, index, options);
    return withoutForeign(tasks, owner, target).filter((task) => task.startedBy === index);
  });
}

/** Those of the tasks that live. ECS describes a task before it lists it. */
async function tasksKnown(
  context: LaunchContext,
  owner: TaskIdentity,
  arns: () => readonly string[],
  asking: Asking,
): Promise<DescribedTask[]> {
  const target = `that this client has started in ${clusterInWords(context.cluster)}`;
  const options = { target, priority: "act", signal: asking.signal } as const;
  return await asked(context, asking, async () => {
    const tasks = await liveAmong(
      context,
      arns(),
      options,
      "it does not describe a task that it has started",
    );
    return withoutForeign(tasks, owner, target);
  });
}

/** Live tasks whose tags name the owner's allocation, leave them to it, or name one of `allocIds`. */
async function tasksByTags(
  context: LaunchContext,
  owner: TaskIdentity,
  allocIds: readonly string[],
  asking: Asking,
): Promise<DescribedTask[]> {
  const wanted = new Set([owner.allocId, ...allocIds]);
  return await asked(context, asking, async () => {
    const tasks = await context.scans.liveTasks(context, asking.signal);
    return withoutForeign(tasks, owner, allTasksOf(context.cluster)).filter(({ tags = [] }) =>
      wanted.has(taggedOwner(tags).allocId ?? "") || wanted.has(leftTo(tags)?.allocId ?? "")
    );
  });
}

function withoutForeign(
  tasks: readonly DescribedTask[],
  owner: TaskIdentity,
  target: string,
): DescribedTask[] {
  const attempted = attemptOf("describeTasks", target);
  const claimant = { owner, index: startedBy(owner) };
  return tasks.filter((task) => whose(task, claimant, attempted) !== "foreign");
}

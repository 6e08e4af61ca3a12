import type { CallOptions } from "../../aws/caller.ts";
import type { Task } from "../../aws/ecs_answers.ts";
import { clusterInWords } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import { type Adoption, adoptionOf, type Predecessors } from "../ownership/adopt.ts";
import { describeTasks, isLive, listTasks } from "../ownership/cluster_tasks.ts";
import { leftTo, startedBy, taggedOwner, takingTags } from "../ownership/tags.ts";
import { type Claimant, whose } from "../ownership/whose.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { Asking, LaunchContext } from "./context.ts";

/**
 * Looks for live ECS tasks of the allocations that a new one replaces, and decides what becomes of
 * them. Makes no call where there is no predecessor. Asks until ECS answers or the signal aborts.
 */
export async function findPredecessors(
  context: LaunchContext,
  owner: TaskIdentity,
  predecessors: Predecessors,
  /** See `Ledger`. What this process is stopping is on its way down. */
  mayTakeOver: (arn: string) => boolean,
  asking: Asking,
): Promise<Adoption> {
  const found = await searchFor(context, owner, predecessors, asking);
  return adoptionOf(
    found.filter(({ taskArn }) => taskArn !== undefined && mayTakeOver(taskArn)),
    owner,
    predecessors,
  );
}

async function searchFor(
  context: LaunchContext,
  owner: TaskIdentity,
  predecessors: Predecessors,
  asking: Asking,
): Promise<Task[]> {
  switch (predecessors.kind) {
    case "unanswered":
      return await tasksByTags(context, owner, [], asking);
    case "known": {
      const { chain, complete } = predecessors;
      if (chain.length === 0) return [];
      // ECS keeps the startedBy of the first allocation for ever, and Nomad forgets allocations.
      if (!complete) {
        const ids = chain.map(({ allocId }) => allocId);
        return await tasksByTags(context, owner, ids, asking);
      }
      const found: Task[] = [];
      for (const { allocId } of chain) {
        found.push(...await tasksStartedBy(context, owner, allocId, asking));
      }
      return found;
    }
  }
}

/** Moves a task's tags to its new owner, so that no other node's driver stops it from now on. */
export async function moveTags(
  context: LaunchContext,
  { taskArn = "", tags = [] }: Task,
  owner: TaskIdentity,
  asking: Asking,
): Promise<void> {
  await asked(context, asking, () =>
    context.caller.call("tagResource", {
      resourceArn: taskArn,
      tags: takingTags(tags, owner, context.driverVersion),
    }, { target: taskArn, priority: "act", signal: asking.signal }));
}

async function tasksStartedBy(
  context: LaunchContext,
  owner: TaskIdentity,
  allocId: string,
  asking: Asking,
): Promise<Task[]> {
  const index = startedBy({ allocId, name: owner.name });
  const target = `started by ${index} in ${clusterInWords(context.cluster)}`;
  const options = { target, priority: "act", signal: asking.signal } as const;
  return await asked(context, asking, async () => {
    const tasks = await describeOwn(
      context,
      owner,
      await listTasks(context, index, options),
      options,
    );
    return tasks.filter((task) => task.startedBy === index);
  });
}

/** Live tasks whose tags name the owner's allocation, leave them to it, or name one of `allocIds`. */
async function tasksByTags(
  context: LaunchContext,
  owner: TaskIdentity,
  allocIds: readonly string[],
  asking: Asking,
): Promise<Task[]> {
  const target = `of ${clusterInWords(context.cluster)}`;
  const options = { target, priority: "act", signal: asking.signal } as const;
  const wanted = new Set([owner.allocId, ...allocIds]);
  return await asked(context, asking, async () => {
    const arns = await listTasks(context, undefined, options);
    const tasks = await describeOwn(context, owner, arns, options);
    return tasks.filter(({ tags = [] }) =>
      wanted.has(taggedOwner(tags).allocId ?? "") || wanted.has(leftTo(tags)?.allocId ?? "")
    );
  });
}

/** The live tasks among those that ECS has listed, without foreign ones. */
async function describeOwn(
  context: LaunchContext,
  owner: Claimant["owner"],
  arns: readonly string[],
  options: CallOptions,
): Promise<Task[]> {
  const attempted = attemptOf("describeTasks", options.target);
  const found = await describeTasks(context, arns, options);
  // ECS lists a task some seconds before it describes it.
  if (found.length < arns.length) {
    throw new EcsError("unavailable", attempted, "it does not know a task it listed");
  }
  const claimant = { owner, index: startedBy(owner) };
  return found.filter((task) => isLive(task) && whose(task, claimant, attempted) !== "foreign");
}

function asked<T>(
  { clock, random }: LaunchContext,
  { signal, retrying }: Asking,
  attempt: () => Promise<T>,
): Promise<T> {
  return retry(attempt, { clock, random, signal, judge: askingAgain("start", retrying) });
}

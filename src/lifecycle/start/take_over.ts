import type { Task } from "@aws-sdk/client-ecs";
import { clusterInWords } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf, batchSize } from "../../aws/operations.ts";
import { listAll } from "../../aws/pages.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import { type Adoption, adoptionOf, type Predecessors } from "../ownership/adopt.ts";
import { leftTo, startedBy, taggedOwner, takingTags } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { Asking, LaunchContext } from "./context.ts";
import { isLive } from "./find_live.ts";

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
      const found: Task[] = [];
      for (const { allocId } of chain) {
        found.push(...await tasksStartedBy(context, { allocId, name: owner.name }, asking));
      }
      // ECS keeps the startedBy of the first allocation for ever, and Nomad forgets allocations.
      if (found.length === 0 && !complete) {
        const ids = chain.map(({ allocId }) => allocId);
        found.push(...await tasksByTags(context, owner, ids, asking));
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
  earlier: Pick<TaskIdentity, "allocId" | "name">,
  asking: Asking,
): Promise<Task[]> {
  const { caller, cluster } = context;
  const index = startedBy(earlier);
  const target = `started by ${index} in ${clusterInWords(cluster)}`;
  return await asked(context, asking, async () => {
    const { taskArns = [] } = await caller.call(
      "listTasks",
      { cluster: cluster.name, startedBy: index },
      { target, priority: "act", signal: asking.signal },
    );
    const tasks = await describe(context, taskArns, target, asking.signal);
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
  const { caller, cluster } = context;
  const target = `of ${clusterInWords(cluster)}`;
  const wanted = new Set([owner.allocId, ...allocIds]);
  return await asked(context, asking, async () => {
    const arns = await listAll(attemptOf("listTasks", target), async (nextToken) => {
      const page = await caller.call("listTasks", {
        cluster: cluster.name,
        ...(nextToken === undefined ? {} : { nextToken }),
      }, { target, priority: "act", signal: asking.signal });
      return { items: page.taskArns ?? [], nextToken: page.nextToken };
    });
    const tasks = await describe(context, [...arns], target, asking.signal);
    return tasks.filter(({ tags = [] }) =>
      wanted.has(taggedOwner(tags).allocId ?? "") || wanted.has(leftTo(tags)?.allocId ?? "")
    );
  });
}

async function describe(
  { caller, cluster }: LaunchContext,
  arns: readonly string[],
  target: string,
  signal: AbortSignal,
): Promise<Task[]> {
  const found: Task[] = [];
  for (let at = 0; at < arns.length; at += batchSize) {
    const { tasks = [] } = await caller.call("describeTasks", {
      cluster: cluster.name,
      tasks: arns.slice(at, at + batchSize),
      include: ["TAGS"],
    }, { target, priority: "act", signal });
    found.push(...tasks);
  }
  // ECS lists a task some seconds before it describes it.
  if (found.length < arns.length) {
    throw new EcsError(
      "unavailable",
      attemptOf("describeTasks", target),
      "it does not know a task it listed",
    );
  }
  return found.filter(isLive);
}

function asked<T>(
  { clock, random }: LaunchContext,
  { signal, retrying }: Asking,
  attempt: () => Promise<T>,
): Promise<T> {
  return retry(attempt, { clock, random, signal, judge: askingAgain("start", retrying) });
}

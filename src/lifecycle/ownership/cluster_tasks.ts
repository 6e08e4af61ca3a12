import type { CallOptions, EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";
import type { Task } from "../../aws/ecs_answers.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf, batchSize } from "../../aws/operations.ts";
import { listAll } from "../../aws/pages.ts";

/** A cluster that is searched for ECS tasks. */
export type SearchedCluster = { readonly cluster: ClusterRef; readonly caller: EcsCaller };

/** A task as it was described, with its ARN. */
export type DescribedTask = Task & { readonly taskArn: string };

/** The target of calls about all tasks of a cluster, in errors and in the calls' log. */
export function allTasksOf(cluster: ClusterRef): string {
  return `of ${clusterInWords(cluster)}`;
}

/**
 * ARNs of a cluster's ECS tasks that are wanted running, all pages of them; with a `startedBy` of those
 * alone, as far as ECS heeds it. Rejects with an `EcsError`.
 */
export async function listTasks(
  { cluster, caller }: SearchedCluster,
  startedBy: string | undefined,
  options: CallOptions,
): Promise<string[]> {
  const listed = await listAll(attemptOf("listTasks", options.target), async (nextToken) => {
    const page = await caller.call("listTasks", {
      cluster: cluster.name,
      ...(startedBy === undefined ? {} : { startedBy }),
      ...(nextToken === undefined ? {} : { nextToken }),
    }, options);
    return { items: page.taskArns ?? [], nextToken: page.nextToken };
  });
  return [...listed];
}

/**
 * Describes tasks with their tags. A task that ECS does not describe is left out, and so is one that
 * was not asked for. Rejects with an `EcsError`.
 */
export async function describeTasks(
  { cluster, caller }: SearchedCluster,
  arns: readonly string[],
  options: CallOptions,
): Promise<DescribedTask[]> {
  const described: DescribedTask[] = [];
  for (let at = 0; at < arns.length; at += batchSize) {
    const batch = new Set(arns.slice(at, at + batchSize));
    const { tasks = [] } = await caller.call("describeTasks", {
      cluster: cluster.name,
      tasks: [...batch],
      include: ["TAGS"],
    }, options);
    for (const task of tasks) {
      const { taskArn = "" } = task;
      if (batch.has(taskArn)) described.push({ ...task, taskArn });
    }
  }
  return described;
}

/** Whether a task is wanted running. */
export function isLive({ lastStatus, desiredStatus }: Task): boolean {
  return lastStatus !== "STOPPED" && desiredStatus !== "STOPPED";
}

/**
 * The live tasks that ECS lists, described. Rejects with an `EcsError`: also while ECS lists a task that
 * it does not describe, as it does for some seconds after RunTask.
 */
export async function liveTasks(
  context: SearchedCluster,
  startedBy: string | undefined,
  options: CallOptions,
): Promise<DescribedTask[]> {
  const listed = await listTasks(context, startedBy, options);
  return await liveAmong(
    context,
    listed,
    options,
    "it does not describe a task that ECS has listed",
  );
}

/**
 * Those of these tasks that live. Rejects with an `EcsError`, also while ECS does not describe all of
 * them: `refusal` says so.
 */
export async function liveAmong(
  context: SearchedCluster,
  arns: readonly string[],
  options: CallOptions,
  refusal: string,
): Promise<DescribedTask[]> {
  const tasks = await describeTasks(context, arns, options);
  if (tasks.length < arns.length) {
    throw new EcsError("unavailable", attemptOf("describeTasks", options.target), refusal);
  }
  return tasks.filter(isLive);
}

/** Orders tasks, the oldest first. */
export function byAge(one: Task, other: Task): number {
  return (one.createdAt?.getTime() ?? 0) - (other.createdAt?.getTime() ?? 0);
}

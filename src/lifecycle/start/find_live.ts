import type { Task } from "../../aws/ecs_answers.ts";
import { attemptOf } from "../../aws/operations.ts";
import { clusterInWords } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import { LaunchError } from "../launch_error.ts";
import { isTakenFrom, startedBy, taggedOwner } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { LaunchContext } from "./context.ts";

/**
 * The live ECS tasks that are tagged as the owner's and may be taken over, oldest first. Retried until ECS answers or `signal` aborts; `retrying` is told of each failure before another attempt.
 * Rejects with a `LaunchError` where another allocation has taken the owner's ECS task over.
 */
export async function findLive(
  { cluster, caller, clock, random }: Pick<
    LaunchContext,
    "cluster" | "caller" | "clock" | "random"
  >,
  owner: TaskIdentity,
  { mayTakeOver, takenOver, signal, retrying, activity = "start" }: {
    /** See `Ledger`. */
    mayTakeOver: (arn: string) => boolean;
    /** What becomes of the search where another allocation has taken the owner's ECS task over. */
    takenOver: "refuse" | "pass over";
    signal: AbortSignal;
    retrying?: (error: EcsError) => void;
    /** What the search is part of, which says for what failures it asks again. */
    activity?: "start" | "clean up";
  },
): Promise<Task[]> {
  const target = `started by ${startedBy(owner)} in ${clusterInWords(cluster)}`;
  const options = { target, priority: "act" as const, signal };
  return await retry(async () => {
    const listed = await caller.call("listTasks", {
      cluster: cluster.name,
      startedBy: startedBy(owner),
    }, options);
    const arns = listed.taskArns ?? [];
    if (arns.length === 0) return [];
    const described = await caller.call("describeTasks", {
      cluster: cluster.name,
      tasks: arns,
      include: ["TAGS"],
    }, options);
    const known = new Set((described.tasks ?? []).map(({ taskArn }) => taskArn));
    if (arns.some((arn) => !known.has(arn))) {
      // Listed but not described: ECS has not caught up with itself, or contradicts itself.
      throw new EcsError(
        "unavailable",
        attemptOf("describeTasks", target),
        "it does not know a task it listed",
      );
    }
    const live = (described.tasks ?? []).filter(isLive);
    const taken = live.find(({ tags = [] }) => isTakenFrom(tags, owner));
    if (taken !== undefined && takenOver === "refuse") {
      const by = taggedOwner(taken.tags ?? []);
      throw new LaunchError(
        `its ECS task ${taken.taskArn} runs on under allocation ${by.allocId} of Nomad node ` +
          `${by.nodeId}, which has taken it over`,
        false,
      );
    }
    return live
      .filter((task) => belongsTo(task, owner) && mayTakeOver(task.taskArn ?? ""))
      .sort((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0));
  }, {
    clock,
    random,
    signal,
    judge: askingAgain(activity, retrying),
  });
}

/** Whether a task is wanted running. */
export function isLive(task: Task): boolean {
  return task.lastStatus !== "STOPPED" && task.desiredStatus !== "STOPPED";
}

/** `startedBy` alone could be anybody's text; the tags must agree where there are any. */
function belongsTo(task: Task, owner: TaskIdentity): boolean {
  const tagged = taggedOwner(task.tags ?? []);
  return tagged.allocId === undefined || tagged.allocId === owner.allocId;
}

import { taskInWords } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf, batchSize } from "../../aws/operations.ts";
import { type DescribedTask, describeTasks, isLive } from "../ownership/cluster_tasks.ts";
import { isTakenFrom, startedBy, taggedOwner } from "../ownership/tags.ts";
import { whose } from "../ownership/whose.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { LaunchContext } from "./context.ts";
import { takenOverError } from "./find_live.ts";

/** What a conflict about a client token named. */
export type Conflict = {
  /** The allocation's task that the client token was made for. */
  readonly owner: TaskIdentity;
  /** The ECS tasks that ECS named for the token, all of the cluster; at least one. */
  readonly arns: readonly [string, ...string[]];
  readonly error: EcsError;
};

/**
 * ARN of the ECS task that runs, or ran, for the owner, of those that a conflict names. An endpoint that is
 * not AWS may name tasks of others, so ECS is asked once to describe them. Rejects with an `EcsError` of
 * the call, with one of kind `unavailable` where no named task is the owner's or ECS cannot tell yet, and
 * with a final `LaunchError` where another allocation has taken the task over.
 */
export async function ownTaskOf(
  context: Pick<LaunchContext, "cluster" | "caller">,
  { owner, arns, error }: Conflict,
  signal: AbortSignal,
): Promise<string> {
  const { cluster } = context;
  const target = taskInWords({ arn: arns[0], cluster });
  const options = { target, priority: "act", signal } as const;
  // AWS names one.
  const tasks = await describeTasks(context, arns.slice(0, batchSize), options);
  const attempted = attemptOf("describeTasks", target);
  for (const task of tasks) {
    if (isOwn(task, owner, attempted)) return task.taskArn;
  }
  const named = tasks[0]?.taskArn ?? arns[0];
  const why = `ECS names ECS task ${named} for the client token, ${whyNone(tasks, owner)}`;
  const said = `${why} (${error.answer})`;
  throw new EcsError("unavailable", error.attempted, said, error.arns, { cause: error });
}

/**
 * Whether a task was started for the owner's allocation and is still its own. Throws a `LaunchError` for one
 * that lives on under another allocation, and an `EcsError` for a description that cannot tell.
 */
function isOwn(task: DescribedTask, owner: TaskIdentity, attempted: string): boolean {
  const index = startedBy(owner);
  const found = whose(task, { owner, index }, attempted);
  if (found === "foreign" || task.startedBy !== index) return false;
  if (isTakenFrom(task.tags ?? [], owner) && isLive(task)) throw takenOverError(task);
  return found === "own";
}

/** Why none of the tasks, as far as ECS described them, is taken for the owner's. */
function whyNone([task]: readonly DescribedTask[], owner: TaskIdentity): string {
  if (task === undefined) return "and does not describe that task yet";
  const { startedBy: by = "", tags = [] } = task;
  return by === startedBy(owner)
    ? `and that task belongs to allocation ${taggedOwner(tags).allocId}`
    : `and that task was not started for this Nomad task: its startedBy is ${JSON.stringify(by)}`;
}

import { clusterInWords } from "../../aws/cluster_ref.ts";
import type { EcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import { LaunchError } from "../launch_error.ts";
import { byAge, type DescribedTask, liveTasks } from "../ownership/cluster_tasks.ts";
import { isTakenFrom, startedBy, taggedOwner } from "../ownership/tags.ts";
import { whose } from "../ownership/whose.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { LaunchContext } from "./context.ts";

/** Where the live tasks are looked for. */
export type LiveContext = Pick<LaunchContext, "cluster" | "caller" | "clock" | "random">;

/** How the live tasks are looked for. */
export type LiveSearch = {
  /** See `Ledger`. */
  readonly mayTakeOver: (arn: string) => boolean;
  /** What becomes of the search where another allocation has taken the owner's ECS task over. */
  readonly takenOver: "refuse" | "pass over";
  readonly signal: AbortSignal;
  /** Told of each failure before another attempt. */
  readonly retrying?: (error: EcsError) => void;
  /** What the search is part of, which says for what failures it asks again. */
  readonly activity?: "start" | "clean up";
};

/**
 * The live ECS tasks of the owner's allocation that may be taken over, oldest first. Retried until ECS
 * answers or the signal aborts. Rejects with a `LaunchError` where another allocation has taken the
 * owner's ECS task over.
 */
export async function findLive(
  context: LiveContext,
  owner: TaskIdentity,
  search: LiveSearch,
): Promise<DescribedTask[]> {
  const { clock, random } = context;
  const { signal, activity = "start", retrying } = search;
  const judge = askingAgain(activity, retrying);
  return await retry(() => lookOnce(context, owner, search), { clock, random, signal, judge });
}

async function lookOnce(
  context: LiveContext,
  owner: TaskIdentity,
  { mayTakeOver, takenOver, signal }: LiveSearch,
): Promise<DescribedTask[]> {
  const index = startedBy(owner);
  const target = `started by ${index} in ${clusterInWords(context.cluster)}`;
  const attempted = attemptOf("describeTasks", target);
  const options = { target, priority: "act" as const, signal };
  const tasks = await liveTasks(context, index, options);
  const live = tasks.map((task) => ({ task, whose: whose(task, { owner, index }, attempted) }));
  // A proxy or an emulator may not heed the filter, and list the tasks of others.
  const started = live.filter(({ task, whose }) => whose !== "foreign" && task.startedBy === index);
  const taken = started.find(({ task: { tags = [] } }) => isTakenFrom(tags, owner));
  if (taken !== undefined && takenOver === "refuse") throw takenOverError(taken.task);
  return started
    .filter(({ task, whose }) => whose === "own" && mayTakeOver(task.taskArn))
    .map(({ task }) => task)
    .sort(byAge);
}

/** Why a start is refused whose ECS task another allocation has taken over. */
export function takenOverError({ taskArn, tags = [] }: DescribedTask): LaunchError {
  const { allocId, nodeId } = taggedOwner(tags);
  return new LaunchError(
    `its ECS task ${taskArn} runs on under allocation ${allocId} of Nomad node ${nodeId}, which has ` +
      `taken it over`,
    false,
  );
}

import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { EcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { askingAgain } from "../error_policy.ts";
import { retry } from "../../aws/retry.ts";
import {
  clusterInWords,
  type ClusterRef,
  isInCluster,
  parseTaskArn,
} from "../../aws/cluster_ref.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { ownTaskOf } from "./conflict.ts";
import type { LaunchContext } from "./context.ts";
import { placementError } from "./placement_failure.ts";

/** The ECS task that a RunTask answered. */
export type Accepted = {
  readonly arn: string;
  /** Whether ECS has the client token from a request with other parameters. */
  readonly accepted: "as asked" | "otherwise";
};

/**
 * Asks RunTask until ECS has answered, with one client token, so that however many requests are
 * accepted they are one task. Rejects with a `LaunchError`; where the answers leave open whether a
 * task was started, `ambiguous` has been called before.
 */
export async function runTask(
  context: Pick<LaunchContext, "cluster" | "caller" | "clock" | "random">,
  input: RunTaskCommandInput,
  { owner, signal, ambiguous, retrying }: {
    /** The allocation's task that the input is for. */
    owner: TaskIdentity;
    signal: AbortSignal;
    /** Called when a request failed in a way that ECS may have acted on. */
    ambiguous: () => void;
    /** Called before each further attempt. */
    retrying: (error: EcsError) => void;
  },
): Promise<Accepted> {
  const { cluster, clock, random } = context;
  const attempt = async (): Promise<Accepted> => {
    try {
      return { arn: await ask(context, input, signal), accepted: "as asked" };
    } catch (error) {
      if (!(error instanceof EcsError) || error.kind !== "conflict") throw error;
      // ECS has a task for the token, whether it says which or not.
      ambiguous();
      const [first, ...others] = error.arns.filter((arn) => isOf(cluster, arn));
      if (first === undefined) throw error;
      const arn = await ownTaskOf(context, { owner, arns: [first, ...others], error }, signal);
      return { arn, accepted: "otherwise" };
    }
  };
  try {
    return await retry(attempt, {
      clock,
      random,
      signal,
      judge: (error) => {
        if (error instanceof EcsError && error.kind === "unavailable") ambiguous();
        return askingAgain("start", retrying)(error);
      },
    });
  } catch (error) {
    // An attempt that was under way may have been accepted.
    if (signal.aborted) ambiguous();
    throw error;
  }
}

/** Asks RunTask once. Answers the ARN of the task that it has run. Rejects with an `EcsError`. */
async function ask(
  { cluster, caller }: Pick<LaunchContext, "cluster" | "caller">,
  input: RunTaskCommandInput,
  signal: AbortSignal,
): Promise<string> {
  const answer = await caller.call("runTask", input, {
    target: `${input.taskDefinition} in ${clusterInWords(cluster)}`,
    priority: "act",
    signal,
  });
  const tasks = answer.tasks ?? [];
  const own = tasks.find(({ startedBy, taskArn }) =>
    startedBy === input.startedBy && isOf(cluster, taskArn)
  );
  if (own?.taskArn !== undefined) return own.taskArn;
  throw tasks.length > 0
    ? new EcsError("unavailable", attemptedBy(input, cluster), "its answer names no task of ours")
    : placementError(answer.failures ?? [], attemptedBy(input, cluster));
}

/** Whether an ARN is of a task in the cluster. ECS would describe and stop another nowhere. */
function isOf({ name }: ClusterRef, arn: string | undefined): boolean {
  const parts = parseTaskArn(arn ?? "");
  return parts !== undefined && isInCluster(parts, name);
}

function attemptedBy({ taskDefinition }: RunTaskCommandInput, cluster: ClusterRef): string {
  return attemptOf("runTask", `${taskDefinition} in ${clusterInWords(cluster)}`);
}

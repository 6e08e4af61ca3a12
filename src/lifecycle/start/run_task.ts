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
  { cluster, caller, clock, random }: Pick<
    LaunchContext,
    "cluster" | "caller" | "clock" | "random"
  >,
  input: RunTaskCommandInput,
  { signal, ambiguous, retrying }: {
    signal: AbortSignal;
    /** Called when a request failed in a way that ECS may have acted on. */
    ambiguous: () => void;
    /** Called before each further attempt. */
    retrying: (error: EcsError) => void;
  },
): Promise<Accepted> {
  const attempt = async (): Promise<Accepted> => {
    const answer = await caller.call("runTask", input, {
      target: `${input.taskDefinition} in ${clusterInWords(cluster)}`,
      priority: "act",
      signal,
    });
    const tasks = answer.tasks ?? [];
    const own = tasks.find(({ startedBy, taskArn }) =>
      startedBy === input.startedBy && isOf(cluster, taskArn)
    );
    if (own?.taskArn !== undefined) return { arn: own.taskArn, accepted: "as asked" };
    throw tasks.length > 0
      ? new EcsError("unavailable", attemptedBy(input, cluster), "its answer names no task of ours")
      : placementError(answer.failures ?? [], attemptedBy(input, cluster));
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
    if (signal.aborted) {
      // An attempt that was under way may have been accepted.
      ambiguous();
      throw error;
    }
    if (error instanceof EcsError && error.kind === "conflict") {
      const arn = error.arns.find((arn) => isOf(cluster, arn));
      if (arn !== undefined) return { arn, accepted: "otherwise" };
      // ECS has a task for the token and does not say which.
      ambiguous();
    }
    throw error;
  }
}

/** Whether an ARN is of a task in the cluster. ECS would describe and stop another nowhere. */
function isOf({ name }: ClusterRef, arn: string | undefined): boolean {
  const parts = parseTaskArn(arn ?? "");
  return parts !== undefined && isInCluster(parts, name);
}

function attemptedBy({ taskDefinition }: RunTaskCommandInput, cluster: ClusterRef): string {
  return attemptOf("runTask", `${taskDefinition} in ${clusterInWords(cluster)}`);
}

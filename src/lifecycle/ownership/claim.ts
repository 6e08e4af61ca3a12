import type { Tag } from "../../aws/ecs_answers.ts";
import type { Priority } from "../../aws/budget.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import { retry } from "../../aws/retry.ts";
import type { Clock, Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { askingAgain, verdictOn } from "../error_policy.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { Observation } from "../watch/watcher.ts";
import { isTakenFrom, takingTags } from "./tags.ts";

/**
 * Whose an ECS task is, as far as its tags have told this process:
 * - `unknown`: nothing yet, as for a task that Nomad has just handed over;
 * - `started`: the owner's, since it was started with the owner's tags;
 * - `claimed`: the owner's, since its tags were moved to the owner;
 * - `lost`: another allocation's, which has taken the task over from the owner.
 */
export type TagOwnership = "unknown" | "started" | "claimed" | "lost";

/** What claiming needs of the process. */
export type ClaimServices = {
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The driver's version, with which ECS tasks are tagged. */
  readonly driverVersion: string;
};

/** An ECS task whose tags are to name its owner. */
export type ClaimContext = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  readonly services: ClaimServices;
  /** What its tags have told so far; claiming brings it up to date. */
  ownership: TagOwnership;
  /** A fresh look at the task, with its tags. */
  look(signal: AbortSignal): Promise<Observation>;
  /** Tells the task's user that its tags cannot be moved. */
  tellUntagged(error: Error): void;
};

/** Milliseconds before a task is tagged again that AWS would not let this client tag. */
const refusedPause = 300_000;

/**
 * Claims the task by its tags: moves them to the owner, unless they show that another allocation has
 * taken it over from the owner. Rejects with an `EcsError`.
 */
export async function claimByTags(
  context: ClaimContext,
  tags: readonly Tag[],
  { priority, signal }: { priority: Priority; signal: AbortSignal },
): Promise<void> {
  const { ref, owner, services } = context;
  if (isTakenFrom(tags, owner)) {
    context.ownership = "lost";
    return;
  }
  const wanted = takingTags(tags, owner, services.driverVersion);
  const agree = wanted.every(({ key, value }) =>
    tags.some((tag) => tag.key === key && tag.value === value)
  );
  if (!agree) {
    const target = `${ref.arn} in ${clusterInWords(ref.cluster)}`;
    const input = { resourceArn: ref.arn, tags: wanted };
    await services.caller.call("tagResource", input, { target, priority, signal });
  }
  context.ownership = "claimed";
}

/**
 * Claims a task of unknown ownership, however long AWS does not answer. Rejects with the signal's
 * reason when it aborts, and with an `EcsError` where the tags can never be moved, which it logs.
 */
export async function claimInTime(context: ClaimContext, signal: AbortSignal): Promise<void> {
  const { ref, services: { clock, random, log } } = context;
  await retry(() => claimOnce(context, signal), {
    clock,
    random,
    signal,
    judge: (error) => {
      const verdict = askingAgain("claim")(error);
      log.warn("moving the ownership tags of an ECS task failed", {
        arn: ref.arn,
        error: String(error),
        again: verdict === "retry",
      });
      return verdict;
    },
  });
}

async function claimOnce(context: ClaimContext, signal: AbortSignal): Promise<void> {
  const look = await context.look(signal);
  if (look.kind !== "seen" || context.ownership !== "unknown") return;
  try {
    await claimByTags(context, look.task.tags ?? [], { priority: "housekeeping", signal });
  } catch (error) {
    if (!(error instanceof Error) || verdictOn("claim", error) === "ask again") throw error;
    context.tellUntagged(error);
    // Many tasks that AWS lets nobody tag must not keep starts and stops from their turn.
    await context.services.clock.sleep(refusedPause, signal);
    throw error;
  }
}

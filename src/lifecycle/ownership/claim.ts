import type { Priority } from "../../aws/budget.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { taskInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { retry } from "../../aws/retry.ts";
import type { Clock, Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { askingAgain, verdictOn } from "../error_policy.ts";
import { createPatience } from "../patience.ts";
import type { Observation } from "../watch/watcher.ts";
import { isTakenFrom, takingTags } from "./tags.ts";
import { type Claimant, type Described, whose } from "./whose.ts";

/**
 * Whose an ECS task is, as far as its tags have told this process:
 * - `unknown`: nothing yet, as for a task that Nomad has just handed over;
 * - `started`: the owner's, since it was started with the owner's tags;
 * - `claimed`: the owner's, since its tags were moved to the owner;
 * - `lost`: another allocation's, which has taken the task over from the owner;
 * - `foreign`: neither the owner's nor any that could be handed over to the owner.
 */
export type TagOwnership = "unknown" | "started" | "claimed" | "lost" | "foreign";

/** Whether a task is known to be the owner's. */
export function isOwners(ownership: TagOwnership): boolean {
  switch (ownership) {
    case "started":
    case "claimed":
      return true;
    case "unknown":
    case "lost":
    case "foreign":
      return false;
  }
}

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
export type ClaimContext = Claimant & {
  readonly ref: TaskRef;
  readonly services: ClaimServices;
  /** What its tags have told so far; claiming brings it up to date. */
  ownership: TagOwnership;
  /** A fresh look at the task, with its tags. Each request that shows nothing of it calls `onFailure`. */
  look(signal: AbortSignal, onFailure?: (error: EcsError) => void): Promise<Observation>;
  /** Whether the task's user was told that its tags cannot be moved. */
  toldUntagged: boolean;
  /** Tells the task's user something. */
  tell(message: string): void;
};

/** Milliseconds before a task is tagged again that AWS would not let this client tag. */
const refusedPause = 300_000;

/**
 * Claims the task by its tags: moves them to the owner, unless they show that another allocation has
 * taken it over from the owner, or that it is foreign. Answers whose it is then. Rejects with an
 * `EcsError`.
 */
export async function claimByTags(
  context: ClaimContext,
  described: Described,
  { priority, signal }: { priority: Priority; signal: AbortSignal },
): Promise<TagOwnership> {
  const { ref, owner, services } = context;
  const { tags = [] } = described;
  const target = taskInWords(ref);
  if (whose(described, context, attemptOf("describeTasks", target)) === "foreign") {
    return context.ownership = "foreign";
  }
  if (isTakenFrom(tags, owner)) {
    return context.ownership = "lost";
  }
  const wanted = takingTags(tags, owner, services.driverVersion);
  const agree = wanted.every(({ key, value }) =>
    tags.some((tag) => tag.key === key && tag.value === value)
  );
  if (!agree) {
    const input = { resourceArn: ref.arn, tags: wanted };
    await services.caller.call("tagResource", input, { target, priority, signal });
  }
  return context.ownership = "claimed";
}

/**
 * Claims a task of unknown ownership, however long AWS does not answer. Rejects with the signal's
 * reason when it aborts, and with an `EcsError` where the tags can never be moved, which it logs.
 */
export async function claimInTime(context: ClaimContext, signal: AbortSignal): Promise<void> {
  const { ref, services: { clock, random, log } } = context;
  const isLasting = createPatience(clock);
  await retry(() => claimOnce(context, isLasting, signal), {
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

async function claimOnce(
  context: ClaimContext,
  isLasting: (isOdd: boolean) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const look = await context.look(signal);
  if (context.ownership !== "unknown") return;
  if (look.kind !== "seen") {
    throw new EcsError(
      "unavailable",
      attemptOf("describeTasks", taskInWords(context.ref)),
      "ECS does not know the task yet",
    );
  }
  try {
    const now = await claimByTags(context, look.task, { priority: "housekeeping", signal });
    const isForeign = now === "foreign";
    const hasLasted = isLasting(isForeign);
    if (!isForeign) return;
    if (hasLasted) return context.tell(foreignText(context, look.task));
    context.ownership = "unknown";
    throw new EcsError(
      "unavailable",
      attemptOf("describeTasks", taskInWords(context.ref)),
      "it tells of a foreign task",
    );
  } catch (error) {
    if (!(error instanceof Error) || verdictOn("claim", error) === "ask again") throw error;
    tellUntagged(context, error);
    // Many tasks that AWS lets nobody tag must not keep starts and stops from their turn.
    await context.services.clock.sleep(refusedPause, signal);
    throw error;
  }
}

/** Tells the task's user, once, that its tags cannot be moved. */
export function tellUntagged(context: ClaimContext, error: Error): void {
  if (context.toldUntagged) return;
  context.toldUntagged = true;
  context.tell(
    `The ECS task cannot be tagged as this allocation's; while its tags name another Nomad node, ` +
      `only that node's driver stops it: ${error.message}`,
  );
}

/** Why a foreign task is let alone, for messages. */
export function foreignText({ ref }: ClaimContext, { startedBy = "" }: Described): string {
  return `ECS task ${ref.arn} was not started for this Nomad task: its startedBy is ` +
    `${JSON.stringify(startedBy)}. It is neither tagged nor stopped`;
}

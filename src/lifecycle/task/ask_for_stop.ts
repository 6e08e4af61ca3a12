import { taskInWords } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain, verdictOn } from "../error_policy.ts";
import { createPatience } from "../patience.ts";
import { claimByTags, type ClaimContext, foreignText, tellUntagged } from "../ownership/claim.ts";
import { isTakenFrom, taggedOwner } from "../ownership/tags.ts";
import { type Described, type Whose, whose } from "../ownership/whose.ts";

/** An ECS task that is to be stopped. */
export type StopContext = ClaimContext & {
  /** Whether the stop is still wanted: an allocation may have shown that it has the task after all. */
  isStopWanted(): boolean;
  /**
   * Whether a search has read the owner from the task's tags. It may have read a wrong answer of ECS, and
   * reads the tags again once the task is let go.
   */
  readonly ownerIsRead: boolean;
  /** Whether ECS has told of the task before. */
  wasSeen(): boolean;
  /** Told of each attempt and each look that failed; another follows. */
  stopFailed(error: Error): void;
};

/** What became of a stop. */
export type StopResult =
  | { kind: "acknowledged" }
  /** Another allocation, on node `nodeId`, has taken the task over. */
  | { kind: "taken over"; nodeId: string }
  /** It was not started for the task's owner, nor handed over to it. */
  | { kind: "foreign"; startedBy: string }
  /** It was not wanted any more, or not for this owner, and ECS was not asked. */
  | { kind: "withdrawn"; why: string };

/**
 * Asks ECS to stop the task until ECS acknowledges that, unless its tags say that another allocation
 * has taken it over. Rejects with the signal's reason when it aborts.
 */
export async function stopUntilAcknowledged(
  context: StopContext,
  reason: string,
  signal: AbortSignal,
): Promise<StopResult> {
  const { ref, services: { clock, random, log } } = context;
  // One odd answer must not leave the task running.
  const isLasting = createPatience(clock);
  return await retry(() => stopOnce(context, reason, isLasting, signal), {
    clock,
    random,
    signal,
    judge: (error) => {
      context.stopFailed(error instanceof Error ? error : new Error(String(error)));
      log.warn("stopping an ECS task failed; it is tried again", {
        arn: ref.arn,
        error: String(error),
      });
      return askingAgain("stop")(error);
    },
  });
}

async function stopOnce(
  context: StopContext,
  reason: string,
  isLasting: (isOdd: boolean) => boolean,
  signal: AbortSignal,
): Promise<StopResult> {
  const { ref, services: { caller, log } } = context;
  if (!context.isStopWanted()) {
    return { kind: "withdrawn", why: "an allocation has it after all" };
  }
  const target = taskInWords(ref);
  // A look that fails delays the stop too: Nomad is told of it as of a StopTask that fails.
  const look = await context.look(signal, (error) => context.stopFailed(error));
  // ECS shows whose the task is once it has caught up. A task that it never shows counts as ended.
  if (look.kind !== "seen") {
    throw new EcsError("unavailable", attemptOf("stopTask", target), whyUnseen(context, look.kind));
  }
  const found = whoseNow(context, look.task, attemptOf("describeTasks", target));
  const isForeign = found === "foreign";
  const hasLasted = isLasting(isForeign || found instanceof EcsError);
  if (hasLasted && context.ownerIsRead) {
    return { kind: "withdrawn", why: "its tags are not those that a search has read" };
  }
  if (found instanceof EcsError) throw found;
  if (isForeign && !hasLasted) {
    throw new EcsError(
      "unavailable",
      attemptOf("stopTask", target),
      foreignText(context, look.task),
    );
  }
  if (isForeign) {
    const { startedBy = "" } = look.task;
    log.error("a foreign ECS task was not stopped", { arn: ref.arn, started_by: startedBy });
    return { kind: "foreign", startedBy };
  }
  const nodeId = await takenOverBy(context, look.task, found, signal);
  if (nodeId !== undefined) {
    log.warn("an ECS task was not stopped: another node has taken it over", {
      arn: ref.arn,
      node_id: nodeId,
    });
    return { kind: "taken over", nodeId };
  }
  const input = { cluster: ref.cluster.name, task: ref.arn, reason };
  await caller.call("stopTask", input, { target, priority: "act", signal });
  return { kind: "acknowledged" };
}

/** As `whose`; an error where the description cannot tell. */
function whoseNow(context: StopContext, described: Described, attempted: string): Whose | EcsError {
  try {
    return whose(described, context, attempted);
  } catch (error) {
    if (error instanceof EcsError) return error;
    throw error;
  }
}

/** Why a task that a look did not show is not stopped yet. */
function whyUnseen(context: StopContext, kind: "missing" | "no cluster"): string {
  if (kind === "no cluster") {
    return "the task's cluster does not exist; should that last, the task counts as ended";
  }
  return context.wasSeen()
    ? "ECS no longer tells of the task; should that last, it counts as ended"
    : "ECS does not know the task yet";
}

/** The node that has taken the task over from its owner; undefined where none has. */
async function takenOverBy(
  context: StopContext,
  described: Described,
  found: Whose,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { owner } = context;
  const { tags = [] } = described;
  const { nodeId } = taggedOwner(tags);
  if (isTakenFrom(tags, owner)) return nodeId ?? "unknown";
  if (found === "another allocation's" && context.ownership === "started") {
    return nodeId ?? "unknown";
  }
  // An owner that does not know its node cannot tell another one from it.
  if (nodeId === undefined || owner.nodeId === "" || nodeId === owner.nodeId) return undefined;
  // Nomad may have handed the task over before its tags could follow. Until they do, only the other
  // node may stop it.
  if (context.ownership === "unknown") await claimNow(context, described, signal);
  // Tags may be stale after a claim; only `previous_allocs` proves a take-over.
  return context.ownership === "claimed" ? undefined : nodeId;
}

async function claimNow(
  context: StopContext,
  described: Described,
  signal: AbortSignal,
): Promise<void> {
  try {
    await claimByTags(context, described, { priority: "act", signal });
  } catch (error) {
    const refused = verdictOn("claim", error) !== "ask again";
    if (refused && error instanceof Error) tellUntagged(context, error);
    throw error;
  }
}

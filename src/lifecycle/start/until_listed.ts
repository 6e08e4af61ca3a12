import { startedBy } from "../ownership/tags.ts";
import { type StartContext, type StartRequest, tell } from "./context.ts";
import { hasOpenRun } from "./start_record.ts";

/**
 * Milliseconds after RunTask in which ECS may not list its task yet. AWS gives no bound; its pages speak
 * of seconds.
 */
export const listingTime = 30_000;

/**
 * Waits where this process, or an earlier one on this client, may have asked ECS for a task of one of
 * `allocIds` so recently that ECS does not list it yet. Answers whether it has waited: then the caller
 * searches again. Rejects with the signal's reason when it aborts.
 */
export async function untilListed(
  context: StartContext,
  request: StartRequest,
  allocIds: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const allocId of allocIds) {
    const since = await openSince(context, request, allocId);
    const message = `Waiting until ECS is sure to list what it may run for allocation ${allocId}`;
    if (await untilListedSince(context, request, since, message, signal)) return true;
  }
  return false;
}

/**
 * Waits while ECS may not list yet what an earlier process ran just before this one began. Answers
 * whether it has waited: then the caller searches again. Rejects with the signal's reason when it aborts.
 */
export async function untilEarlierListed(
  context: StartContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const message =
    "Waiting until ECS is sure to list what an earlier plugin may have run for this task";
  return await untilListedSince(context, request, context.begunAt, message, signal);
}

/**
 * Waits while ECS may not list yet what an earlier start of the task has asked for before `since`, in
 * monotonic milliseconds, without an answer. Answers whether it has waited: then the caller searches
 * again. Rejects with the signal's reason when it aborts.
 */
export async function untilOpenRunListed(
  context: StartContext,
  request: StartRequest,
  since: number,
  signal: AbortSignal,
): Promise<boolean> {
  const message =
    "Waiting until ECS is sure to list what an earlier start may have run for this task";
  return await untilListedSince(context, request, since, message, signal);
}

/** Waits until `listingTime` after `since`, in monotonic milliseconds, and tells the task's user why. */
async function untilListedSince(
  { clock }: StartContext,
  request: StartRequest,
  since: number | undefined,
  message: string,
  signal: AbortSignal,
): Promise<boolean> {
  const wait = (since ?? -Infinity) + listingTime - clock.monotonic();
  if (wait <= 0) return false;
  tell(request, message);
  await clock.sleep(wait, signal);
  signal.throwIfAborted();
  return true;
}

/**
 * Monotonic milliseconds before which ECS was last asked for a task of an earlier allocation on this
 * client, without an answer. Undefined where that is not known.
 */
async function openSince(
  context: StartContext,
  request: StartRequest,
  allocId: string,
): Promise<number | undefined> {
  const { remoteTasks: { ledger }, cluster, clock, begunAt } = context;
  const index = startedBy({ allocId, name: request.owner.name });
  const own = ledger.openRun(cluster, index);
  if (own !== undefined) return own.since;
  // An earlier process asked before this one began. Past that time no record needs to be read.
  if (begunAt + listingTime <= clock.monotonic()) return undefined;
  return await hasOpenRun(context, request, allocId) ? begunAt : undefined;
}

import { type StartContext, type StartRequest, tell } from "./context.ts";
import { hasOpenRun } from "./start_record.ts";

/**
 * Milliseconds after RunTask in which ECS may not list its task yet. AWS gives no bound; its pages speak
 * of seconds.
 */
export const listingTime = 30_000;

/**
 * Waits where an earlier plugin process on this client may have asked ECS for a task of one of
 * `allocIds` so recently that ECS does not list it yet. Answers whether it has waited: then the caller
 * searches again. Rejects with the signal's reason when it aborts.
 */
export async function untilListed(
  context: StartContext,
  request: StartRequest,
  allocIds: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, begunAt } = context;
  const wait = begunAt + listingTime - clock.monotonic();
  if (wait <= 0) return false;
  for (const allocId of allocIds) {
    if (!await hasOpenRun(context, request, allocId)) continue;
    tell(request, `Waiting until ECS is sure to list what it may run for allocation ${allocId}`);
    await clock.sleep(wait, signal);
    signal.throwIfAborted();
    return true;
  }
  return false;
}

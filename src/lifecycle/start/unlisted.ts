import { type StartContext, type StartRequest, tell } from "./context.ts";
import { hasOpenRun } from "./start_record.ts";

/**
 * Milliseconds after RunTask in which ECS may not list its task yet. AWS gives no bound; its pages speak
 * of seconds.
 */
export const listingTime = 30_000;

/**
 * Waits until ECS is sure to list what an earlier process on this client asked it for, for one of the
 * earlier allocations `allocIds`. Answers whether it has waited: what was looked for is to be looked
 * for again then. Rejects with the signal's reason when it aborts.
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

import { orAborted } from "../../aws/retry.ts";
import { type Asking, type StartContext, type StartRequest, tell } from "./context.ts";

/**
 * Waits until ECS has acknowledged every stop that is pending under these indexes: two ECS tasks of one
 * Nomad task must not run. Rejects with the signal's reason when it aborts.
 */
export async function stopsAcknowledged(
  { remoteTasks: { ledger } }: StartContext,
  request: StartRequest,
  indexes: Iterable<string>,
  { signal }: Asking,
): Promise<void> {
  for (const index of indexes) {
    // Another stop may be asked for while one is waited for.
    for (let stop = ledger.stopsPending(index); stop; stop = ledger.stopsPending(index)) {
      tell(request, "Waiting for ECS to acknowledge the stop of an earlier ECS task");
      await orAborted(stop, signal);
    }
  }
}

/**
 * Searches while no stop is pending under these indexes. Searches again where a stop was asked for
 * during the search: that ECS task is not among what was found, and may not have ended.
 */
export async function searchSettled<T>(
  context: StartContext,
  request: StartRequest,
  indexes: readonly string[],
  asking: Asking,
  search: () => Promise<T>,
): Promise<T> {
  const { ledger } = context.remoteTasks;
  while (true) {
    await stopsAcknowledged(context, request, indexes, asking);
    const found = await search();
    if (indexes.every((index) => ledger.stopsPending(index) === undefined)) return found;
  }
}

import { DriverError } from "./driver_error.ts";
import { movedFromOtherVersion } from "./hand_over.ts";
import { decodeHandleState } from "./handle_state.ts";
import type { NomadLink } from "./nomad_link.ts";
import { fallbackCluster } from "./searched_clusters.ts";
import type { Settings } from "./settings.ts";
import type { Handle } from "./start.ts";
import type { TaskIdentity } from "../lifecycle/lifecycle.ts";

/**
 * Rejects with a `DriverError` where the handle is that of an earlier allocation which ran another version
 * of the job. Nomad 1.1 to 1.9 move a handle so when a job is updated while its node is drained. The agent
 * then starts the task anew, and that start stops the earlier ECS task.
 *
 * Nomad is asked only about a handle that another allocation's start has made. Without an answer the task
 * is looked after as it is.
 */
export async function refuseOtherVersion(
  { nomad, settings }: { readonly nomad: NomadLink; readonly settings: Settings },
  task: TaskIdentity,
  handle: Handle,
  signal: AbortSignal,
): Promise<void> {
  const fallback = fallbackCluster(settings.config);
  const { ref: { arn }, allocId } = decodeHandleState({ ...handle, fallback });
  if (allocId === undefined || allocId === task.allocId) return;
  const isOther = await nomad.ask(
    { kind: "allocations", namespace: task.namespace },
    (api, bounded) => movedFromOtherVersion(api, task, bounded),
    signal,
  );
  if (isOther !== true) return;
  throw new DriverError(
    "invalid_handle",
    `ECS task ${arn} runs another version of the job for allocation ${allocId}: allocation ` +
      `${task.allocId} runs a task of its own`,
  );
}

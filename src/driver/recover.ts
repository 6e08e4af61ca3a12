import type { TaskIdentity } from "../lifecycle/lifecycle.ts";
import { decodeHandleState } from "./handle_state.ts";
import { addCluster, fallbackCluster } from "./scopes.ts";
import { type Handle, keep, type StartContext } from "./start.ts";

/**
 * Looks after a task again that an earlier process or another node started, without asking ECS. Does
 * nothing for a task that this process already looks after. Throws a `DriverError` for a handle that
 * cannot be read.
 */
export function recoverTask(
  context: StartContext,
  task: TaskIdentity,
  handle: Handle,
  /** The allocation's directory on this client. */
  allocDir: string | undefined,
): void {
  const { lifecycle, settings, records, clusters, publish, clock, log } = context;
  const known = records.get(task.id);
  if (known !== undefined) return known.confirm();
  const fallback = fallbackCluster(settings.config);
  const { ref, container, network, startedAt = clock.now(), handover } = decodeHandleState({
    ...handle,
    fallback,
  });
  log.info("recovering a task", { task_id: task.id, arn: ref.arn });
  const shared = { ...ref, cluster: addCluster(clusters, ref.cluster) };
  const remote = lifecycle.recover({
    ref: shared,
    owner: task,
    container,
    allocDir,
    onEvent: publish,
  });
  keep(context, remote, { network, startedAt, handover }).confirm();
}

import type { TaskIdentity } from "../lifecycle/lifecycle.ts";
import { decodeHandleState } from "./handle_state.ts";
import { addCluster, fallbackCluster } from "./searched_clusters.ts";
import { type Handle, keep, type StartContext } from "./start.ts";
import { followLogs } from "./task_logs.ts";
import type { TaskPlace } from "./task_record.ts";

/**
 * Looks after a task again that an earlier process or another node started, without asking ECS. Does
 * nothing for a task that this process already looks after. Throws a `DriverError` for a handle that
 * cannot be read.
 */
export function recoverTask(
  context: StartContext,
  task: TaskIdentity,
  handle: Handle,
  place: TaskPlace,
): void {
  const { lifecycle, settings, records, clusters, publish, clock, log } = context;
  const known = records.get(task.id);
  if (known !== undefined) return known.confirm();
  const fallback = fallbackCluster(settings.config);
  const { ref, container, startedAt = clock.now(), ...state } = decodeHandleState({
    ...handle,
    fallback,
  });
  log.info("recovering a task", { task_id: task.id, arn: ref.arn });
  const shared = { ...ref, cluster: addCluster(clusters, ref.cluster) };
  const remote = lifecycle.recover({
    ref: shared,
    owner: task,
    container,
    allocDir: place.allocDir,
    onEvent: publish,
  });
  const record = keep(context, remote, { ...state, startedAt });
  record.confirm();
  followLogs(context, record, place, { how: "recovered" });
}

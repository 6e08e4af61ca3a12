import { DriverError } from "./driver_error.ts";
import type { CommandContext } from "./exec.ts";
import { isStopSignal, signalBeforeStop } from "./signal.ts";
import type { TaskRecord } from "./task_record.ts";

/** What the end of a task needs of the driver. */
export type StopContext = CommandContext;

/** The signal by which Nomad 1.1 to 1.9 asks that a remote task goes on without its driver. */
export const detachSignal = "DETACH";

/** Lets the ECS task run on, for another node to take over. */
export function detachTask({ log }: StopContext, record: TaskRecord): void {
  const { task, remote: { ref: { arn } } } = record;
  log.info("leaving a task to run on", { task_id: task.id, arn });
  record.detach();
}

export async function stopTask(
  context: StopContext,
  record: TaskRecord,
  timeout: number,
  signal: string,
): Promise<void> {
  const { task, remote } = record;
  const since = context.clock.monotonic();
  if (!isStopSignal(signal)) await signalBeforeStop(context, record, signal, timeout / 2);
  const reason = `Nomad stopped task ${task.name} of allocation ${task.allocId}`;
  const outcome = await remote.stop(reason, timeout - (context.clock.monotonic() - since));
  if (outcome.kind !== "unacknowledged") return;
  throw new DriverError(
    "stop_failed",
    `ECS has not acknowledged the stop of ${remote.ref.arn} within ${timeout} ms; ` +
      `the driver keeps asking; the last answer: ${outcome.error?.message ?? "none yet"}`,
    true,
  );
}

export function destroyTask(record: TaskRecord, how: "unless running" | "by force"): void {
  const { task, remote } = record;
  if (record.isLive()) {
    if (how === "unless running") {
      throw new DriverError(
        "task_running",
        `cannot destroy task ${task.id}: its ECS task runs; stop it first`,
      );
    }
    remote.stop(`Nomad destroyed task ${task.name}`, 0);
  }
  record.destroy();
}

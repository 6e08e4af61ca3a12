import { startedBy } from "../ownership/tags.ts";
import type { OpenRun } from "../ownership/starts.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { findLive } from "./find_live.ts";
import { recordRun } from "./start_record.ts";
import type { StartContext, StartRequest } from "./context.ts";

/**
 * Milliseconds for which the ECS task of a failed start is looked for. ECS lists a task some seconds
 * after it accepted it.
 */
const searchTime = 120_000;
/** Milliseconds between looks. */
const searchInterval = 5_000;

/**
 * Has the ECS task looked for and stopped of a run that ECS was last asked for before `since`, in monotonic
 * milliseconds, unless a later start resumes the run.
 */
export function leaveOpen(
  context: StartContext,
  { owner }: StartRequest,
  taskId: string,
  since: number,
): void {
  const { cluster, remoteTasks: { ledger } } = context;
  const left = { cluster, index: startedBy(owner), taskId, since };
  cleanUp(context, owner, ledger.leaveRun(left));
}

/**
 * Puts on record that a failed start has left no run open, once ECS has acknowledged the stop of what it ran:
 * a later process would resume the stopped task. Before that, should this process die, the next one is to
 * find the task. Does not reject.
 */
export async function leaveNone(context: StartContext, request: StartRequest): Promise<void> {
  // The next start waits for the same stop, and then asks ECS before it records its run.
  await context.remoteTasks.ledger.stopsPending(startedBy(request.owner));
  // The driver's end ends the asking, too: then ECS may not have acknowledged the stop.
  if (!context.signal.aborted) await recordRun(context, request, undefined);
}

/**
 * Looks for the ECS task of a run that a start has left open, and stops it, until a later start
 * resumes the run or the time for it is over. Does not reject.
 */
export async function cleanUp(
  context: StartContext,
  owner: TaskIdentity,
  run: OpenRun,
): Promise<void> {
  const signal = AbortSignal.any([run.resumed, context.signal]);
  try {
    await searchAndStop(context, owner, run, signal);
  } catch (error) {
    if (signal.aborted) return;
    context.log.error("a failed start may have left an ECS task behind", {
      task_id: owner.id,
      error: String(error),
    });
  } finally {
    context.remoteTasks.ledger.closeRun(run);
  }
}

async function searchAndStop(
  context: StartContext,
  owner: TaskIdentity,
  run: OpenRun,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, remoteTasks, clock, log } = context;
  const { ledger } = remoteTasks;
  const until = clock.monotonic() + searchTime;
  while (clock.monotonic() < until && !signal.aborted) {
    const found = await findLive(context, owner, {
      mayTakeOver: ledger.mayTakeOver,
      takenOver: "pass over",
      signal,
      activity: "clean up",
    });
    // A later start that resumes the run takes over what there is.
    if (signal.aborted) return;
    for (const { taskArn } of found) {
      log.warn("stopping the ECS task of a start that failed", { arn: taskArn });
      ledger.foundRun(run);
      remoteTasks.stop({ ref: { arn: taskArn, cluster }, owner }, "Nomad: the task's start failed");
    }
    await clock.sleep(searchInterval, signal);
  }
}

import { orAborted } from "../aws/retry.ts";
import { type Clock, within } from "../clock.ts";
import { type Lifecycle, until as untilState } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { settleDoubt } from "./doubles.ts";
import { leaveVerdict, type NomadLink } from "./nomad_link.ts";
import type { Settings } from "./settings.ts";
import { pauseLogs, resumeLogs } from "./task_logs.ts";
import type { TaskRecord } from "./task_record.ts";

/** What leaving a task to its successor needs of the driver. */
export type LeaveContext = {
  readonly lifecycle: Lifecycle;
  readonly nomad: NomadLink;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Milliseconds that AWS has to show the task, and to acknowledge its tags once it is their turn. */
const tagTime = 5_000;

/**
 * Lets the ECS task of a Nomad task that is to stop run on, where Nomad says that another allocation
 * is to take it over. `left` ends the task for Nomad. Whatever goes wrong, the task is `to be stopped`:
 * then the successor runs an ECS task of its own.
 */
export async function leaveToSuccessor(
  context: LeaveContext,
  record: TaskRecord,
  /** Milliseconds that Nomad gives the stop. Half of them are for leaving. */
  timeout: number,
  signal: AbortSignal,
): Promise<"left" | "to be stopped"> {
  const { nomad, clock, log } = context;
  const { task, remote } = record;
  if (!record.handover || !record.isLive()) return "to be stopped";
  const askedAt = clock.monotonic();
  const verdict = await leaveVerdict(nomad, task, signal);
  // Another call may have ended the task meanwhile.
  if (verdict.kind === "stop" || !record.isLive()) return "to be stopped";
  const ms = Math.min(tagTime, timeout / 2);
  // This driver asks now whether a second ECS task runs beside this one: once the task is left, it asks no more.
  const settled = record.inDoubt ? settleDoubt({ ...context, signal }, record, ms) : undefined;
  try {
    const outcome = await tagAsLeft(context, record, { to: verdict.to, askedAt, ms }, signal);
    if (outcome === "kept" || !record.isLive()) {
      resumeLogs(log, record);
      return "to be stopped";
    }
    await settled;
  } catch (error) {
    resumeLogs(log, record);
    const message = error instanceof Error ? error.message : String(error);
    remote.tell(
      `The ECS task cannot be left to allocation ${verdict.to}, and is stopped: ${message}`,
    );
    return "to be stopped";
  }
  log.info("leaving a task to its successor", {
    task_id: task.id,
    arn: remote.ref.arn,
    successor: verdict.to,
  });
  remote.tell(
    `Nomad drains this node: ECS task ${remote.ref.arn} runs on for allocation ${verdict.to}, which ` +
      `takes it over`,
  );
  record.detach();
  return "left";
}

/** To whom a task is left. */
type Leaving = {
  /** The successor's allocation. */
  readonly to: string;
  /** When Nomad was asked for it, in monotonic milliseconds. */
  readonly askedAt: number;
  /** Milliseconds that AWS has to show the task, and to acknowledge its tags once it is their turn. */
  readonly ms: number;
};

/**
 * Tags the task as left, and shows no more of its logs. `kept` where the task is not to be left any more when
 * its turn comes. Rejects where AWS does not answer in time.
 */
async function tagAsLeft(
  { lifecycle, nomad, settings, clock, log }: LeaveContext,
  record: TaskRecord,
  { to, askedAt, ms }: Leaving,
  signal: AbortSignal,
): Promise<"left" | "kept"> {
  const { task, remote } = record;
  const late = () => new Error(`no answer within ${ms} ms`);
  await within({ clock, ms, late, signal }, (bounded) => untilOwn(record, bounded));
  const isStillWanted = async (): Promise<boolean> => {
    const verdict = await leaveVerdict(nomad, task, signal);
    return verdict.kind === "leave" && verdict.to === to;
  };
  const leftTo = async () => {
    // Users may have changed what they want while the task waited for its turn.
    const isOld = clock.monotonic() - askedAt > tagTime;
    if (isOld && !await isStillWanted()) return undefined;
    // What a handle names may be foreign, or another allocation's by now.
    if (!record.isLive() || !remote.isOwn()) return undefined;
    const until = clock.now() + settings.config.orphan_grace;
    return { allocId: to, until, shown: pauseLogs(log, record) };
  };
  return await lifecycle.leaveTask(remote.ref, leftTo, ms, signal);
}

/** Resolves once ECS shows the task, and it is known whose the task is. */
async function untilOwn({ remote }: TaskRecord, signal: AbortSignal): Promise<void> {
  // After an outage ECS may answer again, and the next look may be due half a minute later.
  if (remote.state().kind === "unseen" || !remote.isOwn()) remote.hasten();
  // A successor would not find a task that ECS does not list yet, and would run another.
  await untilState(remote, ({ kind }) => kind !== "unseen", signal);
  // A plugin that has just been started does not know yet whose a recovered task is.
  if (remote.claimed !== undefined) await orAborted(remote.claimed, signal);
}

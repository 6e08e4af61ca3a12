/**
 * What ECS tasks print, in `nomad alloc logs`: the face of this folder. A task's containers write to
 * streams of CloudWatch Logs (`source.ts`). One reader for each account and region (`reader.ts`) reads many
 * streams with one call, as often as `read_intervals.ts` says, and hands on each event once
 * (`position.ts`). `end_of_log.ts` says how long the last lines are waited for. Lines go to Nomad's FIFOs
 * (`output.ts`), exactly once also through the death of the plugin's process (`delivery.ts`,
 * `checkpoint.ts`, `delivered.ts`).
 *
 * Nothing here ever throws into a caller, or holds up a task for more than 30 s at its end.
 *
 * @module
 */
import type { EcsCaller } from "../aws/caller.ts";
import { accountKey, type AccountRef } from "../aws/cluster_ref.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Meter } from "../meter.ts";
import type { LogDisk } from "./disk.ts";
import { createReader, type Reader } from "./reader.ts";
import type { LogRequest } from "./log_request.ts";
import { TaskLog } from "./task_log.ts";
import type { Tell } from "./trouble_text.ts";

export { type LogDisk, systemLogDisk } from "./disk.ts";
export { advance, isFresh, noteEvent, type Position, positionAt } from "./position.ts";
export { type LogSource, logSourcesOf, type SidecarLogs } from "./source.ts";
export { missingPart } from "./stream.ts";
export type { LogRequest } from "./log_request.ts";
export type { TaskLog } from "./task_log.ts";

/**
 * The logs of all tasks.
 *
 * @example
 * ```ts
 * const logs = createLogs({ callerOf, disk: systemLogDisk(clock), clock, log });
 * const taskLog = logs.follow(request, { role, profile }, tell);
 * taskLog.begin(); // ECS says that the task runs
 * taskLog.end(true); // ECS says that it has stopped
 * taskLog.onEnd(() => log.info("all of the task's log was shown"));
 * ```
 */
export type Logs = {
  /** Shows a task's logs. `identity` is how AWS is called about the task. */
  follow(request: LogRequest, identity: Omit<AccountRef, "region">, tell: Tell): TaskLog;
  /** Ends all activity. What was written so far is told to the next process by checkpoints. */
  close(): void;
};

/** Milliseconds between two checkpoints. */
const checkpointInterval = 5_000;

/** Makes the logs. They call AWS only while a task with logs runs. */
export function createLogs(
  { callerOf, disk, clock, log, meter }: {
    /** The caller of an account and region. */
    readonly callerOf: (account: AccountRef) => EcsCaller;
    readonly disk: LogDisk;
    readonly clock: Clock;
    readonly log: Logger;
    readonly meter?: Meter | undefined;
  },
): Logs {
  const closed = new AbortController();
  const { signal } = closed;
  const readers = new Map<string, Reader>();
  const tasks = new Set<TaskLog>();
  const inAll = { bytes: 0 };
  let isSaving = false;

  const readerOf = (account: AccountRef): Reader => {
    const key = accountKey(account);
    const onIdle = () => readers.delete(key);
    const known = readers.get(key) ??
      createReader({ caller: callerOf(account), clock, log, meter, signal, onIdle });
    readers.set(key, known);
    return known;
  };

  const saveAll = async () => {
    isSaving = true;
    try {
      while (tasks.size > 0 && !signal.aborted) {
        await clock.sleep(checkpointInterval, signal);
        // One after the other: the disk is the client's, and each is small.
        for (const task of tasks) {
          if (task.isOver()) tasks.delete(task);
          else if (!signal.aborted) await task.save();
        }
      }
    } catch (error) {
      log.error("the checkpoints of logs ended", { error });
    } finally {
      isSaving = false; // at once: a task that comes from now on begins it anew
    }
  };

  return {
    follow: (request, { role, profile }, tell) => {
      const task = new TaskLog(request, tell, {
        readerOf: ({ region }) => readerOf({ region, role, profile }),
        disk,
        clock,
        log,
        inAll,
      });
      tasks.add(task);
      if (!isSaving) saveAll();
      return task;
    },
    close: () => closed.abort(new Error("the driver is shutting down")),
  };
}

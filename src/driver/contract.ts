/** What Nomad may ask of the driver. This file is the contract; `driver.ts` keeps it. */

import type { DecodeResult } from "../config/decode.ts";
import type { PluginConfig } from "../config/mod.ts";
import type { ExecIo } from "../exec/exec.ts";
import type { ExecMode } from "../exec/shell_script.ts";
import type { TaskEvent, TaskIdentity } from "../lifecycle/lifecycle.ts";
import type { Usage } from "../stats/stats.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Handle, StartedTask, TaskRequest } from "./start.ts";
import type { ExitResult, TaskPlace, TaskStatus } from "./task_record.ts";

/** Something that happened to a task, for Nomad's Recent Events. */
export type DriverEvent = TaskEvent & {
  readonly task: TaskIdentity;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
};

/**
 * The Nomad task driver: one method for each call of Nomad's. Rejections are `DriverError`s.
 *
 * @example
 * ```ts
 * const driver = createDriver({ connect, files, clock, random, randomBytes, log, version, config });
 * driver.configure(decodePluginConfig(msgpack));
 * const { handle } = await driver.start(task, request, signal);
 * driver.onExit(task.id, ({ exitCode }) => log.info("the task ended", { exitCode }));
 * await driver.stop(task.id, 10_000, "SIGTERM");
 * driver.destroy(task.id, "unless running");
 * ```
 */
export type Driver = {
  /**
   * Takes a new plugin configuration. Tasks that run go on as they were started. With one that is
   * wrong the driver is unhealthy and starts nothing.
   */
  configure(decoded: DecodeResult<PluginConfig>): void;
  /** What the configuration that came last lets Nomad ask for. Nomad asks anew for each task. */
  capabilities(): { readonly commands: boolean; readonly logCollection: boolean };
  /** The fingerprint as soon as it is known, then on every change and at least every 30 s. */
  fingerprints(signal: AbortSignal): AsyncIterable<Fingerprint>;
  /** What happens to tasks from now on, and what happened while nobody listened: the last 1,000 events. */
  events(signal: AbortSignal): AsyncIterable<DriverEvent>;
  /**
   * Starts a task. Asked again with the same id, it answers for the same ECS task. The start is given up when
   * the signals of all its callers have aborted, unless ECS has already answered with its task. Then that task
   * runs on unclaimed until the agent starts it again.
   */
  start(task: TaskIdentity, request: TaskRequest, signal: AbortSignal): Promise<StartedTask>;
  /** Asked before `recover`. See `refuseOtherVersion` in `moved_handle.ts`. */
  admit(task: TaskIdentity, handle: Handle): Promise<void>;
  /** Looks after a task that an earlier process or another node started. See `recoverTask` in `recover.ts`. */
  recover(task: TaskIdentity, handle: Handle, place?: TaskPlace): void;
  /**
   * Calls back once with how the task ended, at once if it has. Returns a function that removes the listener.
   * It is no promise: with its signal, a promise would take more memory than all else that is kept of a task.
   */
  onExit(id: string, listener: (how: ExitResult) => void): () => void;
  /**
   * Stops the task, leaves it to the allocation that takes it over, or with signal `DETACH` lets it run on
   * unattended. Resolves once ECS has acknowledged the stop. Rejects where ECS has not within `timeout`
   * milliseconds; the time of a hand-over and the wait for a turn in AWS's limits do not count. A signal other
   * than `SIGTERM` is sent first. If the task has not ended by it after half of the time, ECS is asked to stop it.
   */
  stop(id: string, timeout: number, signal: string): Promise<void>;
  /** Forgets the task. While its ECS task runs, `unless running` refuses that, and `by force` stops the ECS task. */
  destroy(id: string, how: "unless running" | "by force"): void;
  inspect(id: string): TaskStatus;
  /**
   * Runs a command in the task's container by ECS Exec, and resolves to its exit code. Where the
   * caller's signal aborts, the command is ended.
   */
  exec(id: string, command: readonly string[], mode: ExecMode, io: ExecIo): Promise<number>;
  /** Sends a signal, as `SIGHUP`, to process 1 of the task's container. */
  signal(id: string, signal: string): Promise<void>;
  /**
   * Calls back with what the task uses, each time that it was measured from now on; not at all where
   * nobody measures it. Returns a function that removes the listener.
   */
  stats(id: string, onUsage: (usage: Usage) => void): () => void;
  /** Ends all activity. ECS tasks live on. */
  shutdown(): void;
};

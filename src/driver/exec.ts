import { uuidOf } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import type { ExecContext } from "../exec/context.ts";
import { type ExecIo, execute } from "../exec/exec.ts";
import { ExecError } from "../exec/exec_error.ts";
import type { ExecMode } from "../exec/shell_script.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { DriverError } from "./driver_error.ts";
import type { Settings } from "./settings.ts";
import type { TaskRecord } from "./task_record.ts";

/** What commands in containers need of the driver. */
export type CommandContext = {
  readonly lifecycle: Lifecycle;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes `length` random bytes. */
  readonly randomBytes: (length: number) => Uint8Array;
};

/** Runs a command in a task's container. Resolves to its exit code; rejects with a `DriverError`. */
export async function runCommand(
  { lifecycle, settings, clock, log, randomBytes }: CommandContext,
  record: TaskRecord,
  command: readonly string[],
  mode: ExecMode,
  io: ExecIo,
): Promise<number> {
  const { remote } = record;
  if (!settings.config.exec) {
    throw new DriverError(
      "exec_failed",
      "commands and signals are off: the plugin block of this client has exec = false",
    );
  }
  if (!record.isLive()) {
    throw new DriverError("exec_failed", `the ECS task of ${record.task.id} does not run`);
  }
  try {
    const target = await lifecycle.commandTarget(remote.ref, remote.container, io.signal);
    const context: ExecContext = {
      caller: target.caller,
      clock,
      log: log.named("exec"),
      newId: () => uuidOf(randomBytes(16)),
      randomBytes,
    };
    const request = { task: remote.ref, container: target.container, command, mode };
    return await execute(context, request, io);
  } catch (error) {
    io.signal.throwIfAborted();
    if (error instanceof DriverError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const what = error instanceof ExecError ? message : `${command[0]} did not run: ${message}`;
    throw new DriverError("exec_failed", what, false, { cause: error });
  }
}

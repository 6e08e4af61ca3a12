/**
 * Why the driver would not do what Nomad asked:
 * - `task_not_found`: it has no task with that id;
 * - `invalid_config`: the job or plugin configuration is wrong;
 * - `start_failed`: the ECS task could not be started, and `recoverable` tells whether trying again may help;
 * - `stop_failed`: ECS has not acknowledged the stop yet, and Nomad should ask again;
 * - `invalid_handle`: the handle to recover from cannot be read;
 * - `task_running`: the task must be stopped first;
 * - `exec_failed`: a command or signal did not reach the task's container, or how it ended is not known;
 * - `unsupported`: this driver has no such operation.
 */
export type DriverErrorKind =
  | "task_not_found"
  | "invalid_config"
  | "start_failed"
  | "stop_failed"
  | "invalid_handle"
  | "task_running"
  | "exec_failed"
  | "unsupported";

/** An error whose message is meant for the user, in the job's or the agent's log. */
export class DriverError extends Error {
  override readonly name = "DriverError";
  constructor(
    readonly kind: DriverErrorKind,
    message: string,
    readonly recoverable: boolean = false,
    options?: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** The error for a task id that the driver does not have. The text is Nomad's own. */
export function taskNotFound(): DriverError {
  return new DriverError("task_not_found", "task not found for given id");
}

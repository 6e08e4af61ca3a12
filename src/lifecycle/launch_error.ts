import { EcsError, type EcsErrorKind } from "../aws/error.ts";
import type { RetryVerdict } from "../aws/retry.ts";

/** A task could not be started. `recoverable` tells whether the job's restart block should try again. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  constructor(message: string, readonly recoverable: boolean, options?: { cause: unknown }) {
    super(message, options);
  }
}

/** Retries what may pass, telling of each failure before the next attempt. */
export function retryTold(retrying?: (error: EcsError) => void): (error: unknown) => RetryVerdict {
  return (error) => {
    if (!(error instanceof EcsError) || !retriedAtLaunch(error.kind)) return "give up";
    retrying?.(error);
    return "retry";
  };
}

/** Whether waiting and asking again may help a launch, within its time. */
export function retriedAtLaunch(kind: EcsErrorKind): boolean {
  switch (kind) {
    case "throttled":
    case "unavailable":
    case "credentials":
      return true;
    case "capacity": // the job's restart block decides how long to wait for capacity
    case "denied":
    case "no_region":
    case "no_cluster":
    case "no_task":
    case "conflict":
    case "rejected":
      return false;
  }
}

/** Whether Nomad should try the start again, by the job's restart block. */
export function isRecoverable(error: unknown): boolean {
  if (error instanceof LaunchError) return error.recoverable;
  return error instanceof EcsError && (retriedAtLaunch(error.kind) || error.kind === "capacity");
}

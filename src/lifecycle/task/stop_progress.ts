import { EcsError } from "../../aws/error.ts";
import type { Clock } from "../../clock.ts";
import type { RemoteTask } from "./remote_task.ts";

/** A stop that ECS is asked for. */
export type StopRequest = {
  acknowledged: boolean;
  /** Why the last attempt failed. */
  error: Error | undefined;
  /** Called when one of these has changed. */
  listeners: readonly (() => void)[];
};

/**
 * Milliseconds that a stop may wait for its turn in AWS's limits past the time that Nomad gives it.
 * AWS's published limits let 4,900 stops of an account through in that time.
 */
const turnPatience = 120_000;

/** A stop that ECS has not been asked for yet. */
export function newStopRequest(): StopRequest {
  return { acknowledged: false, error: undefined, listeners: [] };
}

/** Notes that ECS has acknowledged the stop. */
export function noteAcknowledged(request: StopRequest): void {
  request.acknowledged = true;
  for (const listener of request.listeners) listener();
}

/** Notes that an attempt has failed. */
export function noteFailure(request: StopRequest, error: Error): void {
  request.error = error;
  for (const listener of request.listeners) listener();
}

/**
 * Resolves when the stop no longer waits for its turn, or its task has ended. A burst of stops takes
 * longer than the time that Nomad gives each of them, and Nomad would take "not acknowledged" for a
 * failure.
 */
export async function untilItsTurn(
  request: StopRequest,
  task: Pick<RemoteTask, "state" | "listen">,
  clock: Clock,
): Promise<void> {
  if (!isWaiting(request) || task.state().kind === "ended") return;
  const over = new AbortController();
  const listener = () => {
    if (!isWaiting(request)) over.abort();
  };
  request.listeners = request.listeners.concat(listener);
  const forget = task.listen(({ kind }) => {
    if (kind === "ended") over.abort();
  });
  await clock.sleep(turnPatience, over.signal);
  forget();
  request.listeners = request.listeners.filter((other) => other !== listener);
}

/** Whether nothing but AWS's limits is known to keep ECS from acknowledging the stop. */
function isWaiting({ acknowledged, error }: StopRequest): boolean {
  if (acknowledged) return false;
  return error === undefined || (error instanceof EcsError && error.kind === "throttled");
}

import { LaunchError } from "../launch_error.ts";
import type { RemoteTask } from "../task/remote_task.ts";
import { progressOf, type RemoteState } from "../task/tracking.ts";
import { until } from "../task/until.ts";
import type { Attempt, LaunchContext } from "./context.ts";
import { findPublicAddress } from "./public_address.ts";

/** Milliseconds between reminders of what a start still waits for. */
const reminderInterval = 60_000;

/** What a start waits for besides the task's acceptance. */
type WaitFor = "running" | "network";

/**
 * Waits until the task has reached what its `wait_for` names. Rejects with the signal's reason, and
 * with a recoverable `LaunchError` where the task ends before anything of it ran.
 */
export async function waitUntilStarted(
  context: LaunchContext,
  task: RemoteTask,
  { request: { config: { wait_for: waitFor } } }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  if (waitFor === "none") return;
  const reminders = new AbortController();
  remind(context, task, waitFor, reminders.signal);
  try {
    const state = await until(task, (state) => isStarted(state, waitFor), signal);
    if (state.kind === "ended" && !state.snapshot?.ran) {
      throw new LaunchError(state.ending.error ?? "the ECS task was stopped before it ran", true);
    }
  } finally {
    reminders.abort();
  }
}

/**
 * The public address that the task is to advertise; undefined where it is to advertise none. Retried
 * until EC2 answers or the signal aborts. Rejects as `findPublicAddress` does.
 */
export async function advertisedAddress(
  context: LaunchContext,
  task: RemoteTask,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<string | undefined> {
  const state = task.state();
  if (attempt.request.config.advertise !== "public" || state.kind === "ended") return undefined;
  const id = state.kind === "live" ? state.snapshot.networkInterface : undefined;
  return await findPublicAddress(context, id, {
    signal,
    retrying: (error) => {
      if (attempt.lastError?.message !== error.message) {
        task.tell(`EC2 is asked again for the public address: ${error.message}`);
      }
      attempt.lastError = error;
    },
  });
}

/** Tells the task's user every minute what the start still waits for, until the signal aborts. */
async function remind(
  { clock }: LaunchContext,
  task: RemoteTask,
  waitFor: WaitFor,
  signal: AbortSignal,
): Promise<void> {
  const since = clock.monotonic();
  const wanted = waitFor === "network" ? "on the network" : "RUNNING";
  while (true) {
    await clock.sleep(reminderInterval, signal);
    if (signal.aborted) return;
    const now = clock.monotonic();
    const seconds = Math.round((now - since) / 1_000);
    const progress = progressOf(task.state(), now);
    task.tell(`Still waiting for the ECS task to be ${wanted} after ${seconds} s: ${progress}`);
  }
}

function isStarted(state: RemoteState, waitFor: WaitFor): boolean {
  switch (state.kind) {
    case "unseen":
      return false;
    case "ended":
      return true;
    case "live":
      return waitFor === "network"
        ? state.snapshot.address !== undefined || state.snapshot.lastStatus === "RUNNING"
        : state.snapshot.lastStatus === "RUNNING" || state.snapshot.ran;
  }
}

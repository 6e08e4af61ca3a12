import { clusterInWords } from "../../aws/cluster_ref.ts";
import { isRecoverable } from "../error_policy.ts";
import { LaunchError } from "../launch_error.ts";
import { startedBy } from "../ownership/tags.ts";
import type { RemoteTask } from "../task/remote_task.ts";
import { progressOf } from "../task/tracking.ts";
import type { Attempt, StartContext, Started, StartRequest } from "./context.ts";
import { leaveNone } from "./failed_starts.ts";
import { launch, type Launched } from "./launch.ts";
import { nameOf } from "./plan.ts";
import { recordEnd } from "./start_record.ts";
import { advertisedAddress, waitUntilStarted } from "./wait.ts";

/**
 * Runs the request's ECS task, or takes over the one that already runs for it, and waits for what the
 * request's `wait_for` names, within its `start_timeout`. Rejects with a `LaunchError`; then no ECS
 * task of the run is left behind.
 */
export async function startTask(context: StartContext, request: StartRequest): Promise<Started> {
  const attempt: Attempt = {
    request,
    lastError: undefined,
    remote: undefined,
    left: "perhaps a task",
  };
  const over = new AbortController();
  const inTime = AbortSignal.any([startTimeout(context, attempt, over.signal), context.signal]);
  const endStart = context.remoteTasks.ledger.beginStart(startedBy(request.owner));
  try {
    const launched = await launch(context, attempt, AbortSignal.any([inTime, request.abandoned]));
    return await untilStarted(context, attempt, launched, inTime);
  } catch (error) {
    throw asLaunchError(error, attempt);
  } finally {
    endStart();
    over.abort();
  }
}

/** A signal that aborts with a `LaunchError` when the start's time has run out before it is over. */
function startTimeout({ clock }: StartContext, attempt: Attempt, over: AbortSignal): AbortSignal {
  const timeout = new AbortController();
  const { start_timeout, wait_for } = attempt.request.config;
  const wanted = wait_for === "none" ? "accepted" : "started";
  clock.sleep(start_timeout, over).then(() => {
    if (over.aborted) return;
    const { remote, lastError } = attempt;
    const progress = remote === undefined
      ? ""
      : `: ${progressOf(remote.state(), clock.monotonic())}`;
    const last = lastError === undefined ? "" : `; last: ${lastError.message}`;
    const text = `the ECS task was not ${wanted} within start_timeout (${start_timeout / 1_000} s)`;
    timeout.abort(new LaunchError(text + progress + last, true));
  });
  return timeout.signal;
}

/** Looks after the launched task and waits until it has started. Stops it where that fails. */
async function untilStarted(
  context: StartContext,
  attempt: Attempt,
  launched: Launched,
  signal: AbortSignal,
): Promise<Started> {
  const remote = lookAfter(context, attempt.request, launched);
  attempt.remote = remote;
  try {
    await waitUntilStarted(context, remote, attempt, signal);
    const publicAddress = await addressOf(context, remote, attempt, launched, signal);
    context.remoteTasks.ledger.answered(launched.arn, remote);
    recordEnd(context, attempt.request, remote);
    const { how, definition, shown } = launched;
    return { remote, how, definition, shown, publicAddress };
  } catch (error) {
    if (!context.signal.aborted && remote.state().kind !== "ended") {
      remote.stop("Nomad: the task's start failed", 0);
    }
    remote.release("the task's start failed");
    leaveNone(context, attempt.request);
    throw error;
  }
}

function lookAfter(
  { remoteTasks, cluster }: StartContext,
  { owner, config: { container }, onEvent }: StartRequest,
  { arn, how }: Launched,
): RemoteTask {
  const ref = { arn, cluster };
  const remote = remoteTasks.watch({
    ref,
    owner,
    container,
    how: how === "started" ? "started" : "found",
    onEvent,
  });
  remote.tell(inWords(how, arn));
  return remote;
}

function inWords(how: Launched["how"], arn: string): string {
  switch (how) {
    case "started":
      return `Started ECS task ${arn}`;
    case "found":
      return `Took over ECS task ${arn}, which already runs for this allocation`;
    case "handed over":
      return `Took over ECS task ${arn}, which ran for the allocation that this one replaces. ` +
        `NOMAD_ALLOC_ID in its containers is still the id of that allocation`;
  }
}

/** The address to advertise. A task that ran before this start goes on without, where there is none. */
async function addressOf(
  context: StartContext,
  remote: RemoteTask,
  attempt: Attempt,
  { how }: Launched,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await advertisedAddress(context, remote, attempt, signal);
  } catch (error) {
    if (how === "started" || context.signal.aborted) throw error;
    const text = error instanceof Error ? error.message : String(error);
    remote.tell(`The task's services get no address: ${text}`);
    return undefined;
  }
}

function asLaunchError(error: unknown, { request, left }: Attempt): LaunchError {
  const { owner, config, cluster } = request;
  const cause = error instanceof Error ? error.message : String(error);
  return new LaunchError(
    `task ${owner.name} could not be started as ${nameOf(config)} in ` +
      `${clusterInWords(cluster)}: ${cause}`,
    isRecoverable(error),
    { cause: error, left },
  );
}

import type { Task } from "../../aws/ecs_answers.ts";
import { clusterInWords } from "../../aws/cluster_ref.ts";
import { EcsError } from "../../aws/error.ts";
import { orAborted } from "../../aws/retry.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import { LaunchError, type Left } from "../launch_error.ts";
import { shownTo, startedBy } from "../ownership/tags.ts";
import {
  type Asking,
  type Attempt,
  type StartContext,
  type Started,
  type StartRequest,
  tell,
} from "./context.ts";
import { leaveNone, leaveOpen } from "./failed_starts.ts";
import { findLive } from "./find_live.ts";
import { type OwnTask, takeFromPredecessor } from "./from_predecessor.ts";
import { describeDefinition, type Plan, planTask } from "./plan.ts";
import { type Accepted, runTask } from "./run_task.ts";
import { runTaskInput } from "./run_task_input.ts";
import { type EarlierStarts, earlierStarts, recordRun } from "./start_record.ts";
import { searchSettled, stopsAcknowledged } from "./stops_pending.ts";
import { untilEarlierListed, untilOpenRunListed } from "./until_listed.ts";

/** The ECS task of a run. */
export type Launched = {
  readonly arn: string;
  readonly how: Started["how"];
  /** See `Started`. */
  readonly shown?: string | undefined;
  /** Undefined where AWS does not let this client describe it. */
  readonly definition: DefinitionFacts | undefined;
};

/** A launch under way. */
type Launch = {
  readonly request: StartRequest;
  readonly asking: Asking;
  readonly earlier: EarlierStarts;
  /** Task id of the run that ECS may have accepted without our having its answer. */
  openRun: string | undefined;
  /** Whether an earlier process may have asked for a run without a record, which ECS may not list yet. */
  unlisted: boolean;
  /** Monotonic milliseconds before which an earlier start asked ECS for the run that it left open. */
  readonly openSince: number;
};

/**
 * Finds the ECS task that already runs for the allocation's task, or has ECS run one. ECS is looked
 * through only where the task may have been started before. Rejects with the signal's reason when it
 * aborts. If ECS may have accepted a RunTask by then, that task is looked for and stopped, unless a later
 * start resumes the run.
 */
export async function launch(
  context: StartContext,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Launched> {
  const { cluster, remoteTasks: { ledger } } = context;
  const { request } = attempt;
  const index = startedBy(request.owner);
  const earlier = await earlierStarts(context, request, signal);
  const recorded = earlier.kind === "possible" ? earlier.openRun : undefined;
  const launch: Launch = {
    request,
    asking: { signal, retrying: tellingOnce(attempt) },
    earlier,
    unlisted: earlier.kind === "possible" && earlier.unrecorded,
    // A run on record was asked for by a process before this one.
    openSince: ledger.openRun(cluster, index)?.since ?? context.begunAt,
    openRun: ledger.resumeRun(cluster, index) ?? recorded,
  };
  try {
    return await findRunning(context, launch) ??
      await takeOver(context, launch) ??
      await runNew(context, launch);
  } catch (error) {
    leave(context, attempt, launch);
    throw error;
  }
}

/** Notes what a failed launch leaves, for the start that comes next. */
function leave(context: StartContext, attempt: Attempt, launch: Launch): void {
  const { request, earlier, openRun } = launch;
  if (openRun !== undefined) {
    return leaveOpen(context, request, openRun, context.clock.monotonic());
  }
  attempt.left = leftBy(context, earlier);
  // A record that no run is open would be believed. The next start is to wait as this one did.
  if (launch.unlisted) context.metTasks.forget(startedBy(request.owner));
  else leaveNone(context, request);
}

/**
 * What is left by a failed launch that leaves no run open. Where AWS has answered nothing, this process has
 * found and taken over nothing either. Only a process before this one may have started the task then.
 */
function leftBy({ hasAnswered }: StartContext, earlier: EarlierStarts): Left {
  const mayBeOfEarlierProcess = earlier.kind === "possible" && !earlier.isMet;
  return mayBeOfEarlierProcess || hasAnswered() ? "perhaps a task" : "nothing";
}

/** Notes each failure as the attempt's last, and tells the task's user of the first. */
function tellingOnce(attempt: Attempt): (error: EcsError) => void {
  let told = false;
  return (error) => {
    attempt.lastError = error;
    if (!told) tell(attempt.request, `ECS is asked again: ${error.message}`);
    told = true;
  };
}

/** The ECS task that already runs for the allocation's task, if any. Stops those besides the oldest. */
async function findRunning(
  context: StartContext,
  launch: Launch,
): Promise<Launched | undefined> {
  const { cluster, remoteTasks, log } = context;
  const { ledger } = remoteTasks;
  const { request, asking, earlier } = launch;
  const { owner } = request;
  const indexes = [startedBy(owner)];
  await stopsAcknowledged(context, request, indexes, asking);
  if (earlier.kind === "none") return undefined;
  const search = { mayTakeOver: ledger.mayTakeOver, takenOver: "refuse", ...asking } as const;
  const look = () =>
    searchSettled(context, request, indexes, asking, () => findLive(context, owner, search));
  let found = await look();
  if (found.length === 0 && launch.unlisted) {
    if (await untilEarlierListed(context, request, asking.signal)) found = await look();
    launch.unlisted = false;
  }
  const [live, ...doubles] = found;
  for (const { taskArn } of doubles) {
    log.error("stopping a second ECS task of one allocation's task", { arn: taskArn });
    const reason = "Nomad: another ECS task runs for this one";
    remoteTasks.stop({ ref: { arn: taskArn, cluster }, owner }, reason);
  }
  if (live?.taskArn === undefined) return undefined;
  return { arn: live.taskArn, how: "found", definition: await definitionOf(context, live, asking) };
}

/**
 * The ECS task that is taken over from an allocation which this one replaces, if any; or the one of the
 * run that an earlier start left open, where ECS has that one too.
 */
async function takeOver(
  context: StartContext,
  launch: Launch,
): Promise<Launched | undefined> {
  const { request, asking, openRun, openSince } = launch;
  const result = await takeFromPredecessor(
    context,
    request,
    asking,
    () => openTask(context, launch),
  );
  if (result.kind === "none") return undefined;
  if (result.kind === "own") return result.own;
  const { task } = result;
  // Should ECS have the open run's task after all, it must not run beside the one that was taken.
  if (openRun !== undefined) leaveOpen(context, request, openRun, openSince);
  const definition = await definitionOf(context, task, asking);
  const shown = shownTo(task.tags ?? [], request.owner.allocId);
  return { arn: task.taskArn, how: "handed over", definition, shown };
}

/** The ECS task of the run that an earlier start left open, looked for once ECS is sure to list it. */
async function openTask(context: StartContext, launch: Launch): Promise<OwnTask<Launched>> {
  const { request, asking, openRun, openSince } = launch;
  const waited = openRun !== undefined &&
    await untilOpenRunListed(context, request, openSince, asking.signal);
  if (!waited) return { kind: "none" };
  const own = await findRunning(context, launch);
  return own === undefined ? { kind: "none by now" } : { kind: "own", own };
}

/** The definition of a task that already runs; undefined where AWS does not tell it. */
async function definitionOf(
  context: StartContext,
  { taskDefinitionArn = "" }: Task,
  asking: Asking,
): Promise<DefinitionFacts | undefined> {
  try {
    return await describeDefinition(context, taskDefinitionArn, asking);
  } catch (error) {
    asking.signal.throwIfAborted();
    context.log.warn("the task definition of a running ECS task is not known", { error });
    return undefined;
  }
}

/** Has ECS run a task, or resumes the run that an earlier start left open. */
async function runNew(context: StartContext, launch: Launch): Promise<Launched> {
  const { request, asking, openRun } = launch;
  const plan = await planTask(context, request, asking);
  for (const note of plan.notes) tell(request, note);
  tell(request, `Asking ECS to run ${plan.taskDefinition} in ${clusterInWords(context.cluster)}`);
  const run = openRun ?? request.owner.id;
  const accepted = await runAsPlanned(context, launch, run, plan);
  const arn = isWanted(launch, run, accepted)
    ? accepted.arn
    : await replace(context, launch, accepted.arn, plan);
  return { arn, how: "started", definition: plan.definition };
}

/**
 * Whether the task that ECS answered for a run is to be kept: it has the parameters that were asked
 * for, or this very start asked for it, in a process that has died.
 */
function isWanted({ request, earlier }: Launch, run: string, { accepted }: Accepted): boolean {
  const isOwn = run === request.owner.id || (earlier.kind === "possible" && earlier.isOwn);
  return accepted === "as asked" || isOwn;
}

/** Stops the task that an earlier start ran with other parameters, and has ECS run another. */
async function replace(
  context: StartContext,
  launch: Launch,
  arn: string,
  plan: Plan,
): Promise<string> {
  const { owner } = launch.request;
  const reason = "Nomad: the task was started anew with another configuration";
  context.remoteTasks.stop({ ref: { arn, cluster: context.cluster }, owner }, reason);
  launch.openRun = undefined;
  await stopsAcknowledged(context, launch.request, [startedBy(owner)], launch.asking);
  return (await runAsPlanned(context, launch, owner.id, plan)).arn;
}

/**
 * Asks for a run under its client token, and once more with a new plan where the planned revision was
 * deregistered. ECS lists a task only some seconds after it accepted it, and answers a known token at
 * once.
 */
async function runAsPlanned(
  context: StartContext,
  launch: Launch,
  run: string,
  plan: Plan,
): Promise<Accepted> {
  const { request, asking, earlier } = launch;
  // A first start was put on record when it was found to be one.
  if (earlier.kind !== "none") await orAborted(recordRun(context, request, run), asking.signal);
  try {
    return await requestRun(context, launch, run, plan);
  } catch (error) {
    if (plan.renew === undefined || !isInactive(error)) throw error;
    plan.renew();
  }
  const renewed = await planTask(context, request, asking);
  try {
    return await requestRun(context, launch, run, renewed);
  } catch (error) {
    if (!isInactive(error)) throw error;
    throw new LaunchError(
      `its task definition was deregistered twice while it started: ${error.message}`,
      true,
      { cause: error },
    );
  }
}

async function requestRun(
  context: StartContext,
  launch: Launch,
  run: string,
  { config, taskDefinition, environment }: Plan,
): Promise<Accepted> {
  const input = runTaskInput({
    config,
    owner: { ...launch.request.owner, id: run },
    driverVersion: context.driverVersion,
    cluster: context.cluster.name,
    taskDefinition,
    environment,
  });
  return await runTask(context, input, {
    ...launch.asking,
    owner: launch.request.owner,
    ambiguous: () => launch.openRun = run,
  });
}

/** Whether RunTask was refused for a revision that has been deregistered. */
function isInactive(error: unknown): error is EcsError {
  return error instanceof EcsError && error.kind === "rejected" && /inactive/i.test(error.answer);
}

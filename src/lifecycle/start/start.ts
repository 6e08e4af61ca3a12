import type { Task } from "@aws-sdk/client-ecs";
import type { Clock } from "../../clock.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import type { Logger } from "../../logger.ts";
import type { Custody } from "../remote_tasks.ts";
import type { Resources } from "../definition/size.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import { EcsError } from "../../aws/error.ts";
import { isRecoverable } from "../error_policy.ts";
import { LaunchError } from "../launch_error.ts";
import type { LaunchContext } from "./context.ts";
import { findLive } from "./find_live.ts";
import { findPublicAddress } from "./public_address.ts";
import { type Launched, runTask } from "./run_task.ts";
import { startedBy } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { describeDefinition, nameOf, type Plan, planTask } from "./plan.ts";
import type { OnEvent, RemoteTask } from "../task/remote_task.ts";
import { createReaper } from "./failed_starts.ts";
import { orAborted } from "../../aws/retry.ts";
import { runTaskInput } from "./run_task_input.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";
import type { RemoteState } from "../task/tracking.ts";

/** One run of a Nomad task that ECS is to carry out. */
export type StartRequest = {
  readonly cluster: ClusterRef;
  readonly owner: TaskIdentity;
  readonly config: TaskConfig;
  /** The environment that Nomad has for the task. */
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Aborts when nobody waits for the start any more; then it goes on only if ECS has its task. */
  readonly abandoned: AbortSignal;
  readonly onEvent: OnEvent;
};

/** A task that was started, with its definition where that could be read. */
export type Started = {
  readonly remote: RemoteTask;
  readonly definition: DefinitionFacts | undefined;
  /** The public address, where the task is to advertise it. */
  readonly publicAddress: string | undefined;
};

/** Starts ECS tasks. */
export type Starter = {
  /**
   * Runs the request's ECS task, or takes over the one that already runs for it, and waits for what
   * the request says. Rejects with a `LaunchError`; then no ECS task of the run is left behind.
   */
  start(request: StartRequest): Promise<Started>;
  /** Whether a start of the allocation's task with this `startedBy` is under way. */
  isStarting(index: string): boolean;
};

/** What a start that waits was last told to wait for. */
type Trouble = { trouble: EcsError | undefined };

/** Milliseconds between reminders of what a start still waits for. */
const reminderInterval = 60_000;

/** Makes a starter. `signal` aborts when the driver ends. */
export function createStarter(
  { custody, contextOf, clock, log, signal }: {
    custody: Custody;
    contextOf: (cluster: ClusterRef) => LaunchContext;
    clock: Clock;
    log: Logger;
    signal: AbortSignal;
  },
): Starter {
  /** Starts under way, by `startedBy`. */
  const launching = new Set<string>();
  const reaper = createReaper({ custody, contextOf, clock, log, signal });

  const launch = async (
    request: StartRequest & Trouble,
    signal: AbortSignal,
  ): Promise<Launched & Pick<Started, "definition">> => {
    const { cluster, owner, onEvent } = request;
    const tell = (message: string) => onEvent({ message, annotations: {} }, owner);
    const index = startedBy(owner);
    // The run of which ECS may have accepted a RunTask that it has not answered. What an earlier start
    // may have left is this one's to take over.
    let openRun = reaper.takeBack(cluster, owner);
    let told = false;
    const retrying = (error: EcsError) => {
      request.trouble = error;
      if (!told) tell(`ECS is asked again: ${error.message}`);
      told = true;
    };
    const stopsAcknowledged = async () => {
      const pending = custody.stopsPending(index);
      if (pending === undefined) return;
      tell("Waiting for ECS to acknowledge the stop of an earlier ECS task");
      await orAborted(pending, signal);
    };
    const run = async (taskId: string, planned: Plan) => {
      const { taskDefinition, environment } = planned;
      const input = runTaskInput({
        config: planned.config,
        owner: { ...owner, id: taskId },
        driverVersion: contextOf(cluster).driverVersion,
        cluster: cluster.name,
        taskDefinition,
        environment,
      });
      const ambiguous = () => openRun = taskId;
      return await runTask(contextOf(cluster), input, { signal, ambiguous, retrying });
    };
    const plan = () => planTask(contextOf(cluster), request, { signal, retrying });
    const runAsPlanned = async (taskId: string, planned: Plan) => {
      try {
        return await run(taskId, planned);
      } catch (error) {
        if (planned.renew === undefined || !isInactive(error)) throw error;
        planned.renew();
        return await run(taskId, await plan()).catch((again) => {
          if (!isInactive(again)) throw again;
          throw new LaunchError(
            `its task definition was deregistered twice while it started: ${again.message}`,
            true,
            { cause: again },
          );
        });
      }
    };
    try {
      // Until an earlier ECS task is sure to end, another would be a second one.
      await stopsAcknowledged();
      const [live, ...doubles] = await findLive(contextOf(cluster), owner, {
        except: custody.done,
        takenOver: "refuse",
        signal,
        retrying,
      });
      for (const { taskArn } of doubles) {
        if (taskArn === undefined) continue;
        log.error("stopping a second ECS task of one allocation's task", { arn: taskArn });
        custody.stopUnattended(
          { arn: taskArn, cluster },
          owner,
          "Nomad: another ECS task runs for this one",
        );
      }
      if (live?.taskArn !== undefined) {
        const definition = await definitionOf(live, contextOf(cluster), { signal, retrying });
        return { arn: live.taskArn, how: "found", definition };
      }
      const planned = await plan();
      const { definition } = planned;
      for (const note of planned.notes) tell(note);
      tell(`Asking ECS to run ${planned.taskDefinition} in ${clusterInWords(cluster)}`);
      if (openRun === undefined || openRun === owner.id) {
        const { arn } = await runAsPlanned(owner.id, planned);
        return { arn, how: "started", definition };
      }
      // ECS lists a task some seconds after it accepted it. Under the client token of the run that
      // was cut off, it answers that run's task however young it is.
      const continued = await runAsPlanned(openRun, planned);
      if (continued.accepted === "as asked") {
        return { arn: continued.arn, how: "started", definition };
      }
      custody.stopUnattended(
        { arn: continued.arn, cluster },
        owner,
        "Nomad: the task was started anew with another configuration",
      );
      openRun = undefined;
      await stopsAcknowledged();
      const { arn } = await runAsPlanned(owner.id, planned);
      return { arn, how: "started", definition };
    } catch (error) {
      if (openRun !== undefined) reaper.leave(cluster, owner, openRun);
      throw error;
    }
  };

  /** The definition of a task that runs, whatever it says by now; undefined where ECS does not tell. */
  const definitionOf = async (
    { taskDefinitionArn = "" }: Task,
    context: LaunchContext,
    how: { signal: AbortSignal; retrying: (error: EcsError) => void },
  ): Promise<DefinitionFacts | undefined> => {
    try {
      return await describeDefinition(context, taskDefinitionArn, how);
    } catch (error) {
      how.signal.throwIfAborted();
      log.warn("the task definition of a running ECS task is not known", { error });
      return undefined;
    }
  };

  const waitUntilStarted = async (task: RemoteTask, request: StartRequest, signal: AbortSignal) => {
    const { wait_for: waitFor } = request.config;
    if (waitFor === "none") return;
    const reminders = new AbortController();
    remind(task, waitFor, reminders.signal);
    try {
      const state = await task.until((state) => isStarted(state, waitFor), signal);
      if (state.kind === "ended" && !state.snapshot?.ran) {
        throw new LaunchError(
          state.ending.error ?? "the ECS task was stopped before it ran",
          true,
        );
      }
    } finally {
      reminders.abort();
    }
  };

  const advertisedAddress = async (
    task: RemoteTask,
    request: StartRequest & Trouble,
    signal: AbortSignal,
  ) => {
    const state = task.state();
    if (request.config.advertise !== "public" || state.kind === "ended") return undefined;
    const id = state.kind === "live" ? state.snapshot.networkInterface : undefined;
    return await findPublicAddress(contextOf(request.cluster), id, {
      signal,
      retrying: (error) => {
        if (request.trouble?.message !== error.message) {
          task.tell(`EC2 is asked again for the public address: ${error.message}`);
        }
        request.trouble = error;
      },
    });
  };

  const remind = async (task: RemoteTask, waitFor: "running" | "network", signal: AbortSignal) => {
    const since = clock.monotonic();
    while (true) {
      await clock.sleep(reminderInterval, signal);
      if (signal.aborted) return;
      const state = task.state();
      const status = state.kind === "live" ? state.snapshot.lastStatus : "not seen yet";
      const seconds = Math.round((clock.monotonic() - since) / 1_000);
      task.tell(
        `Still waiting for the ECS task to be ${
          waitFor === "network" ? "on the network" : "RUNNING"
        }` +
          ` after ${seconds} s: it is ${status}`,
      );
    }
  };

  const start = async (asked: StartRequest): Promise<Started> => {
    const request = { ...asked, trouble: undefined as EcsError | undefined };
    const deadline = new AbortController();
    const bounded = AbortSignal.any([deadline.signal, signal]);
    const stopTimer = new AbortController();
    clock.sleep(request.config.start_timeout, stopTimer.signal).then(() => {
      if (stopTimer.signal.aborted) return;
      deadline.abort(
        new LaunchError(
          `the ECS task was not ${
            request.config.wait_for === "none" ? "accepted" : "started"
          } within ` +
            `start_timeout (${request.config.start_timeout / 1_000} s)` +
            (request.trouble === undefined ? "" : `; last: ${request.trouble.message}`),
          true,
        ),
      );
    });
    const index = startedBy(request.owner);
    launching.add(index);
    try {
      const launched = await launch(request, AbortSignal.any([bounded, request.abandoned]));
      const ref = { arn: launched.arn, cluster: request.cluster };
      const task = custody.take({
        ref,
        owner: request.owner,
        container: request.config.container,
        claim: launched.how === "found",
        announce: true,
        onEvent: request.onEvent,
      });
      task.tell(
        launched.how === "found"
          ? `Took over ECS task ${ref.arn}, which already runs for this allocation`
          : `Started ECS task ${ref.arn}`,
      );
      try {
        await waitUntilStarted(task, request, bounded);
        const publicAddress = await advertisedAddress(task, request, bounded).catch((error) => {
          // A task that ran before this start is not to end for want of its address.
          if (launched.how === "started" || signal.aborted) throw error;
          task.tell(`The task's services get no address: ${error.message}`);
          return undefined;
        });
        return { remote: task, definition: launched.definition, publicAddress };
      } catch (error) {
        if (!signal.aborted && task.state().kind !== "ended") {
          custody.done.add(ref.arn);
          task.stop("Nomad: the task's start failed", 0);
        }
        task.release();
        throw error;
      }
    } catch (error) {
      throw asLaunchError(error, request);
    } finally {
      launching.delete(index);
      stopTimer.abort();
    }
  };

  return { start, isStarting: (index) => launching.has(index) };
}

/** Whether RunTask was refused for a revision that has been deregistered. */
function isInactive(error: unknown): error is EcsError {
  return error instanceof EcsError && error.kind === "rejected" && /inactive/i.test(error.answer);
}

function isStarted(state: RemoteState, waitFor: "running" | "network"): boolean {
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

function asLaunchError(error: unknown, { owner, config, cluster }: StartRequest): LaunchError {
  const cause = error instanceof Error ? error.message : String(error);
  return new LaunchError(
    `task ${owner.name} could not be started as ${nameOf(config)} in ` +
      `${clusterInWords(cluster)}: ${cause}`,
    isRecoverable(error),
    { cause: error },
  );
}

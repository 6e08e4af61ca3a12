import type { Clock, Random } from "../clock.ts";
import type { TaskConfig } from "../config/task_config.ts";
import type { Logger } from "../logger.ts";
import { type EcsError, toEcsError } from "./ecs_error.ts";
import type { ConnectEcs } from "./ecs_operations.ts";
import { findLive, isRecoverable, type Launched, LaunchError, runTask } from "./launch.ts";
import { type Owner, startedBy } from "./ownership.ts";
import { createRegion, type Region } from "./region.ts";
import { createRemoteTask, type RemoteTask } from "./remote_task.ts";
import { runTaskInput } from "./run_task_input.ts";
import { describeScope, type Scope, scopeKey, type TaskRef } from "./scope.ts";
import type { RemoteState, TaskEvent } from "./tracking.ts";
import type { WatchHealth } from "./watcher.ts";

/** What a start waits for. */
export type WaitFor = "running" | "network" | "none";

/** One run of a Nomad task that ECS is to carry out. */
export type StartRequest = {
  readonly scope: Scope;
  readonly owner: Owner;
  readonly config: TaskConfig;
  readonly waitFor: WaitFor;
  /** Milliseconds from now to what `waitFor` names. */
  readonly timeout: number;
  readonly onEvent: (event: TaskEvent) => void;
};

/** What the lifecycle may be told to do differently while it runs. */
export type LifecycleSettings = {
  /** ECS calls a second, for each region. */
  readonly maxApiRate: number;
  /** Milliseconds between looks at a task at rest. */
  readonly pollInterval: number;
  /** Milliseconds without a usable answer before the users of the tasks concerned are told. */
  readonly unhealthyAfter: number;
};

/** Whether a cluster can take tasks. */
export type ClusterHealth =
  | { kind: "active"; arn: string }
  /** ECS says that the cluster cannot be used. */
  | { kind: "unusable"; reason: string }
  /** ECS does not say. */
  | { kind: "unanswered"; error: EcsError };

/** Nomad tasks as ECS tasks. */
export type Lifecycle = {
  /**
   * Runs the request's ECS task, or takes over the one that already runs for it, and waits for what
   * the request says. Rejects with a `LaunchError`; then no ECS task of the run is left behind.
   */
  start(request: StartRequest): Promise<RemoteTask>;
  /** Looks after an ECS task that was started earlier. Needs no answer from ECS. */
  recover(
    ref: TaskRef,
    owner: Owner,
    onEvent: (event: TaskEvent) => void,
  ): RemoteTask;
  checkCluster(scope: Scope): Promise<ClusterHealth>;
  /** The watchers that get no answers. */
  failing(): { scope: Scope; since: number; error: EcsError }[];
  /** Ends all activity. ECS tasks live on. */
  close(): void;
};

/** Milliseconds between reminders of what a start still waits for. */
const reminderInterval = 60_000;
/** Milliseconds for which the tasks of a start that failed midway are looked for. */
const reapPeriod = 120_000;

/** Sets up the lifecycle. `settings` is read again whenever it matters. */
export function createLifecycle(
  { connect, clock, random, log, settings }: {
    connect: ConnectEcs;
    clock: Clock;
    random: Random;
    log: Logger;
    settings: () => LifecycleSettings;
  },
): Lifecycle {
  const closed = new AbortController();
  const regions = new Map<string, Region>();
  const tasks = new Set<RemoteTask>();
  const outages = new Set<string>();
  /** ECS tasks that this driver has given up on or ended: never to be found as live again. */
  const done = new Set<string>();
  /** Starts that failed midway, by `startedBy`: what they may have left behind is looked for. */
  const reapers = new Map<string, AbortController>();

  const tellAll = (scope: Scope, message: string) => {
    const key = scopeKey(scope);
    for (const task of tasks) if (scopeKey(task.ref.scope) === key) task.tell(message);
  };

  const onHealth = (scope: Scope, health: WatchHealth) => {
    const key = scopeKey(scope);
    switch (health.kind) {
      case "answering":
        if (outages.delete(key)) {
          log.info("ECS answers again", { cluster: scope.cluster });
          tellAll(scope, "ECS answers again");
        }
        return;
      case "failing": {
        const lasted = clock.monotonic() - health.since;
        if (outages.has(key) || lasted < settings().unhealthyAfter) return;
        outages.add(key);
        log.error("ECS gives no usable answer", {
          cluster: scope.cluster,
          error: health.error.message,
        });
        tellAll(
          scope,
          `ECS has given no usable answer for ${
            Math.round(lasted / 1_000)
          } s; the task counts as ` +
            `running until ECS says otherwise: ${health.error.message}`,
        );
        return;
      }
    }
  };

  const regionOf = ({ region }: Scope): Region => {
    const key = region ?? "";
    const known = regions.get(key);
    if (known !== undefined) return known;
    const made = createRegion({
      region,
      connect,
      clock,
      random,
      log,
      maxRate: () => settings().maxApiRate,
      pollInterval: () => settings().pollInterval,
      onHealth,
      signal: closed.signal,
    });
    regions.set(key, made);
    return made;
  };

  const lookAfter = (
    { ref, owner, claim, announce, onEvent }: {
      ref: TaskRef;
      owner: Owner;
      claim: boolean;
      announce: boolean;
      onEvent: (event: TaskEvent) => void;
    },
  ): RemoteTask => {
    const region = regionOf(ref.scope);
    const task = createRemoteTask({
      ref,
      owner,
      claim,
      announce,
      watcher: region.watcher(ref.scope.cluster),
      caller: region.caller,
      clock,
      random,
      log,
      essentialContainers: region.essentialContainers,
      onEvent,
      signal: closed.signal,
    });
    tasks.add(task);
    task.ended.then(() => tasks.delete(task));
    return {
      ...task,
      release: () => {
        tasks.delete(task);
        task.release();
      },
    };
  };

  const contextOf = (scope: Scope) => ({ scope, caller: regionOf(scope).caller, clock, random });

  /** Stops what a start that failed midway may have left behind. */
  const reap = async (scope: Scope, owner: Owner, signal: AbortSignal) => {
    const until = clock.monotonic() + reapPeriod;
    while (clock.monotonic() < until && !signal.aborted) {
      for (const { taskArn } of await findLive(contextOf(scope), owner, done, signal)) {
        if (taskArn === undefined) continue;
        log.warn("stopping the ECS task of a start that failed", { arn: taskArn });
        done.add(taskArn);
        const left = lookAfter({
          ref: { arn: taskArn, scope },
          owner,
          claim: false,
          announce: false,
          onEvent: () => {},
        });
        left.stop("Nomad: the task's start failed", 0);
        left.release();
      }
      await clock.sleep(5_000, signal);
    }
  };

  const startReaper = (scope: Scope, owner: Owner) => {
    const key = startedBy(owner);
    const stop = new AbortController();
    reapers.set(key, stop);
    reap(scope, owner, AbortSignal.any([stop.signal, closed.signal]))
      .catch((error) => {
        if (stop.signal.aborted || closed.signal.aborted) return;
        log.error("a failed start may have left an ECS task behind", {
          task_id: owner.taskId,
          error: String(error),
        });
      })
      .finally(() => {
        if (reapers.get(key) === stop) reapers.delete(key);
      });
  };

  const launch = async (request: StartRequest, signal: AbortSignal): Promise<Launched> => {
    const { scope, owner, config, onEvent } = request;
    const tell = (message: string) => onEvent({ message, annotations: {} });
    // What an earlier start may have left is this one's to take over.
    reapers.get(startedBy(owner))?.abort();
    let ambiguous = false;
    try {
      const [live, ...doubles] = await findLive(contextOf(scope), owner, done, signal);
      for (const { taskArn } of doubles) {
        log.error("an allocation's task has more than one ECS task", { arn: taskArn });
      }
      if (live?.taskArn !== undefined) return { arn: live.taskArn, how: "found" };
      tell(`Asking ECS to run ${config.task_definition} in ${describeScope(scope)}`);
      const input = runTaskInput({ config, owner, cluster: scope.cluster });
      let told = false;
      const arn = await runTask(contextOf(scope), input, {
        signal,
        ambiguous: () => ambiguous = true,
        retrying: (error) => {
          if (!told) tell(`RunTask is tried again: ${error.message}`);
          told = true;
        },
      });
      return { arn, how: "started" };
    } catch (error) {
      if (ambiguous) startReaper(scope, owner);
      throw error;
    }
  };

  const waitUntilStarted = async (task: RemoteTask, request: StartRequest, signal: AbortSignal) => {
    const { waitFor } = request;
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

  const remind = async (task: RemoteTask, waitFor: WaitFor, signal: AbortSignal) => {
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

  return {
    start: async (request) => {
      const deadline = new AbortController();
      const signal = AbortSignal.any([deadline.signal, closed.signal]);
      const stopTimer = new AbortController();
      clock.sleep(request.timeout, stopTimer.signal).then(() => {
        if (stopTimer.signal.aborted) return;
        deadline.abort(
          new LaunchError(
            `the ECS task was not ${request.waitFor === "none" ? "accepted" : "started"} within ` +
              `start_timeout (${request.timeout / 1_000} s)`,
            true,
          ),
        );
      });
      try {
        const launched = await launch(request, signal);
        const ref = { arn: launched.arn, scope: request.scope };
        const task = lookAfter({
          ref,
          owner: request.owner,
          claim: launched.how === "found",
          announce: true,
          onEvent: request.onEvent,
        });
        task.ended.then(() => done.add(ref.arn));
        task.tell(
          launched.how === "found"
            ? `Took over ECS task ${ref.arn}, which already runs for this allocation`
            : `Started ECS task ${ref.arn}`,
        );
        try {
          await waitUntilStarted(task, request, signal);
          return task;
        } catch (error) {
          if (!closed.signal.aborted && task.state().kind !== "ended") {
            done.add(ref.arn);
            task.stop("Nomad: the task did not start in time", 0);
          }
          task.release();
          throw error;
        }
      } catch (error) {
        throw asLaunchError(error, request);
      } finally {
        stopTimer.abort();
      }
    },
    recover: (ref, owner, onEvent) =>
      lookAfter({ ref, owner, claim: true, announce: false, onEvent }),
    checkCluster: async (scope) => {
      try {
        const { clusters, failures } = await regionOf(scope).caller.call("describeClusters", {
          clusters: [scope.cluster],
        }, {
          target: describeScope(scope),
          priority: "act",
          signal: closed.signal,
        });
        const status = clusters?.[0]?.status;
        if (status === "ACTIVE") return { kind: "active", arn: clusters?.[0]?.clusterArn ?? "" };
        const why = status ?? failures?.[0]?.reason ?? "not described";
        return {
          kind: "unusable",
          reason: `ECS ${describeScope(scope)} is ${why}; it must be ACTIVE`,
        };
      } catch (error) {
        return {
          kind: "unanswered",
          error: toEcsError(error, `DescribeClusters ${describeScope(scope)}`),
        };
      }
    },
    failing: () =>
      [...regions].flatMap(([region, { watchers }]) =>
        [...watchers()].flatMap(([cluster, watcher]) => {
          const failing = watcher.failing();
          const scope = { region: region === "" ? undefined : region, cluster };
          return failing === undefined ? [] : [{ scope, ...failing }];
        })
      ),
    close: () => closed.abort(new Error("the driver is shutting down")),
  };
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

function asLaunchError(error: unknown, { owner, config, scope }: StartRequest): LaunchError {
  const cause = error instanceof Error ? error.message : String(error);
  return new LaunchError(
    `task ${owner.task} could not be started as ${config.task_definition} in ` +
      `${describeScope(scope)}: ${cause}`,
    isRecoverable(error),
    { cause: error },
  );
}

import type { Clock, Random } from "../clock.ts";
import type { TaskConfig } from "../config/task_config.ts";
import type { Logger } from "../logger.ts";
import { type EcsError, toEcsError } from "./ecs_error.ts";
import type { ConnectEcs } from "./ecs_operations.ts";
import { findLive, isRecoverable, type Launched, LaunchError, runTask } from "./launch.ts";
import { type Owner, startedBy, taggedOwner } from "./ownership.ts";
import { createRegion, type Region } from "./region.ts";
import { createRemoteTask, type RemoteTask } from "./remote_task.ts";
import { runTaskInput } from "./run_task_input.ts";
import { describeScope, type Scope, scopeKey, type TaskRef } from "./scope.ts";
import type { RemoteState, TaskEvent } from "./tracking.ts";
import { batchSize, type WatchHealth } from "./watcher.ts";

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
  /**
   * ARNs of the ECS tasks of a cluster that are wanted running, tagged as the node's and neither in
   * `claimed` nor about to be by a start under way. Rejects when ECS does not answer.
   */
  tasksOf(
    scope: Scope,
    nodeId: string,
    claimed: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<string[]>;
  /** Has ECS stop a task that no allocation claims, if its tags still say that it is the node's. */
  stopOrphan(ref: TaskRef, nodeId: string): void;
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
  /** ECS tasks that are tagged as somebody else's, so that a search describes each just once. */
  const foreign = new Set<string>();
  /** Stops that ECS has not acknowledged yet, by `startedBy`. */
  const stopping = new Map<string, Set<Promise<void>>>();
  /** Starts under way, by `startedBy`. */
  const launching = new Set<string>();
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

  /** Keeps starts of the same allocation's task waiting until a stop has reached ECS. */
  const holdBack = (index: string, acknowledged: Promise<void>) => {
    const pending = stopping.get(index) ?? new Set();
    stopping.set(index, pending.add(acknowledged));
    acknowledged.then(() => {
      pending.delete(acknowledged);
      if (pending.size === 0 && stopping.get(index) === pending) stopping.delete(index);
    });
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
      stop: (reason, timeout) => {
        holdBack(startedBy(owner), task.stopAcknowledged);
        return task.stop(reason, timeout);
      },
      release: () => {
        tasks.delete(task);
        task.release();
      },
    };
  };

  /** Has ECS stop a task that nobody looks after any more. */
  const stopUnattended = (ref: TaskRef, owner: Owner, reason: string) => {
    if (done.has(ref.arn)) return;
    done.add(ref.arn);
    const left = lookAfter({ ref, owner, claim: false, announce: false, onEvent: () => {} });
    left.stop(reason, 0);
    left.release();
  };

  const contextOf = (scope: Scope) => ({ scope, caller: regionOf(scope).caller, clock, random });

  /** Stops what a start that failed midway may have left behind. */
  const reap = async (scope: Scope, owner: Owner, signal: AbortSignal) => {
    const until = clock.monotonic() + reapPeriod;
    while (clock.monotonic() < until && !signal.aborted) {
      for (const { taskArn } of await findLive(contextOf(scope), owner, { except: done, signal })) {
        if (taskArn === undefined) continue;
        log.warn("stopping the ECS task of a start that failed", { arn: taskArn });
        stopUnattended({ arn: taskArn, scope }, owner, "Nomad: the task's start failed");
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

  const launch = async (
    request: StartRequest & { trouble: EcsError | undefined },
    signal: AbortSignal,
  ): Promise<Launched> => {
    const { scope, owner, config, onEvent } = request;
    const tell = (message: string) => onEvent({ message, annotations: {} });
    // What an earlier start may have left is this one's to take over.
    reapers.get(startedBy(owner))?.abort();
    let ambiguous = false;
    let told = false;
    const retrying = (error: EcsError) => {
      request.trouble = error;
      if (!told) tell(`ECS is asked again: ${error.message}`);
      told = true;
    };
    try {
      // Until an earlier ECS task is sure to end, another would be a second one.
      const pending = stopping.get(startedBy(owner));
      if (pending !== undefined) {
        tell("Waiting for ECS to acknowledge the stop of an earlier ECS task");
        await orAborted(Promise.all(pending), signal);
      }
      const [live, ...doubles] = await findLive(contextOf(scope), owner, {
        except: done,
        signal,
        retrying,
      });
      for (const { taskArn } of doubles) {
        if (taskArn === undefined) continue;
        log.error("stopping a second ECS task of one allocation's task", { arn: taskArn });
        stopUnattended({ arn: taskArn, scope }, owner, "Nomad: another ECS task runs for this one");
      }
      if (live?.taskArn !== undefined) return { arn: live.taskArn, how: "found" };
      tell(`Asking ECS to run ${config.task_definition} in ${describeScope(scope)}`);
      const input = runTaskInput({ config, owner, cluster: scope.cluster });
      const arn = await runTask(contextOf(scope), input, {
        signal,
        ambiguous: () => ambiguous = true,
        retrying,
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
    start: async (asked) => {
      const request = { ...asked, trouble: undefined as EcsError | undefined };
      const deadline = new AbortController();
      const signal = AbortSignal.any([deadline.signal, closed.signal]);
      const stopTimer = new AbortController();
      clock.sleep(request.timeout, stopTimer.signal).then(() => {
        if (stopTimer.signal.aborted) return;
        deadline.abort(
          new LaunchError(
            `the ECS task was not ${request.waitFor === "none" ? "accepted" : "started"} within ` +
              `start_timeout (${request.timeout / 1_000} s)` +
              (request.trouble === undefined ? "" : `; last: ${request.trouble.message}`),
            true,
          ),
        );
      });
      const index = startedBy(request.owner);
      launching.add(index);
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
        launching.delete(index);
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
    tasksOf: async (scope, nodeId, claimed, signal) => {
      const { caller } = regionOf(scope);
      const options = {
        target: `of ${describeScope(scope)}`,
        priority: "housekeeping" as const,
        signal,
      };
      const unknown: string[] = [];
      const listed = new Set<string>();
      let nextToken: string | undefined;
      do {
        const page = await caller.call("listTasks", {
          cluster: scope.cluster,
          ...(nextToken === undefined ? {} : { nextToken }),
        }, options);
        for (const arn of page.taskArns ?? []) {
          listed.add(arn);
          if (!claimed.has(arn) && !foreign.has(arn) && !done.has(arn)) unknown.push(arn);
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      for (const arn of foreign) if (!listed.has(arn)) foreign.delete(arn);

      const found: string[] = [];
      for (let at = 0; at < unknown.length; at += batchSize) {
        const { tasks: described = [] } = await caller.call("describeTasks", {
          cluster: scope.cluster,
          tasks: unknown.slice(at, at + batchSize),
          include: ["TAGS"],
        }, options);
        for (const { taskArn, tags = [], startedBy: index = "" } of described) {
          if (taskArn === undefined) continue;
          if (taggedOwner(tags).nodeId !== nodeId) foreign.add(taskArn);
          else if (!launching.has(index)) found.push(taskArn);
        }
      }
      return found;
    },
    stopOrphan: (ref, nodeId) => {
      const unknown = { namespace: "", jobId: "", group: "", task: "", allocId: "" };
      const owner = { ...unknown, taskId: `orphan ${ref.arn}`, nodeId, driverVersion: "" };
      stopUnattended(ref, owner, "Nomad: no allocation claims this task");
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

/** Resolves with the promise; rejects with the signal's reason if that aborts first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
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

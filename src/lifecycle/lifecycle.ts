import type { EcsCaller } from "../aws/caller.ts";
import type { AccountRef, ClusterRef, TaskRef } from "../aws/cluster_ref.ts";
import type { EcsError } from "../aws/error.ts";
import type { ConnectAws } from "../aws/operations.ts";
import type { Clock, Random } from "../clock.ts";
import type { Files } from "../files.ts";
import type { Logger } from "../logger.ts";
import { type Meter, silentMeter } from "../meter.ts";
import { type AccountSettings, createAccounts } from "./account.ts";
import { checkCluster, type ClusterHealth } from "./cluster_health.ts";
import { type CommandTarget, commandTarget, definitionOf } from "./command_target.ts";
import type { DefinitionFacts } from "./definition/facts.ts";
import { noteHealth, type OutageContext } from "./outages.ts";
import { createClusterScans } from "./ownership/cluster_scan.ts";
import type { UnclaimedTask } from "./ownership/ledger.ts";
import { findUnclaimed } from "./ownership/node_search.ts";
import { createRemoteTasks } from "./remote_tasks.ts";
import type { StartContext, Started, StartRequest } from "./start/context.ts";
import { type CheckedTask, checkTask, type TaskToCheck } from "./start/check.ts";
import { stopDoubles, type TaskInDoubt } from "./start/doubles.ts";
import { describeDefinition } from "./start/plan.ts";
import { startTask } from "./start/start.ts";
import { createMetTasks } from "./start/met_tasks.ts";
import { type RecordContext, type RecordedStart, recordEnd } from "./start/start_record.ts";
import type { OnEvent, RemoteTask } from "./task/remote_task.ts";
import { leaveTask } from "./ownership/leave.ts";
import { findOthers, type OthersTask, type TasksOfOthers } from "./ownership/other_nodes_tasks.ts";
import {
  type StopOutcome,
  stopUnchanged,
  type SurveyedTask,
  surveyTasks,
} from "./ownership/survey.ts";
import { type LeftTo, startedBy } from "./ownership/tags.ts";

export type { ClusterHealth } from "./cluster_health.ts";
export type { CommandTarget } from "./command_target.ts";
export type { DefinitionFacts } from "./definition/facts.ts";
export { mainContainer } from "./definition/main_container.ts";
export type { Resources } from "./definition/size.ts";
export { verdictOn } from "./error_policy.ts";
export { createPatience } from "./patience.ts";
export { LaunchError } from "./launch_error.ts";
export type { Started } from "./start/context.ts";
export { isAwaited } from "./ownership/hand_over_time.ts";
export type { UnclaimedTask } from "./ownership/ledger.ts";
export type { RemoteTask } from "./task/remote_task.ts";
export type { TaskEvent } from "./task/status_events.ts";
export type { RemoteState } from "./task/tracking.ts";
export { until } from "./task/until.ts";
export type { TaskIdentity } from "./task_identity.ts";
export type { Predecessor, Predecessors } from "./ownership/adopt.ts";
export type { OthersTask } from "./ownership/other_nodes_tasks.ts";
export type { StopOutcome, SurveyedTask } from "./ownership/survey.ts";

export { checkDefinition, type CheckedTask, type TaskToCheck } from "./start/check.ts";

/** What the lifecycle may be told to do differently while it runs. */
export type LifecycleSettings = AccountSettings & {
  /** Milliseconds without a usable answer before the users of the tasks concerned are told. */
  readonly unhealthyAfter: number;
};

/** An ECS task that was started earlier, and whose it is now. */
export type RecoveredTask = RecordedStart & {
  readonly ref: TaskRef;
  /** The container whose exit code counts, where the jobspec names it; else the main container. */
  readonly container: string | undefined;
  readonly onEvent: OnEvent;
};

/**
 * Nomad tasks as ECS tasks: the face of this folder.
 *
 * @example
 * ```ts
 * const lifecycle = createLifecycle({ connect, files, clock, random, log, version, settings });
 * const { remote } = await lifecycle.start(request);
 * remote.listen((state) => log.info("the task has changed", { state: state.kind }));
 * await remote.stop("Nomad stopped the task", 10_000);
 * ```
 */
export type Lifecycle = {
  /** See `startTask` in `start/start.ts`. */
  start(request: StartRequest): Promise<Started>;
  /** Looks after an ECS task that was started earlier. Needs no answer from ECS. */
  recover(task: RecoveredTask): RemoteTask;
  /** See `stopDoubles` in `start/doubles.ts`. */
  stopDoubles(task: TaskInDoubt, signal: AbortSignal): Promise<string[]>;
  /** Tags the ECS task as left to an allocation. See `leaveTask` in `ownership/leave.ts`. */
  leaveTask(
    ref: TaskRef,
    leftTo: () => Promise<LeftTo | undefined>,
    ms: number,
    signal: AbortSignal,
  ): Promise<"left" | "kept">;
  /** See `findOthers` in `ownership/other_nodes_tasks.ts`. */
  tasksOfOthers(
    cluster: ClusterRef,
    nodeId: string,
    isSettled: (arn: string) => boolean,
    signal: AbortSignal,
  ): Promise<TasksOfOthers>;
  /**
   * Has ECS stop another node's task that nobody looks after, unless its tags have moved by then, or this
   * process looks after it.
   */
  stopForsaken(task: OthersTask, reason: string): void;
  /**
   * Checks a task as its start does, and starts nothing. See `checkTask` in `start/check.ts`. Of AWS it asks
   * at most DescribeTaskDefinition, and only where `asks` says so.
   */
  check(
    cluster: ClusterRef,
    task: TaskToCheck,
    asks: "asks nobody" | "describes definitions",
    signal: AbortSignal,
  ): Promise<CheckedTask>;
  /** See `surveyTasks` in `ownership/survey.ts`. */
  survey(cluster: ClusterRef, signal: AbortSignal): Promise<SurveyedTask[]>;
  /** See `stopUnchanged` in `ownership/survey.ts`. */
  stopUnchanged(task: OthersTask, reason: string, signal: AbortSignal): Promise<StopOutcome>;
  /** Asks ECS once whether the cluster can take tasks. Never rejects. */
  checkCluster(cluster: ClusterRef): Promise<ClusterHealth>;
  /**
   * The ECS tasks of a cluster that are wanted running and tagged as the node's, that no allocation has
   * shown to have, and that no start is about to take. Rejects when ECS does not answer.
   */
  unclaimedTasks(
    cluster: ClusterRef,
    nodeId: string,
    signal: AbortSignal,
  ): Promise<UnclaimedTask[]>;
  /**
   * Takes an unclaimed task for an orphan; with "stop", ECS is asked to stop it. Answers "new" the
   * first time, and "claimed" for a task that an allocation or a start has got hold of meanwhile.
   */
  settleOrphan(task: UnclaimedTask, policy: "stop" | "report"): "new" | "known" | "claimed";
  /** See `commandTarget` in `command_target.ts`. */
  commandTarget(
    ref: TaskRef,
    container: string | undefined,
    signal: AbortSignal,
  ): Promise<CommandTarget>;
  /** See `definitionOf` in `command_target.ts`. */
  definitionOf(ref: TaskRef): Promise<DefinitionFacts | undefined>;
  /** A task definition, by family, family and revision, or ARN. Rejects with an `EcsError`. */
  describe(account: AccountRef, definition: string): Promise<DefinitionFacts>;
  /** The calls to AWS in an account and region, within its limits. */
  callerOf(account: AccountRef): EcsCaller;
  /** The clusters whose watchers get no answers; `since` is monotonic milliseconds. */
  failing(): { cluster: ClusterRef; since: number; error: EcsError }[];
  /** Ends all activity. ECS tasks live on. */
  close(): void;
};

/**
 * Sets up the lifecycle. It calls AWS only when it is asked for something. `version` is the driver's,
 * with which ECS tasks are tagged; `settings` is read again whenever it matters.
 */
export function createLifecycle(
  { connect, files, clock, random, log, meter = silentMeter, version, settings }: {
    connect: ConnectAws;
    files: Files;
    clock: Clock;
    random: Random;
    log: Logger;
    meter?: Meter | undefined;
    version: string;
    settings: () => LifecycleSettings;
  },
): Lifecycle {
  const closed = new AbortController();
  const { signal } = closed;
  const shared = { clock, random, log, meter, driverVersion: version, signal };
  const outages: OutageContext = {
    tasks: () => remoteTasks.ledger.keepers(),
    unhealthyAfter: () => settings().unhealthyAfter,
    clock,
    log,
    told: new Set(),
  };
  const accounts = createAccounts({
    ...shared,
    connect,
    settings,
    onHealth: (cluster, health) => noteHealth(outages, cluster, health),
  });
  const remoteTasks = createRemoteTasks({ ...shared, accountOf: accounts.of });
  const { ledger } = remoteTasks;
  const scans = createClusterScans();
  const metTasks = createMetTasks({ now: clock.now });
  const records: RecordContext = {
    files,
    metTasks,
    writes: new Map(),
    begunAt: clock.monotonic(),
    clock,
    log,
  };
  const startContext = (cluster: ClusterRef): StartContext => {
    const { caller, definitions, registry, hasAnswered } = accounts.of(cluster);
    const account = { caller, definitions, registry, hasAnswered };
    return { ...shared, ...records, ...account, scans, cluster, remoteTasks };
  };

  return {
    start: (request) => startTask(startContext(request.cluster), request),
    recover: ({ ref, owner, container, allocDir, onEvent }) => {
      metTasks.meet(startedBy(owner));
      const remote = remoteTasks.watch({ ref, owner, container, how: "recovered", onEvent });
      recordEnd(records, { owner, allocDir }, remote);
      return remote;
    },
    checkCluster: (cluster) => checkCluster(accounts.of(cluster).caller, cluster, signal),
    unclaimedTasks: async (cluster, nodeId, signal) => {
      const { caller } = accounts.of(cluster);
      const unclaimed = await findUnclaimed({ cluster, caller, ledger, nodeId, signal });
      for (const { index } of unclaimed) metTasks.meet(index);
      return unclaimed;
    },
    stopDoubles: (task, signal) => stopDoubles(startContext(task.ref.cluster), task, signal),
    leaveTask: (ref, leftTo, ms, signal) => {
      const { caller } = accounts.of(ref.cluster);
      return leaveTask({ caller, clock, random }, ref, leftTo, ms, signal);
    },
    tasksOfOthers: (cluster, nodeId, isSettled, signal) =>
      findOthers(accounts.of(cluster).caller, cluster, nodeId, isSettled, signal),
    stopForsaken: (task, reason) => {
      // A start may have taken it over since the search described it.
      if (ledger.keepersOf(task.ref.arn).length === 0) remoteTasks.stopForsaken(task, reason);
    },
    check: (cluster, task, asks, signal) =>
      checkTask(
        task,
        (name) =>
          asks === "asks nobody" ? Promise.resolve(undefined) : describeDefinition(
            startContext(cluster),
            name,
            { signal, retrying: () => {} },
          ),
      ),
    survey: (cluster, signal) =>
      surveyTasks({ cluster, caller: accounts.of(cluster).caller }, signal),
    stopUnchanged: (task, reason, signal) => {
      const { cluster } = task.ref;
      return stopUnchanged({ cluster, caller: accounts.of(cluster).caller }, task, reason, signal);
    },
    settleOrphan: (task, policy) => {
      const { arn } = task.ref;
      if (!ledger.isUnclaimed(arn) || ledger.isStarting(task.index)) return "claimed";
      const isNew = ledger.reported(arn);
      if (policy === "stop") remoteTasks.stop(task, "Nomad: no allocation claims this task");
      return isNew ? "new" : "known";
    },
    commandTarget: (ref, container, signal) =>
      commandTarget(accounts.of(ref.cluster), ref, container, signal),
    definitionOf: (ref) => definitionOf(accounts.of(ref.cluster), ref, signal),
    describe: (account, definition) => accounts.of(account).definitions.describe(definition),
    callerOf: (account) => accounts.of(account).caller,
    failing: () =>
      accounts.watchers().flatMap(({ cluster, failing }) => {
        const outage = failing();
        return outage === undefined ? [] : [{ cluster, ...outage }];
      }),
    close: () => closed.abort(new Error("the driver is shutting down")),
  };
}

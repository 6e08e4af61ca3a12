import type { ClusterRef, TaskRef } from "../aws/cluster_ref.ts";
import type { EcsError } from "../aws/error.ts";
import type { ConnectAws } from "../aws/operations.ts";
import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type AccountSettings, createAccounts } from "./account.ts";
import { checkCluster, type ClusterHealth } from "./cluster_health.ts";
import { noteHealth, type OutageContext } from "./outages.ts";
import { createNodeSearch, type NodeTask } from "./ownership/node_search.ts";
import { createCustody } from "./remote_tasks.ts";
import type { Started, StartRequest } from "./start/context.ts";
import { createReaper } from "./start/failed_starts.ts";
import { type StartContext, startTask } from "./start/start.ts";
import type { OnEvent, RemoteTask } from "./task/remote_task.ts";
import type { TaskIdentity } from "./task_identity.ts";

export type { ClusterHealth } from "./cluster_health.ts";
export type { DefinitionFacts } from "./definition/facts.ts";
export { mainContainer } from "./definition/main_container.ts";
export type { Resources } from "./definition/size.ts";
export { verdictOn } from "./error_policy.ts";
export { LaunchError } from "./launch_error.ts";
export type { NodeTask } from "./ownership/node_search.ts";
export type { Ending } from "./task/ending.ts";
export type { EndObserver, RemoteTask } from "./task/remote_task.ts";
export type { TaskEvent } from "./task/events.ts";
export type { TaskIdentity } from "./task_identity.ts";

/** What the lifecycle may be told to do differently while it runs. */
export type LifecycleSettings = AccountSettings & {
  /** Milliseconds without a usable answer before the users of the tasks concerned are told. */
  readonly unhealthyAfter: number;
};

/**
 * Nomad tasks as ECS tasks: the face of this folder.
 *
 * @example
 * ```ts
 * const lifecycle = createLifecycle({ connect, clock, random, log, version, settings });
 * const { remote } = await lifecycle.start(request);
 * remote.tellEnd({ onEnded: ({ exitCode }) => log.info("the task ended", { exitCode }) });
 * await remote.stop("Nomad stopped the task", 10_000);
 * ```
 */
export type Lifecycle = {
  /** See `startTask` in `start/start.ts`. */
  start(request: StartRequest): Promise<Started>;
  /** Looks after an ECS task that was started earlier. Needs no answer from ECS. */
  recover(
    ref: TaskRef,
    owner: TaskIdentity,
    /** The container whose exit status counts; undefined for the essential one that ended the task. */
    container: string | undefined,
    onEvent: OnEvent,
  ): RemoteTask;
  /** Asks ECS once whether the cluster can take tasks. Never rejects. */
  checkCluster(cluster: ClusterRef): Promise<ClusterHealth>;
  /**
   * The ECS tasks of a cluster that are wanted running, tagged as the node's and neither in `claimed`
   * nor about to be by a start under way. Rejects when ECS does not answer.
   */
  tasksOf(
    cluster: ClusterRef,
    nodeId: string,
    claimed: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<NodeTask[]>;
  /** Has ECS stop a task that no allocation claims, if its tags still say that it is the node's. */
  stopOrphan(ref: TaskRef, task: Pick<NodeTask, "owner" | "index">): void;
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
  { connect, clock, random, log, version, settings }: {
    connect: ConnectAws;
    clock: Clock;
    random: Random;
    log: Logger;
    version: string;
    settings: () => LifecycleSettings;
  },
): Lifecycle {
  const closed = new AbortController();
  const { signal } = closed;
  const shared = { clock, random, log, driverVersion: version, signal };
  const outages: OutageContext = {
    tasks: () => custody.tasks(),
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
  const custody = createCustody({ ...shared, accountOf: accounts.of });
  const launchContext = (cluster: ClusterRef) => {
    const { caller, definitions, registry } = accounts.of(cluster);
    return { ...shared, cluster, caller, definitions, registry };
  };
  const reaper = createReaper({ ...shared, custody, contextOf: launchContext });
  const starting = new Set<string>();
  const startContext = (cluster: ClusterRef): StartContext => ({
    ...launchContext(cluster),
    custody,
    reaper,
    starting,
  });
  const search = createNodeSearch();

  return {
    start: (request) => startTask(startContext(request.cluster), request),
    recover: (ref, owner, container, onEvent) =>
      custody.take({ ref, owner, container, claim: true, announce: false, onEvent }),
    checkCluster: (cluster) => checkCluster(accounts.of(cluster).caller, cluster, signal),
    tasksOf: (cluster, nodeId, claimed, signal) =>
      search(
        { cluster, caller: accounts.of(cluster).caller, nodeId },
        {
          arn: (arn) => claimed.has(arn) || custody.done.has(arn),
          index: (index) => starting.has(index),
        },
        signal,
      ),
    stopOrphan: custody.stopOrphan,
    failing: () =>
      accounts.watchers().flatMap(({ cluster, failing }) => {
        const outage = failing();
        return outage === undefined ? [] : [{ cluster, ...outage }];
      }),
    close: () => closed.abort(new Error("the driver is shutting down")),
  };
}

import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createCustody } from "./remote_tasks.ts";
import { type EcsError, toEcsError } from "../aws/error.ts";
import type { AwsOperations, ConnectAws } from "../aws/operations.ts";
import { createNodeSearch, type NodeTask } from "./ownership/node_search.ts";
import type { TaskIdentity } from "./task_identity.ts";
import { type Account, createAccount } from "./account.ts";
import type { OnEvent, RemoteTask } from "./task/remote_task.ts";
import {
  accountKey,
  clusterInWords,
  clusterKey,
  type ClusterRef,
  type TaskRef,
} from "../aws/cluster_ref.ts";
import { createStarter, type Starter } from "./start/start.ts";
import type { WatchHealth } from "./watch/poller.ts";

export type { NodeTask } from "./ownership/node_search.ts";

/** What the lifecycle may be told to do differently while it runs. */
export type LifecycleSettings = {
  /** ECS calls a second, for each region. */
  readonly maxApiRate: number;
  /** Milliseconds between looks at a task at rest. */
  readonly pollInterval: number;
  /** Milliseconds without a usable answer before the users of the tasks concerned are told. */
  readonly unhealthyAfter: number;
  /** URL of ECS; undefined where the SDK's own sources decide. */
  readonly endpoint: string | undefined;
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
  /** See `Starter`. */
  readonly start: Starter["start"];
  /** Looks after an ECS task that was started earlier. Needs no answer from ECS. */
  recover(
    ref: TaskRef,
    owner: TaskIdentity,
    /** The container whose exit status counts; undefined for the essential one that ended the task. */
    container: string | undefined,
    onEvent: OnEvent,
  ): RemoteTask;
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
  /** The watchers that get no answers. */
  failing(): { cluster: ClusterRef; since: number; error: EcsError }[];
  /** Ends all activity. ECS tasks live on. */
  close(): void;
};

/** Sets up the lifecycle. `settings` is read again whenever it matters. */
export function createLifecycle(
  { connect, clock, random, log, version, settings }: {
    connect: ConnectAws;
    clock: Clock;
    random: Random;
    log: Logger;
    /** The driver's version, with which ECS tasks are tagged. */
    version: string;
    settings: () => LifecycleSettings;
  },
): Lifecycle {
  const closed = new AbortController();
  const accounts = new Map<string, Account>();
  const outages = new Set<string>();
  const search = createNodeSearch();

  const tellAll = (cluster: ClusterRef, message: string) => {
    const key = clusterKey(cluster);
    for (const task of custody.tasks()) {
      if (clusterKey(task.ref.cluster) === key) task.tell(message);
    }
  };

  const onHealth = (cluster: ClusterRef, health: WatchHealth) => {
    const key = clusterKey(cluster);
    switch (health.kind) {
      case "answering":
        if (outages.delete(key)) {
          log.info("ECS answers again", { cluster: cluster.name });
          tellAll(cluster, "ECS answers again");
        }
        return;
      case "failing": {
        const lasted = clock.monotonic() - health.since;
        if (outages.has(key) || lasted < settings().unhealthyAfter) return;
        outages.add(key);
        log.error("ECS gives no usable answer", {
          cluster: cluster.name,
          error: health.error.message,
        });
        tellAll(
          cluster,
          `ECS has given no usable answer for ${
            Math.round(lasted / 1_000)
          } s; the task counts as ` +
            `running until ECS says otherwise: ${health.error.message}`,
        );
        return;
      }
    }
  };

  const operationsOf = ({ region, role, profile }: ClusterRef): () => AwsOperations => {
    let made: { operations: AwsOperations; endpoint: string | undefined } | undefined;
    return () => {
      const { endpoint } = settings();
      if (made !== undefined && made.endpoint === endpoint) return made.operations;
      made = { operations: connect({ region, role, endpoint, profile }), endpoint };
      return made.operations;
    };
  };

  const accountOf = (cluster: ClusterRef): Account => {
    const key = accountKey(cluster);
    const known = accounts.get(key);
    if (known !== undefined) return known;
    const { region, role, profile } = cluster;
    const made = createAccount({
      ref: { region, role, profile },
      operations: operationsOf(cluster),
      clock,
      random,
      log,
      maxRate: () => settings().maxApiRate,
      pollInterval: () => settings().pollInterval,
      onHealth,
      signal: closed.signal,
    });
    accounts.set(key, made);
    return made;
  };

  const custody = createCustody({
    accountOf,
    clock,
    random,
    log,
    driverVersion: version,
    signal: closed.signal,
  });
  const starter = createStarter({
    custody,
    contextOf: (cluster) => {
      const { caller, definitions, registry } = accountOf(cluster);
      return { cluster, caller, definitions, registry, driverVersion: version, clock, random };
    },
    clock,
    log,
    signal: closed.signal,
  });

  return {
    start: starter.start,
    recover: (ref, owner, container, onEvent) =>
      custody.take({ ref, owner, container, claim: true, announce: false, onEvent }),
    checkCluster: async (cluster) => {
      try {
        const { clusters, failures } = await accountOf(cluster).caller.call("describeClusters", {
          clusters: [cluster.name],
        }, {
          target: clusterInWords(cluster),
          priority: "act",
          signal: closed.signal,
        });
        const status = clusters?.[0]?.status;
        if (status === "ACTIVE") return { kind: "active", arn: clusters?.[0]?.clusterArn ?? "" };
        const why = status ?? failures?.[0]?.reason ?? "not described";
        return {
          kind: "unusable",
          reason: `ECS ${clusterInWords(cluster)} is ${why}; it must be ACTIVE`,
        };
      } catch (error) {
        return {
          kind: "unanswered",
          error: toEcsError(error, `DescribeClusters ${clusterInWords(cluster)}`),
        };
      }
    },
    tasksOf: (cluster, nodeId, claimed, signal) =>
      search(
        { cluster, caller: accountOf(cluster).caller, nodeId },
        {
          arn: (arn) => claimed.has(arn) || custody.done.has(arn),
          index: starter.isStarting,
        },
        signal,
      ),
    stopOrphan: custody.stopOrphan,
    failing: () =>
      [...accounts.values()].flatMap(({ watchers }) =>
        [...watchers().values()].flatMap(({ cluster, failing }) => {
          const trouble = failing();
          return trouble === undefined ? [] : [{ cluster, ...trouble }];
        })
      ),
    close: () => closed.abort(new Error("the driver is shutting down")),
  };
}

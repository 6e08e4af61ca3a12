import { boundedText, boundedTexts } from "../bounded_text.ts";
import type { Clock, Random } from "../clock.ts";
import { type DecodeResult, describeProblems } from "../config/decode.ts";
import { decodeTaskConfig, type PluginConfig } from "../config/mod.ts";
import { regionOfCluster } from "../config/rules.ts";
import type { Logger } from "../logger.ts";
import type { Resources } from "../lifecycle/definition/size.ts";
import type { ConnectAws } from "../aws/operations.ts";
import { LaunchError } from "../lifecycle/launch_error.ts";
import { createLifecycle } from "../lifecycle/lifecycle.ts";
import type { TaskIdentity } from "../lifecycle/task_identity.ts";
import type { RemoteTask } from "../lifecycle/task/remote_task.ts";
import { clusterKey, type ClusterRef } from "../aws/cluster_ref.ts";
import type { TaskEvent } from "../lifecycle/task/events.ts";
import { DriverError, taskNotFound } from "./driver_error.ts";
import { createEventHub } from "./event_hub.ts";
import { createFingerprinter, type Fingerprint } from "./fingerprint.ts";
import { decodeHandleState, encodeHandleState, handleVersion } from "./handle_state.ts";
import { type KnownNetwork, type PortLabel, portsOf, type TaskNetwork } from "./network.ts";
import { searchOrphans } from "./orphans.ts";
import { clusterOf, fallbackCluster, knownClusters, scopeConfigOf } from "./scopes.ts";
import { createTaskIndex } from "./task_index.ts";
import {
  createTaskRecord,
  type ExitResult,
  type TaskRecord,
  type TaskStatus,
} from "./task_record.ts";

/** Something that happened to a task, for Nomad's Recent Events. */
export type DriverEvent = TaskEvent & {
  readonly task: TaskIdentity;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
};

/** What Nomad keeps of a started task, to recover it from. */
export type Handle = { readonly version: number; readonly state: Uint8Array };

/** What Nomad wants of a task's run. */
export type TaskRequest = {
  /** The jobspec's `config` block in msgpack. */
  readonly config: Uint8Array;
  readonly env: Readonly<Record<string, string>>;
  /** The ports of the group's `network` block. */
  readonly ports: readonly PortLabel[];
  readonly resources: Resources;
};

/** A task that was started. */
export type StartedTask = { readonly handle: Handle; readonly network: TaskNetwork | undefined };

/** The Nomad task driver. Rejections are `DriverError`s. */
export type Driver = {
  /**
   * Takes a new plugin configuration. Tasks that run go on as they were started. With one that is
   * wrong the driver is unhealthy and starts nothing.
   */
  configure(decoded: DecodeResult<PluginConfig>): void;
  fingerprints(signal: AbortSignal): AsyncIterable<Fingerprint>;
  events(signal: AbortSignal): AsyncIterable<DriverEvent>;
  /**
   * Starts a task. Asked again with the same id, it answers for the same ECS task. A start whose
   * callers have gone, as their signals tell, is given up as long as ECS has not answered for its
   * task; a task that ECS has answered for stays, unclaimed, for the agent's next start of it.
   */
  start(task: TaskIdentity, request: TaskRequest, signal: AbortSignal): Promise<StartedTask>;
  /** Looks after a task again that an earlier process or another node started. */
  recover(task: TaskIdentity, handle: Handle): void;
  /**
   * Calls back once with how the task ended, at once if it has. Returns what takes that back. No
   * promise, which with its signal would take up more than all else that is kept of a task.
   */
  onExit(id: string, listener: (how: ExitResult) => void): () => void;
  /** Stops the task within `timeout` milliseconds, or with signal `DETACH` lets it run on unattended. */
  stop(id: string, timeout: number, signal: string): Promise<void>;
  /** Forgets the task; with `force` also one that runs, which is then stopped. */
  destroy(id: string, force: boolean): void;
  inspect(id: string): TaskStatus;
  /** Ends all activity. ECS tasks live on. */
  shutdown(): void;
};

/** A start under way, and the calls that wait for it. */
type PendingStart = {
  readonly task: TaskIdentity;
  readonly started: Promise<StartedTask>;
  readonly callers: Set<AbortSignal>;
  readonly abandoned: AbortController;
};

/** The signal by which Nomad 1.1 to 1.9 asks that a remote task goes on without its driver. */
const detachSignal = "DETACH";
/**
 * Milliseconds for which a task that was left to run on is not an orphan: another node's driver is
 * about to take it over, and moves its tags.
 */
const handOverTime = 3_600_000;
/** Events kept while no agent listens. */
const keptEvents = 1_000;

/** Makes the driver. It calls ECS only once it is configured and asked for something. */
export function createDriver(
  { connect, clock, random, log, version, config: initial, defaultRegion }: {
    connect: ConnectAws;
    clock: Clock;
    random: Random;
    log: Logger;
    version: string;
    config: PluginConfig;
    /** The region where no configuration names one, as far as this process knows it. */
    defaultRegion?: string | undefined;
  },
): Driver {
  // One region by one name: the tasks of a configuration without are recovered with their ARN's.
  const inRegion = (next: PluginConfig): PluginConfig => ({
    ...next,
    region: next.region ?? regionOfCluster(next.cluster) ?? defaultRegion,
  });
  let config = inRegion(initial);
  /** What is wrong with the configuration that came last. */
  let fault: string | undefined;
  const over = new AbortController();
  const records = createTaskIndex<TaskRecord>();
  const starting = createTaskIndex<PendingStart>();
  /** ECS tasks left to run on, and when, in monotonic milliseconds. */
  const detached = new Map<string, number>();
  /** Where this process has started or recovered tasks. */
  const visited = new Map<string, ClusterRef>();
  let nodeId: string | undefined;
  const events = createEventHub<DriverEvent>({ kept: keptEvents });
  const lifecycle = createLifecycle({
    connect,
    clock,
    random,
    log: log.named("lifecycle"),
    version,
    settings: () => ({
      maxApiRate: config.max_api_rate,
      pollInterval: config.poll_interval,
      unhealthyAfter: config.unhealthy_after,
      endpoint: config.endpoint,
    }),
  });
  const fingerprinter = createFingerprinter({
    config: () => config,
    fault: () => fault,
    lifecycle,
    version,
    clock,
    signal: over.signal,
  });

  const claimed = (): ReadonlySet<string> => {
    for (const [arn, at] of detached) {
      if (clock.monotonic() - at >= handOverTime) detached.delete(arn);
    }
    const kept = [...records.values()].filter((known) => known.isClaimed());
    return new Set([...detached.keys(), ...kept.map(({ remote }) => remote.ref.arn)]);
  };

  /** Has the cluster searched for orphans. Returns the reference that all its tasks share. */
  const visit = (cluster: ClusterRef): ClusterRef => {
    const key = clusterKey(cluster);
    const known = visited.get(key);
    const same = known?.role?.sessionName === cluster.role?.sessionName;
    const shared = known !== undefined && same ? known : cluster;
    visited.set(key, shared);
    return shared;
  };

  const clusters = (): ClusterRef[] => {
    if (config.enabled) knownClusters(config).forEach(visit);
    return [...visited.values()];
  };

  searchOrphans({
    lifecycle,
    clock,
    log: log.named("orphans"),
    clusters,
    leave: (cluster) => visited.delete(clusterKey(cluster)),
    nodeId: () => nodeId,
    claimed,
    policy: () => config.orphans,
    grace: () => config.orphan_grace,
    signal: over.signal,
  }).catch((error) => log.error("the search for orphans ended", { error: String(error) }));

  const record = (id: string): TaskRecord => {
    const found = records.get(id);
    if (found === undefined) throw taskNotFound();
    found.claim();
    return found;
  };

  const publish = (event: TaskEvent, owner: TaskIdentity) => {
    const message = boundedText(event.message);
    const annotations = boundedTexts(event.annotations);
    log.debug(message, { task_id: owner.id, ...annotations });
    events.publish({ message, annotations, task: owner, at: clock.now() });
  };

  const answerOf = (record: TaskRecord): StartedTask => {
    const { remote: { ref, container }, startedAt } = record;
    const state = encodeHandleState({ ref, container, network: record.network(), startedAt });
    return { handle: { version: handleVersion, state }, network: record.status().network };
  };

  const keep = (remote: RemoteTask, network: KnownNetwork, startedAt: number) => {
    const kept = createTaskRecord({ remote, network, startedAt, clock });
    records.set(kept);
    visit(remote.ref.cluster);
    return kept;
  };

  /**
   * The live ECS task that this process already looks after for the same allocation's task: an
   * agent that died before it stored the handle starts the task again under a new id.
   */
  const takeOver = async (task: TaskIdentity): Promise<StartedTask | undefined> => {
    // Only the starts that were there before this one: were two to wait for each other, neither would end.
    const before = starting.earlier(task);
    // Their failures are their own callers' to hear.
    await Promise.allSettled(before.map(({ started }) => started));
    const earlier = records.earlier(task).find((known) => known.isLive());
    if (earlier === undefined) return undefined;
    log.info("taking over the ECS task of an earlier start of the allocation", {
      task_id: task.id,
      earlier_task_id: earlier.task.id,
      arn: earlier.remote.ref.arn,
    });
    const { ref, container } = earlier.remote;
    const remote = lifecycle.recover(ref, task, container, publish);
    earlier.detach();
    records.delete(earlier.task.id);
    remote.tell(`Took over ECS task ${remote.ref.arn} from an earlier start of the allocation`);
    return answerOf(keep(remote, earlier.network(), earlier.startedAt));
  };

  const startNew = async (
    task: TaskIdentity,
    request: TaskRequest,
    abandoned: AbortSignal,
  ): Promise<StartedTask> => {
    if (fault !== undefined) throw new DriverError("invalid_config", fault);
    if (!config.enabled) {
      throw new DriverError(
        "start_failed",
        `the driver is disabled: set enabled = true in the plugin block's config`,
      );
    }
    const decoded = decodeTaskConfig(request.config, config);
    if (decoded.kind === "invalid") {
      throw new DriverError("invalid_config", describeProblems(decoded.problems));
    }
    const wanted = clusterOf({ ...decoded.value, profile: config.profile });
    if (wanted === undefined) {
      throw new DriverError(
        "start_failed",
        `no cluster: set cluster in the plugin block's config, or in config.task, to an ECS cluster`,
      );
    }
    // Whatever becomes of the start, ECS may have a task of it there from now on.
    const cluster = visit(wanted);
    const taken = await takeOver(task);
    if (taken !== undefined) return taken;
    const startedAt = clock.now();
    const { remote, definition, publicAddress } = await lifecycle.start({
      cluster,
      owner: task,
      config: decoded.value,
      env: request.env,
      resources: request.resources,
      abandoned,
      onEvent: publish,
    });
    const ports = portsOf(request.ports, definition, decoded.value.container);
    const open = request.ports.filter(({ to }) => to === 0).map(({ label }) => label).join(" and ");
    if (open !== "") {
      remote.tell(
        `Of the group's network, port ${open} has no \`to\`: Nomad registers services of ` +
          `address_mode = "driver" by it under port 0`,
      );
    }
    const { advertise } = decoded.value;
    return answerOf(keep(remote, { advertise, address: publicAddress, ports }, startedAt));
  };

  return {
    configure: (decoded) => {
      switch (decoded.kind) {
        case "ok":
          fault = undefined;
          config = inRegion(decoded.value);
          break;
        case "invalid":
          // Where tasks are and as whom ECS is called is needed to look after those that run.
          config = inRegion({ ...config, ...scopeConfigOf(decoded.readable) });
          fault = describeProblems(decoded.problems);
          log.error("the plugin's configuration is wrong", { problems: fault });
          break;
      }
      fingerprinter.refresh();
    },
    fingerprints: (signal) => fingerprinter.watch(signal),
    events: (signal) => events.subscribe(AbortSignal.any([signal, over.signal])),
    start: async (task, request, signal) => {
      nodeId = task.nodeId || nodeId;
      const known = records.get(task.id);
      if (known !== undefined) return answerOf(known);
      let pending = starting.get(task.id);
      if (pending === undefined) {
        const abandoned = new AbortController();
        const started = startNew(task, request, abandoned.signal).catch((error) => {
          throw asDriverError(error);
        }).finally(() => starting.delete(task.id));
        pending = { task, started, abandoned, callers: new Set() };
        starting.set(pending);
      }
      attend(pending, signal);
      return await pending.started;
    },
    recover: (task, { version, state }) => {
      nodeId = task.nodeId || nodeId;
      const kept = records.get(task.id);
      if (kept !== undefined) return kept.claim();
      const known = decodeHandleState({ version, state, fallback: fallbackCluster(config) });
      const { container, network, startedAt } = known;
      const ref = { ...known.ref, cluster: visit(known.ref.cluster) };
      log.info("recovering a task", { task_id: task.id, arn: ref.arn });
      const remote = lifecycle.recover(ref, task, container, publish);
      keep(remote, network, startedAt ?? clock.now()).claim();
    },
    onExit: (id, listener) => record(id).onExit(listener),
    stop: async (id, timeout, signal) => {
      const found = record(id);
      if (signal === detachSignal) {
        log.info("leaving a task to run on", { task_id: id, arn: found.remote.ref.arn });
        found.detach();
        detached.set(found.remote.ref.arn, clock.monotonic());
        return;
      }
      const reason = `Nomad stopped task ${found.task.name} of allocation ${found.task.allocId}`;
      const outcome = await found.remote.stop(reason, timeout);
      if (outcome.kind !== "unacknowledged") return;
      throw new DriverError(
        "stop_failed",
        `ECS has not acknowledged the stop of ${found.remote.ref.arn} within ${timeout} ms; ` +
          `it goes on being asked: ${outcome.error?.message ?? "no answer yet"}`,
        true,
      );
    },
    destroy: (id, force) => {
      const found = record(id);
      if (found.isLive()) {
        if (!force) {
          throw new DriverError(
            "task_running",
            `cannot destroy task ${id}: its ECS task runs; stop it first`,
          );
        }
        found.remote.stop(`Nomad destroyed task ${found.task.name}`, 0);
      }
      found.destroy();
      records.delete(id);
    },
    inspect: (id) => record(id).status(),
    shutdown: () => {
      over.abort(new Error("the driver is shutting down"));
      lifecycle.close();
    },
  };
}

/** Counts the caller in until its signal aborts; with the last of them the start is abandoned. */
function attend({ callers, abandoned }: PendingStart, signal: AbortSignal): void {
  const leave = () => {
    callers.delete(signal);
    if (callers.size === 0) {
      abandoned.abort(new Error("the agent that asked for the start has gone"));
    }
  };
  callers.add(signal);
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
}

function asDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const recoverable = error instanceof LaunchError && error.recoverable;
  return new DriverError("start_failed", message, recoverable, { cause: error });
}

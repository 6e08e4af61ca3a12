import type { ClusterRef } from "../aws/cluster_ref.ts";
import type { Clock } from "../clock.ts";
import { describeProblems } from "../config/decode.ts";
import { decodeTaskConfig } from "../config/mod.ts";
import type { TaskConfig } from "../config/task_config.ts";
import {
  LaunchError,
  type RemoteTask,
  type Resources,
  type TaskEvent,
  type TaskIdentity,
} from "../lifecycle/lifecycle.ts";
import type { Doubts } from "./doubles.ts";
import { DriverError } from "./driver_error.ts";
import { encodeHandleState, handleVersion } from "./handle_state.ts";
import { type PortLabel, portsOf, type TaskNetwork } from "./network.ts";
import { addCluster, clusterOf, type Clusters, nameCluster } from "./searched_clusters.ts";
import { type NomadLink, predecessorsFrom } from "./nomad_link.ts";
import type { Settings } from "./settings.ts";
import type { TaskIndex } from "./task_index.ts";
import { followLogs, type LogContext, moveLogs, sourcesOf } from "./task_logs.ts";
import {
  createTaskRecord,
  type KnownTask,
  type TaskPlace,
  type TaskRecord,
} from "./task_record.ts";

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
} & TaskPlace;

/** A request whose `config` block was decoded, and the cluster that it asks for. */
type DecodedRequest = Omit<TaskRequest, "config"> & {
  readonly config: TaskConfig;
  readonly cluster: ClusterRef;
};

/** A task that was started. */
export type StartedTask = { readonly handle: Handle; readonly network: TaskNetwork | undefined };

/** A start under way, and the calls that wait for it. */
export type PendingStart = {
  readonly task: TaskIdentity;
  readonly started: Promise<StartedTask>;
  readonly callers: Set<AbortSignal>;
  readonly abandoned: AbortController;
};

/** What starts need of the driver. */
export type StartContext = LogContext & {
  readonly records: TaskIndex<TaskRecord>;
  readonly starting: TaskIndex<PendingStart>;
  readonly clusters: Clusters;
  readonly nomad: NomadLink;
  /** Tasks beside which an earlier allocation's may run. */
  readonly doubts: Doubts;
  /** Tells Nomad what happens to a task. */
  readonly publish: (event: TaskEvent, owner: TaskIdentity) => void;
  readonly clock: Clock;
};

/**
 * Starts a task, or joins the start of it that is under way, or answers for it where it has started.
 * `signal` aborts when the caller goes; with its last caller a start is abandoned.
 */
export async function startTask(
  context: StartContext,
  task: TaskIdentity,
  request: TaskRequest,
  signal: AbortSignal,
): Promise<StartedTask> {
  const known = context.records.get(task.id);
  if (known !== undefined) return answerOf(known);
  const pending = context.starting.get(task.id) ?? beginStart(context, task, request);
  attend(pending, signal);
  return await pending.started;
}

/** Keeps a record of an ECS task that is looked after from now on. */
export function keep(
  { records, clusters, doubts }: Pick<StartContext, "records" | "clusters" | "doubts">,
  remote: RemoteTask,
  known: KnownTask,
): TaskRecord {
  const record = createTaskRecord({ remote, ...known });
  records.set(record);
  addCluster(clusters, remote.ref.cluster);
  if (record.inDoubt) doubts.add(record);
  return record;
}

function beginStart(context: StartContext, task: TaskIdentity, request: TaskRequest): PendingStart {
  const { starting } = context;
  const abandoned = new AbortController();
  const started = startNew(context, task, request, abandoned.signal)
    .catch((error) => {
      throw asDriverError(error);
    })
    .finally(() => starting.delete(task.id));
  const pending = { task, started, abandoned, callers: new Set<AbortSignal>() };
  starting.set(pending);
  return pending;
}

/** Counts the caller in until its signal aborts; with the last of them the start is abandoned. */
function attend({ callers, abandoned }: PendingStart, signal: AbortSignal): void {
  const leave = () => {
    callers.delete(signal);
    if (callers.size > 0) return;
    abandoned.abort(new Error("the agent that asked for the start has gone"));
  };
  callers.add(signal);
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
}

async function startNew(
  context: StartContext,
  task: TaskIdentity,
  request: TaskRequest,
  abandoned: AbortSignal,
): Promise<StartedTask> {
  const { config, cluster: wanted } = readRequest(context.settings, request);
  const cluster = nameCluster(context.clusters, wanted);
  try {
    return await startIn(context, task, { ...request, config, cluster }, abandoned);
  } catch (error) {
    // A failed start may have left an ECS task: then the cluster is still searched for orphans.
    const leavesNothing = error instanceof LaunchError && error.left === "nothing";
    if (!leavesNothing) addCluster(context.clusters, cluster);
    throw error;
  }
}

async function startIn(
  context: StartContext,
  task: TaskIdentity,
  request: DecodedRequest,
  abandoned: AbortSignal,
): Promise<StartedTask> {
  const { config, cluster } = request;
  const taken = await takeFromEarlierStart(context, task, request);
  if (taken !== undefined) return taken;
  const startedAt = context.clock.now();
  const predecessors = config.handover
    ? await predecessorsFrom(context.nomad, task, "during a start", abandoned)
    : undefined;
  if (predecessors?.failure !== undefined) {
    context.log.warn("Nomad has not told all earlier allocations of a task: it is asked again", {
      task_id: task.id,
      error: predecessors.failure,
    });
  }
  const { remote, how, definition, shown, publicAddress } = await context.lifecycle.start({
    cluster,
    owner: task,
    predecessors,
    config,
    env: request.env,
    resources: request.resources,
    allocDir: request.allocDir,
    abandoned,
    onEvent: context.publish,
  });
  tellOpenPorts(remote, request.ports);
  const ports = portsOf(request.ports, definition, config.container);
  const network = { advertise: config.advertise, address: publicAddress, ports };
  const sources = sourcesOf(context, remote, definition, config, request);
  // A start that finds its allocation's ECS task does not look for others. The start that ran the task may have
  // known of none.
  const inDoubt = predecessors !== undefined && (how === "found" || !predecessors.certain);
  const known = { network, startedAt, handover: config.handover, inDoubt, sources };
  const record = keep(context, remote, known);
  const earlier = predecessors?.chain.map(({ allocId }) => allocId);
  followLogs(context, record, request, { how, shown, earlier });
  return answerOf(record);
}

/** What a request asks for. Throws a `DriverError` where the configuration does not allow it. */
function readRequest(
  { config, fault }: Settings,
  request: TaskRequest,
): Pick<DecodedRequest, "config" | "cluster"> {
  if (fault !== undefined) throw new DriverError("invalid_config", fault);
  if (!config.enabled) {
    throw new DriverError(
      "start_failed",
      "the driver is disabled: set enabled = true in the plugin block's config",
    );
  }
  const decoded = decodeTaskConfig(request.config, config);
  if (decoded.kind === "invalid") {
    throw new DriverError("invalid_config", describeProblems(decoded.problems));
  }
  const cluster = clusterOf({ ...decoded.value, profile: config.profile });
  if (cluster === undefined) {
    throw new DriverError(
      "start_failed",
      "no cluster: set cluster in the plugin block's config, or in config.task, to an ECS cluster",
    );
  }
  return { config: decoded.value, cluster };
}

/**
 * Takes over the live ECS task that this process already looks after for the same allocation's task, if any. An
 * agent that died before it stored the handle starts the task again under a new id.
 */
async function takeFromEarlierStart(
  context: StartContext,
  task: TaskIdentity,
  { allocDir }: TaskPlace,
): Promise<StartedTask | undefined> {
  const { starting, records, lifecycle, publish, log } = context;
  // Only starts that began before this one: two that waited for each other would never end.
  const before = starting.earlier(task);
  // A start that fails tells its own callers why.
  await Promise.allSettled(before.map(({ started }) => started));
  const earlier = records.earlier(task).find((known) => known.isLive());
  if (earlier === undefined) return undefined;
  const { ref, container } = earlier.remote;
  log.info("taking over the ECS task of an earlier start of the allocation", {
    task_id: task.id,
    earlier_task_id: earlier.task.id,
    arn: ref.arn,
  });
  const remote = lifecycle.recover({ ref, owner: task, container, allocDir, onEvent: publish });
  const record = keep(context, remote, earlier.known());
  moveLogs(context, earlier, record);
  earlier.detach();
  records.delete(earlier.task.id);
  remote.tell(`Took over ECS task ${ref.arn} from an earlier start of the allocation`);
  return answerOf(record);
}

function answerOf(record: TaskRecord): StartedTask {
  const { task: { allocId }, remote: { ref, container } } = record;
  const state = encodeHandleState({ ref, allocId, container, ...record.known() });
  return { handle: { version: handleVersion, state }, network: record.status().network };
}

/** Warns of ports under which Nomad would register services of `address_mode = "driver"` as port 0. */
function tellOpenPorts(remote: RemoteTask, ports: readonly PortLabel[]): void {
  const open = ports.filter(({ to }) => to === 0).map(({ label }) => label).join(", ");
  if (open === "") return;
  remote.tell(
    `In the group's network block, port ${open} has no \`to\`. Nomad registers services of ` +
      `address_mode = "driver" that name such a port under port 0`,
  );
}

function asDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const recoverable = error instanceof LaunchError && error.recoverable;
  return new DriverError("start_failed", message, recoverable, { cause: error });
}

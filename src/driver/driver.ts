import type { ConnectAws } from "../aws/operations.ts";
import { boundedText, boundedTexts } from "../bounded_text.ts";
import type { Clock, Random } from "../clock.ts";
import type { ExecIo } from "../exec/exec.ts";
import type { ExecMode } from "../exec/shell_script.ts";
import type { DecodeResult } from "../config/decode.ts";
import type { PluginConfig } from "../config/mod.ts";
import {
  createLifecycle,
  type LifecycleSettings,
  type TaskEvent,
  type TaskIdentity,
} from "../lifecycle/lifecycle.ts";
import type { Files } from "../files.ts";
import type { Logger } from "../logger.ts";
import { taskNotFound } from "./driver_error.ts";
import { createEventHub, type EventHub } from "./event_hub.ts";
import { type CommandContext, runCommand } from "./exec.ts";
import { createFingerprinter, type Fingerprint } from "./fingerprint.ts";
import { searchForsaken } from "./forsaken.ts";
import { type ConnectNomad, createNomadLink } from "./nomad_link.ts";
import { searchOrphans } from "./orphans.ts";
import { recoverTask } from "./recover.ts";
import { clustersToSearch, removeCluster } from "./scopes.ts";
import { createSettings, type Defaults, type Settings, takeConfig } from "./settings.ts";
import { sendSignal } from "./signal.ts";
import {
  type Handle,
  type PendingStart,
  type StartContext,
  type StartedTask,
  startTask,
  type TaskRequest,
} from "./start.ts";
import { leaveToSuccessor } from "./leave.ts";
import { destroyTask, detachSignal, detachTask, stopTask } from "./stop.ts";
import { createTaskIndex } from "./task_index.ts";
import type { ExitResult, TaskRecord, TaskStatus } from "./task_record.ts";

export type { TaskIdentity } from "../lifecycle/lifecycle.ts";
export type { Handle, StartedTask, TaskRequest } from "./start.ts";

/** Something that happened to a task, for Nomad's Recent Events. */
export type DriverEvent = TaskEvent & {
  readonly task: TaskIdentity;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
};

/**
 * The Nomad task driver: one method for each call of Nomad's. Rejections are `DriverError`s.
 *
 * @example
 * ```ts
 * const driver = createDriver({ connect, files, clock, random, log, version, config });
 * driver.configure(decodePluginConfig(msgpack));
 * const { handle } = await driver.start(task, request, signal);
 * driver.onExit(task.id, ({ exitCode }) => log.info("the task ended", { exitCode }));
 * await driver.stop(task.id, 10_000, "SIGTERM");
 * driver.destroy(task.id, "unless running");
 * ```
 */
export type Driver = {
  /**
   * Takes a new plugin configuration. Tasks that run go on as they were started. With one that is
   * wrong the driver is unhealthy and starts nothing.
   */
  configure(decoded: DecodeResult<PluginConfig>): void;
  /**
   * Whether Nomad is to collect what tasks print. It asks before each task's start, and its answer
   * follows the configuration of that time.
   */
  collectsLogs(): boolean;
  /** The fingerprint as soon as it is known, then on every change and at least every 30 s. */
  fingerprints(signal: AbortSignal): AsyncIterable<Fingerprint>;
  events(signal: AbortSignal): AsyncIterable<DriverEvent>;
  /**
   * Starts a task. Asked again with the same id, it answers for the same ECS task. When all callers of
   * a start have gone, as their signals tell, the start is given up, unless ECS has already answered
   * with its task. Such a task runs on unclaimed until the agent starts it again.
   */
  start(task: TaskIdentity, request: TaskRequest, signal: AbortSignal): Promise<StartedTask>;
  /**
   * Looks after a task again that an earlier process or another node started. `allocDir` is the
   * allocation's directory on this client.
   */
  recover(task: TaskIdentity, handle: Handle, allocDir?: string): void;
  /**
   * Calls back once with how the task ended, at once if it has. Returns what takes that back. No
   * promise, which with its signal would take up more than all else that is kept of a task.
   */
  onExit(id: string, listener: (how: ExitResult) => void): () => void;
  /**
   * Stops the task within `timeout` milliseconds, or with signal `DETACH` lets it run on unattended. A
   * signal other than `SIGTERM` is sent first; ECS is asked to stop what it has not ended by half of
   * the time.
   */
  stop(id: string, timeout: number, signal: string): Promise<void>;
  /**
   * Forgets the task. One whose ECS task runs is refused `unless running`, and stopped `by force`.
   */
  destroy(id: string, how: "unless running" | "by force"): void;
  inspect(id: string): TaskStatus;
  /**
   * Runs a command in the task's container by ECS Exec, and resolves to its exit code. Where the
   * caller's signal aborts, the command is ended.
   */
  exec(id: string, command: readonly string[], mode: ExecMode, io: ExecIo): Promise<number>;
  /** Sends a signal, as `SIGHUP`, to process 1 of the task's container. */
  signal(id: string, signal: string): Promise<void>;
  /** Ends all activity. ECS tasks live on. */
  shutdown(): void;
};

/** What the calls of one driver share. */
type DriverContext = StartContext & CommandContext & {
  readonly events: EventHub<DriverEvent>;
  /** This client's node id, which tasks bring; undefined before the first of them. */
  nodeId: string | undefined;
};

/** Events kept while no agent listens. */
const keptEvents = 1_000;

/** What a driver is made from. */
export type DriverOptions = {
  readonly connect: ConnectAws;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes `length` random bytes that nobody can foretell. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly log: Logger;
  readonly version: string;
  /** The configuration until Nomad brings one. */
  readonly config: PluginConfig;
  /** Undefined where this process has no way to Nomad: nothing is handed over then. */
  readonly connectNomad?: ConnectNomad | undefined;
  /** What the agent's environment says where a configuration does not. */
  readonly defaults?: Defaults | undefined;
};

/** Makes the driver. It calls ECS only once it is configured and asked for something. */
export function createDriver(options: DriverOptions): Driver {
  const over = new AbortController();
  const context = createContext(options);
  const { lifecycle, settings, records, events, log } = context;
  const { version, clock } = options;
  const { signal } = over;
  const { nomad } = context;
  const fingerprinter = createFingerprinter({ settings, lifecycle, nomad, version, clock, signal });
  searchForOrphans(context, signal);
  searchForForsaken(context, signal);

  return {
    configure: (decoded) => {
      takeConfig(settings, decoded);
      const { fault } = settings;
      if (fault !== undefined) {
        log.error("the plugin's configuration is wrong", { problems: fault });
      }
      fingerprinter.refresh();
      learnNode(context, signal).catch(() => {}); // the driver has ended
    },
    collectsLogs: () => settings.config.logs,
    fingerprints: fingerprinter.watch,
    events: (listening) => events.subscribe(AbortSignal.any([listening, signal])),
    start: (task, request, waiting) => {
      noteNode(context, task);
      return startTask(context, task, request, waiting);
    },
    recover: (task, handle, allocDir) => {
      noteNode(context, task);
      recoverTask(context, task, handle, allocDir);
    },
    onExit: (id, listener) => recordOf(context, id).onExit(listener),
    stop: async (id, timeout, stopSignal) => {
      const record = recordOf(context, id);
      if (stopSignal === detachSignal) return detachTask(context, record);
      if (await leaveToSuccessor(context, record, timeout, signal) === "left") return;
      await stopTask(context, record, timeout, stopSignal);
    },
    destroy: (id, how) => {
      destroyTask(recordOf(context, id), how);
      records.delete(id);
    },
    inspect: (id) => recordOf(context, id).status(),
    exec: (id, command, mode, io) => runCommand(context, recordOf(context, id), command, mode, io),
    signal: (id, name) => sendSignal(context, recordOf(context, id), name),
    shutdown: () => {
      over.abort(new Error("the driver is shutting down"));
      lifecycle.close();
    },
  };
}

function createContext(
  options: DriverOptions,
): DriverContext {
  const { connect, connectNomad, files, clock, random, randomBytes, log, version } = options;
  const settings = createSettings(options.config, options.defaults ?? {});
  const events = createEventHub<DriverEvent>({ kept: keptEvents });
  return {
    lifecycle: createLifecycle({
      connect,
      files,
      clock,
      random,
      log: log.named("lifecycle"),
      version,
      settings: () => lifecycleSettings(settings),
    }),
    settings,
    nomad: createNomadLink({ settings, connect: connectNomad, clock, log: log.named("nomad") }),
    records: createTaskIndex<TaskRecord>(),
    starting: createTaskIndex<PendingStart>(),
    clusters: new Map(),
    events,
    publish: (event, owner) => {
      const message = boundedText(event.message);
      const annotations = boundedTexts(event.annotations);
      log.debug(message, { task_id: owner.id, ...annotations });
      events.publish({ message, annotations, task: owner, at: clock.now() });
    },
    clock,
    log,
    randomBytes,
    nodeId: undefined,
  };
}

function lifecycleSettings({ config }: Settings): LifecycleSettings {
  const { share, ...raised } = config.api_limits;
  return {
    calls: { raised, share, ceiling: config.max_api_rate },
    pollInterval: config.poll_interval,
    unhealthyAfter: config.unhealthy_after,
    endpoint: config.endpoint,
  };
}

/** What both searches for ECS tasks go by. */
function searchBasis({ lifecycle, settings, clusters, clock }: DriverContext, signal: AbortSignal) {
  return {
    lifecycle,
    clock,
    clusters: () => clustersToSearch(clusters, settings.config),
    policy: () => settings.config.orphans,
    grace: () => settings.config.orphan_grace,
    changed: () => settings.changed.signal,
    signal,
  };
}

function searchForOrphans(context: DriverContext, signal: AbortSignal): void {
  const { clusters, log } = context;
  searchOrphans({
    ...searchBasis(context, signal),
    log: log.named("orphans"),
    leave: (cluster) => removeCluster(clusters, cluster),
    nodeId: () => context.nodeId,
  }).catch((error) => log.error("the search for orphans ended", { error: String(error) }));
}

function searchForForsaken(context: DriverContext, signal: AbortSignal): void {
  const { log, nomad } = context;
  searchForsaken({
    ...searchBasis(context, signal),
    nomad,
    log: log.named("forsaken"),
    nodeId: () => learnNode(context, signal),
  }).catch((error) => log.error("the search for forsaken tasks ended", { error: String(error) }));
}

/** Learns this client's node id from Nomad, so that orphans are found before its first task comes. */
async function learnNode(
  context: DriverContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (context.nodeId !== undefined) return context.nodeId;
  const agent = await context.nomad.ask((api, bounded) => api.agent(bounded), signal);
  return context.nodeId ??= agent?.nodeId;
}

function noteNode(context: DriverContext, { nodeId }: TaskIdentity): void {
  if (nodeId !== "") context.nodeId = nodeId;
}

/** The record of a task that Nomad asks for, which shows that Nomad has the task's handle. */
function recordOf({ records }: DriverContext, id: string): TaskRecord {
  const record = records.get(id);
  if (record === undefined) throw taskNotFound();
  record.confirm();
  return record;
}

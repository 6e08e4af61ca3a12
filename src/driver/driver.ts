import type { ConnectAws } from "../aws/operations.ts";
import { boundedText, boundedTexts } from "../bounded_text.ts";
import type { ClusterRef } from "../aws/cluster_ref.ts";
import type { Clock, Random } from "../clock.ts";
import type { PluginConfig } from "../config/mod.ts";
import { createLifecycle } from "../lifecycle/lifecycle.ts";
import type { Files } from "../files.ts";
import type { Logger } from "../logger.ts";
import { createLogs, type LogDisk } from "../logs/logs.ts";
import { type Meter, silentMeter } from "../meter.ts";
import type { Driver, DriverEvent } from "./contract.ts";
import { createStats, type StatsContext } from "../stats/stats.ts";
import { createDoubts, searchDoubles } from "./doubles.ts";
import { taskNotFound } from "./driver_error.ts";
import { createEventHub, type EventHub } from "./event_hub.ts";
import { type CommandContext, runCommand } from "./exec.ts";
import { createFingerprinter } from "./fingerprint.ts";
import { searchForsaken } from "./forsaken.ts";
import { isOfThisMachine, parseAddress } from "../nomad/address.ts";
import { refuseOtherVersion } from "./moved_handle.ts";
import { type ConnectNomad, createNomadLink } from "./nomad_link.ts";
import { searchOrphans } from "./orphans.ts";
import { learnNodeOf, noteNode, type OwnNode, withNode } from "./own_node.ts";
import { recoverTask } from "./recover.ts";
import {
  addCluster,
  clustersToSearch,
  createClusters,
  removeCluster,
} from "./searched_clusters.ts";
import { createSettings, type Defaults, lifecycleSettings, takeConfig } from "./settings.ts";
import { sendSignal } from "./signal.ts";
import { type PendingStart, type StartContext, startTask } from "./start.ts";
import { leaveToSuccessor } from "./leave.ts";
import { destroyTask, detachSignal, detachTask, stopTask } from "./stop.ts";
import { createTaskIndex } from "./task_index.ts";
import type { TaskRecord } from "./task_record.ts";

export type { TaskIdentity } from "../lifecycle/lifecycle.ts";
export type { Driver, DriverEvent } from "./contract.ts";
export type { Handle, StartedTask, TaskRequest } from "./start.ts";

/** What the calls of one driver share. */
type DriverContext = StartContext & CommandContext & {
  readonly events: EventHub<DriverEvent>;
  /** This client's node, as tasks bring it or the client's own agent tells it. */
  node: OwnNode | undefined;
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
  /** Where measurements go; nowhere by default. */
  readonly meter?: Meter | undefined;
  readonly version: string;
  /** The configuration until Nomad brings one. */
  readonly config: PluginConfig;
  /** Undefined where this process has no way to Nomad: nothing is handed over then. */
  readonly connectNomad?: ConnectNomad | undefined;
  /** What the agent's environment says where a configuration does not. */
  readonly defaults?: Defaults | undefined;
  /** The disk with Nomad's FIFOs; undefined where no logs are shown. */
  readonly logDisk?: LogDisk | undefined;
};

/** Makes the driver. It calls ECS only once it is configured and asked for something. */
export function createDriver(options: DriverOptions): Driver {
  const over = new AbortController();
  const context = createContext(options);
  const { lifecycle, settings, records, events, log } = context;
  const { version, clock, meter = silentMeter } = options;
  const { signal } = over;
  const { nomad } = context;
  const stats = createStats(statsContext(context, options.random, signal));
  const agent = () => askAgent(context, signal);
  const basis = { settings, lifecycle, nomad, stats, askAgent: agent, version, clock, signal };
  const fingerprinter = createFingerprinter(basis);
  searchForOrphans(context, meter, signal);
  searchForForsaken(context, signal);
  searchForDoubles(context, signal);

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
    capabilities: () => ({
      commands: settings.config.exec,
      logCollection: settings.config.logs,
    }),
    fingerprints: fingerprinter.watch,
    events: (listening) => events.subscribe(AbortSignal.any([listening, signal])),
    start: async (task, request, waiting) => {
      noteNode(context, task);
      await learnNodeOf(context, task, signal);
      return await startTask(context, withNode(context, task), request, waiting);
    },
    admit: async (task, handle) => {
      await learnNodeOf(context, task, signal);
      await refuseOtherVersion(context, task, handle, signal);
    },
    recover: (task, handle, place = {}) => {
      noteNode(context, task);
      recoverTask(context, withNode(context, task), handle, place);
    },
    onExit: (id, listener) => recordOf(context, id).onExit(listener),
    stop: async (id, timeout, stopSignal) => {
      const record = recordOf(context, id);
      if (stopSignal === detachSignal) return detachTask(context, record);
      if (await leaveToSuccessor(context, record, timeout, signal) === "left") {
        return meter.record({ kind: "hand-over", direction: "left" });
      }
      await stopTask(context, record, timeout, stopSignal);
    },
    destroy: (id, how) => {
      destroyTask(recordOf(context, id), how);
      records.delete(id);
    },
    inspect: (id) => recordOf(context, id).status(),
    exec: (id, command, mode, io) => runCommand(context, recordOf(context, id), command, mode, io),
    signal: (id, name) => sendSignal(context, recordOf(context, id), name),
    stats: (id, onUsage) => stats.read(recordOf(context, id).remote.ref, onUsage),
    shutdown: () => {
      over.abort(new Error("the driver is shutting down"));
      lifecycle.close();
      context.logs?.close();
    },
  };
}

function createContext(
  options: DriverOptions,
): DriverContext {
  const { connect, connectNomad, files, logDisk, clock, random, randomBytes, log, version } =
    options;
  const settings = createSettings(options.config, options.defaults ?? {});
  const events = createEventHub<DriverEvent>({ kept: keptEvents });
  const lifecycle = createLifecycle({
    connect,
    files,
    clock,
    random,
    log: log.named("lifecycle"),
    meter: options.meter,
    version,
    settings: () => lifecycleSettings(settings),
  });
  const { callerOf } = lifecycle;
  return {
    lifecycle,
    settings,
    logs: logDisk && createLogs({
      callerOf,
      disk: logDisk,
      clock,
      log: log.named("logs"),
      meter: options.meter,
    }),
    nomad: createNomadLink({ settings, connect: connectNomad, clock, log: log.named("nomad") }),
    records: createTaskIndex<TaskRecord>(),
    starting: createTaskIndex<PendingStart>(),
    clusters: createClusters(),
    doubts: createDoubts(),
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
    node: undefined,
  };
}

function statsContext(
  { lifecycle, settings, clock, log }: DriverContext,
  random: Random,
  signal: AbortSignal,
): StatsContext {
  return {
    callerOf: lifecycle.callerOf,
    mode: () => settings.config.stats,
    changed: () => settings.changed.signal,
    clock,
    random,
    log: log.named("stats"),
    signal,
  };
}

/** What the searches for orphans and for forsaken tasks go by. */
function searchBasis({ lifecycle, settings, clusters, clock }: DriverContext, signal: AbortSignal) {
  return {
    lifecycle,
    clock,
    clusters: () => clustersToSearch(clusters, settings.config),
    onSearched: (cluster: ClusterRef) => void addCluster(clusters, cluster),
    policy: () => settings.config.orphans,
    grace: () => settings.config.orphan_grace,
    changed: () => settings.changed.signal,
    signal,
  };
}

function searchForOrphans(context: DriverContext, meter: Meter, signal: AbortSignal): void {
  const { clusters, log, nomad } = context;
  searchOrphans({
    ...searchBasis(context, signal),
    nomad,
    log: log.named("orphans"),
    meter,
    onNoCluster: (cluster) => removeCluster(clusters, cluster),
    node: async () => {
      await learnNode(context, signal);
      return context.node;
    },
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

function searchForDoubles(context: DriverContext, signal: AbortSignal): void {
  const { doubts, lifecycle, nomad, clock } = context;
  const log = context.log.named("doubles");
  searchDoubles({ doubts, lifecycle, nomad, clock, log, signal }).catch((error) =>
    log.error("the search for second ECS tasks ended", { error: String(error) })
  );
}

/** This client's node id where it is known, and else that of the agent that answers. */
async function learnNode(
  context: DriverContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  return context.node?.id ?? await askAgent(context, signal);
}

/**
 * The node id of the agent that answers at the `nomad` block's address, if any. It is this client's only
 * where the address is of this machine. Then orphans are found before the first task comes.
 */
async function askAgent(
  context: DriverContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { nomad, settings } = context;
  const agent = await nomad.agent(signal);
  const address = parseAddress(settings.config.nomad?.address ?? "");
  const id = agent?.nodeId;
  if (id !== undefined && address !== undefined && isOfThisMachine(address)) {
    context.node ??= { id, toldBy: "an agent" };
  }
  return id;
}

/** The record of a task that Nomad asks for, which shows that Nomad has the task's handle. */
function recordOf({ records }: DriverContext, id: string): TaskRecord {
  const record = records.get(id);
  if (record === undefined) throw taskNotFound();
  record.confirm();
  return record;
}

import { parseTaskArn } from "../aws/cluster_ref.ts";
import {
  type DefinitionFacts,
  type Lifecycle,
  mainContainer,
  type RemoteState,
  type RemoteTask,
  type Started,
} from "../lifecycle/lifecycle.ts";
import type { Logger } from "../logger.ts";
import { type Logs, type LogSource, logSourcesOf, type SidecarLogs } from "../logs/logs.ts";
import type { Settings } from "./settings.ts";
import type { TaskPlace, TaskRecord } from "./task_record.ts";

/** What the logs of tasks need of the driver. */
export type LogContext = {
  readonly lifecycle: Lifecycle;
  readonly settings: Settings;
  /** Undefined where no logs are shown. */
  readonly logs: Logs | undefined;
  readonly log: Logger;
};

/** What a task's configuration says of its logs. */
type LogOptions = {
  readonly logs: boolean;
  readonly sidecar_logs: SidecarLogs;
  readonly container: string | undefined;
};

/** How a task's ECS task came here. */
type Origin = {
  readonly how: Started["how"] | "recovered";
  /** See `Started`. */
  readonly shown?: string | undefined;
  /** Ids of allocations on this client whose ECS task it may be. */
  readonly earlier?: readonly string[] | undefined;
};

/**
 * The log streams of an ECS task that are to be shown. The task's user is told why there are none.
 * Undefined where this process shows no logs: a later one that does finds the streams.
 */
export function sourcesOf(
  context: LogContext,
  remote: Pick<RemoteTask, "ref" | "tell">,
  definition: DefinitionFacts | undefined,
  options: LogOptions,
  place: TaskPlace,
): readonly LogSource[] | undefined {
  if (context.logs === undefined) return undefined;
  return guarded(context, [], () => readSources(remote, definition, options, place));
}

function readSources(
  remote: Pick<RemoteTask, "ref" | "tell">,
  definition: DefinitionFacts | undefined,
  options: LogOptions,
  { fifos }: TaskPlace,
): readonly LogSource[] {
  if (!options.logs || fifos === undefined) return [];
  if (definition === undefined) {
    remote.tell(
      "nomad alloc logs shows nothing: the driver may not describe the task definition, which names the " +
        "log group. Allow ecs:DescribeTaskDefinition",
    );
    return [];
  }
  const arn = parseTaskArn(remote.ref.arn);
  const { sources, notes } = logSourcesOf({
    containers: definition.containers,
    main: options.container ?? mainContainer(definition)?.container.name ?? "",
    sidecars: options.sidecar_logs,
    taskId: arn?.id ?? "",
    region: remote.ref.cluster.region ?? arn?.region ?? "",
  });
  for (const note of notes) remote.tell(note);
  return sources;
}

/** Shows the logs of a task's record from now on, where it has any. */
export function followLogs(
  context: LogContext,
  record: TaskRecord,
  place: TaskPlace,
  origin: Origin,
): void {
  guarded(context, undefined, () => follow(context, record, place, origin));
}

function follow(
  context: LogContext,
  record: TaskRecord,
  place: TaskPlace,
  origin: Origin,
): void {
  const { how, shown, earlier = [] } = origin;
  const { logs } = context;
  const { sources, task, remote } = record;
  const { fifos, allocDir } = place;
  if (logs === undefined || fifos === undefined) return;
  if (sources === undefined) return findSources(context, record, place, origin);
  if (sources.length === 0) return;
  const fileIn = (dir: string) => `${dir}/nomad-driver-ecs.${task.name}.logs.json`;
  // Nomad keeps the directories of a client's allocations side by side.
  const isBeside = allocDir?.endsWith(`/${task.allocId}`) === true;
  const dirs = isBeside ? earlier.map((id) => allocDir.slice(0, -task.allocId.length) + id) : [];
  const { role, profile, region } = remote.ref.cluster;
  record.log = logs.follow(
    {
      sources,
      taskRegion: region,
      ...fifos,
      checkpoint: allocDir === undefined ? undefined : fileIn(allocDir),
      earlier: dirs.map(fileIn),
      shown,
      begins: how === "started" || how === "found" ? "with the task" : "about now",
    },
    { role, profile },
    remote.tell.bind(remote),
  );
  followState(context, record);
}

/** Moves the logs to the record that takes over a task within this process: the FIFOs stay open. */
export function moveLogs(context: LogContext, from: TaskRecord, to: TaskRecord): void {
  if (from.log === undefined) return;
  to.log = from.log;
  to.log.tell = to.remote.tell.bind(to.remote);
  from.log = undefined;
  followState(context, to);
}

/**
 * Shows no more of a task's logs until `resumeLogs`. Returns how far they were shown, for the allocation that
 * the ECS task is left to; undefined where nothing tells.
 */
export function pauseLogs(log: Logger, record: TaskRecord): string | undefined {
  return guarded({ log }, undefined, () => record.log?.pause());
}

/** Shows a task's logs on, as its ECS task is not left after all. */
export function resumeLogs(log: Logger, record: TaskRecord): void {
  guarded({ log }, undefined, () => record.log?.begin());
}

/** Has the logs begin and end with the ECS task. */
function followState(context: LogContext, record: TaskRecord): void {
  const { remote } = record;
  const note = (state: RemoteState) =>
    guarded(context, undefined, () => noteState(record, state), () => record.log = undefined);
  remote.listen(note);
  note(remote.state());
}

function noteState(record: TaskRecord, state: RemoteState): void {
  if (isRunningOrLater(state)) record.log?.begin();
  if (state.kind !== "ended") return;
  const { snapshot, ending } = state;
  if (snapshot?.lastStatus === "STOPPED") return record.log?.end(snapshot.ran);
  // A task that another client has taken over ends without a failure, and runs on.
  if (ending.exitCode === 0) record.log?.close();
  else record.log?.end(true);
}

/** Does work for logs. A fault in it is logged and is no fault of the task: then it returns `otherwise`. */
function guarded<T>(
  { log }: Pick<LogContext, "log">,
  otherwise: T,
  work: () => T,
  after: () => void = () => {},
): T {
  try {
    return work();
  } catch (error) {
    log.error("a fault of the logs of a task", { error });
    after();
    return otherwise;
  }
}

function isRunningOrLater(state: RemoteState): boolean {
  return state.kind === "live" &&
    !["PROVISIONING", "PENDING", "ACTIVATING"].includes(state.snapshot.lastStatus);
}

/** Finds the streams of a task whose handle does not tell them: an older driver has started it. */
function findSources(
  context: LogContext,
  record: TaskRecord,
  place: TaskPlace,
  origin: Origin,
): void {
  const { lifecycle, settings: { config }, log } = context;
  const { remote, task } = record;
  const options = { ...config, container: remote.container };
  lifecycle.definitionOf(remote.ref).then((definition) => {
    if (record.sources !== undefined || remote.state().kind === "ended") return;
    record.sources = sourcesOf(context, remote, definition, options, place);
    followLogs(context, record, place, origin);
  }).catch((error) => {
    log.info("the logs of a recovered task are not shown", { task_id: task.id, error });
  });
}

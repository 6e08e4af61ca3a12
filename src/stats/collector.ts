import type { EcsCaller } from "../aws/caller.ts";
import type { ClusterRef, TaskRef } from "../aws/cluster_ref.ts";
import { toEcsError } from "../aws/error.ts";
import { attemptOf } from "../aws/operations.ts";
import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type InsightsSetting, insightsSetting } from "./insights.ts";
import { readLogEvents } from "./log_events.ts";
import { type Families, readMetrics } from "./metrics.ts";
import { clusterNameOf, type Reading, type WantedTask } from "./source.ts";
import { lackOf, stateAfter, type StatsMode, type StatsState } from "./state.ts";
import type { Usage } from "./usage.ts";

/** What reading usages needs of its surroundings. */
export type StatsContext = {
  readonly callerOf: (cluster: ClusterRef) => EcsCaller;
  /** The plugin's option, which is asked for each round. */
  readonly mode: () => StatsMode;
  /** Aborts when the mode may have changed. */
  readonly changed: () => AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Ends all reading. */
  readonly signal: AbortSignal;
};

/** Reads the usages of one cluster's tasks once a minute, while somebody wants to know them. */
export type Collector = {
  /** Calls back with each usage that is measured from now on, once. Returns a function that removes the listener. */
  add(task: TaskRef, onUsage: (usage: Usage) => void): () => void;
  state(): StatsState;
};

/** Somebody who wants to know what one task uses. */
type Reader = {
  readonly arn: string;
  readonly id: string;
  readonly onUsage: (usage: Usage) => void;
  /** When the newest usage that it knows was measured; at first, when it began to read. */
  since: number;
};

type Collecting = StatsContext & {
  readonly cluster: ClusterRef;
  readonly clusterName: string;
  /** By task id. */
  readonly readers: Map<string, Set<Reader>>;
  readonly families: Families;
  /** The cluster's setting, and when ECS told it in monotonic milliseconds. */
  setting: { readonly value: InsightsSetting; readonly at: number } | undefined;
  state: StatsState;
  /** Whether the last round failed in a way that passes by itself. */
  failing: boolean;
  running: boolean;
};

/** Milliseconds between rounds: Container Insights has one point a minute of each task. */
const minute = 60_000;
/** Milliseconds after which the cluster's setting, or a permission, may have changed. */
const slowPause = 300_000;
/**
 * Least milliseconds before the first round; half of them more is random, so that clients that start
 * together ask apart. That round comes before there is a point, and finds out whether there will be any.
 */
const firstPause = 5_000;
/** A usage from more than these milliseconds ahead of now is dropped: no later one would count after it. */
const mostAhead = 300_000;

/** Makes a collector for the cluster of a task. It calls AWS only while it has readers. */
export function createCollector(context: StatsContext, first: TaskRef): Collector {
  const collecting: Collecting = {
    ...context,
    cluster: first.cluster,
    clusterName: clusterNameOf(first),
    readers: new Map(),
    families: new Map(),
    setting: undefined,
    state: { kind: "unknown" },
    failing: false,
    running: false,
  };
  return {
    state: () => collecting.state,
    add: (task, onUsage) => addReader(collecting, task, onUsage),
  };
}

function addReader(
  collecting: Collecting,
  { arn }: TaskRef,
  onUsage: (usage: Usage) => void,
): () => void {
  const { readers, clock } = collecting;
  const id = idOf(arn);
  // What was measured before may have been told by an earlier stream: Nomad adds up what it is told.
  const reader: Reader = { arn, id, onUsage, since: clock.now() };
  const ofTask = readers.get(id) ?? new Set();
  readers.set(id, ofTask.add(reader));
  collect(collecting);
  return () => {
    ofTask.delete(reader);
    if (ofTask.size === 0 && readers.get(id) === ofTask) readers.delete(id);
  };
}

/** Makes rounds until nobody reads any more. */
async function collect(collecting: Collecting): Promise<void> {
  const { readers, clock, random, changed, log, signal } = collecting;
  if (collecting.running) return;
  collecting.running = true;
  const soon = () => firstPause * (1 + random() / 2);
  try {
    let pause = soon();
    while (readers.size > 0 && !signal.aborted) {
      const change = changed();
      await clock.sleep(pause, AbortSignal.any([signal, change]));
      if (signal.aborted || readers.size === 0) return;
      pause = change.aborted ? soon() : await makeRound(collecting);
    }
  } catch (error) {
    if (!signal.aborted) log.error("reading stats ended", { error: String(error) });
  } finally {
    collecting.running = false;
  }
}

/** Reads once. Resolves to the milliseconds until the next round. */
async function makeRound(collecting: Collecting): Promise<number> {
  const { clusterName, mode, signal } = collecting;
  const wanted = mode();
  if (wanted === "off") {
    // The next configuration ends the pause.
    note(collecting, { kind: "off" });
    return Infinity;
  }
  const found = new Map<string, Usage>();
  try {
    const lack = lackOf(wanted, await settingOf(collecting), clusterName);
    if (lack !== undefined) {
      note(collecting, { kind: "lacking", why: lack });
      return slowPause;
    }
    await read(collecting, wanted, found);
    note(collecting, { kind: "read" });
    return minute;
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toEcsError(thrown, attemptOf("filterLogEvents", `of tasks in ${clusterName}`));
    const state = stateAfter(error, clusterName);
    if (state !== undefined) {
      note(collecting, state);
      // The group of a new cluster comes with its first task.
      return error.kind === "no_resource" ? minute : slowPause;
    }
    noteFailure(collecting, error);
    return minute;
  } finally {
    for (const [id, usage] of found) tell(collecting, id, usage);
  }
}

/** The cluster's setting. ECS is asked again where it is old, or where it kept stats from being read. */
async function settingOf(collecting: Collecting): Promise<InsightsSetting> {
  const { cluster, clock, callerOf, state, setting, signal } = collecting;
  const now = clock.monotonic();
  const isFresh = setting !== undefined && now - setting.at < slowPause && !isOff(state);
  if (isFresh) return setting.value;
  const value = await insightsSetting(callerOf(cluster), cluster, signal);
  collecting.setting = { value, at: now };
  return value;
}

/** Reads what all readers want, and keeps the newest usage of each task. */
async function read(
  collecting: Collecting,
  mode: Exclude<StatsMode, "off">,
  found: Map<string, Usage>,
): Promise<void> {
  const { cluster, clusterName, callerOf, clock, readers, families, signal } = collecting;
  const now = clock.now();
  const reading: Reading = {
    caller: callerOf(cluster),
    cluster,
    clusterName,
    wanted: wantedBy(collecting),
    now,
    signal,
    onUsage: (id, usage) => {
      if (usage.at > now + mostAhead || usage.at <= (found.get(id)?.at ?? -Infinity)) return;
      found.set(id, usage);
    },
  };
  switch (mode) {
    case "auto":
      return await readLogEvents(reading);
    case "metrics":
      for (const arn of families.keys()) if (!readers.has(idOf(arn))) families.delete(arn);
      return await readMetrics(reading, families);
  }
}

function wantedBy({ readers }: Collecting): WantedTask[] {
  return [...readers].flatMap(([id, ofTask]) => {
    const [first] = ofTask;
    if (first === undefined) return [];
    const since = [...ofTask].reduce((least, one) => Math.min(least, one.since), first.since);
    return [{ arn: first.arn, id, since }];
  });
}

function tell({ readers }: Collecting, id: string, usage: Usage): void {
  for (const reader of readers.get(id) ?? []) {
    if (usage.at <= reader.since) continue;
    reader.since = usage.at;
    reader.onUsage(usage);
  }
}

/** Takes in a state, and logs what of it is new. */
function note(collecting: Collecting, next: StatsState): void {
  const { state, failing, clusterName: cluster, log } = collecting;
  collecting.state = next;
  collecting.failing = false;
  switch (next.kind) {
    case "unknown":
    case "off":
      return;
    case "read":
      if (failing || isOff(state)) {
        log.info("the stats of tasks are read again", { cluster });
      }
      return;
    case "lacking":
    case "refused": {
      if (isOff(state) && state.why === next.why) return;
      // A cluster without Container Insights is nothing to be warned of.
      const level = next.kind === "lacking" ? "info" : "warn";
      log[level]("the stats of tasks are not read", { cluster, why: next.why });
      return;
    }
  }
}

function isOff(state: StatsState): state is Extract<StatsState, { readonly why: string }> {
  return state.kind === "lacking" || state.kind === "refused";
}

function noteFailure(collecting: Collecting, { message }: Error): void {
  const { failing, clusterName: cluster, log } = collecting;
  collecting.failing = true;
  if (failing) return;
  log.warn("the stats of tasks could not be read; it is tried again", { cluster, error: message });
}

function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

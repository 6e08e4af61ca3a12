import { type Burst, ratioOf, refusedPart } from "./bursts.ts";
import { percentile, type StartCost } from "./handshake.ts";
import { type LoadResult, pollSeconds } from "./load.ts";
import type { LogLoad } from "./logs.ts";
import type { ReconnectResult } from "./reconnects.ts";
import type { TelemetryCost } from "./telemetry.ts";

/** Something found, and the bounds that it is to keep. Times are never among it: machines differ. */
export type Aim = {
  readonly what: string;
  readonly found: number;
  readonly least: number;
  readonly most: number;
};

function atMost(what: string, found: number, most: number): Aim {
  return { what, found, least: 0, most };
}

/** Tasks that one DescribeTasks call tells of; ECS's own limit. */
const tasksEachCall = 100;
/**
 * How many times what it is in the first third of the reconnects the memory may be in the last, each by
 * the median of its readings: a single one is some MB off, by when V8 last collected. It is not quite
 * flat: Deno 2.9.3 keeps some 17 KB of each connection's HTTP/2 session, which denoland/deno#36043
 * mended. The calls cost nothing.
 */
const memoryGrowth = 1.1;

/** MB that the plugin's resident memory may reach, whatever of the counts here it looks after. */
const mostMemory = 200;

/** MB that the plugin's resident memory may be at its handshake. */
const mostIdleMemory = 80;

/** What a start is to keep to. */
export function startAims({ idleMbP50 }: StartCost): Aim[] {
  return [atMost("MB of memory, idle", idleMbP50, mostIdleMemory)];
}

/** What a run at one number of tasks is to keep to. */
export function loadAims(
  load: LoadResult,
  { readsPerSecond, exits }: { readsPerSecond: number; exits: number },
): Aim[] {
  const { tasks, restSeconds, restingCallsPerSecond } = load;
  const calls = Math.ceil(tasks / tasksEachCall);
  const cycles = Math.floor(restSeconds / pollSeconds) + 1;
  return [
    atMost(
      `DescribeTasks calls in ${cycles} poll cycles`,
      Math.round(restingCallsPerSecond * restSeconds),
      calls * cycles,
    ),
    atMost("DescribeTasks calls a second", restingCallsPerSecond, readsPerSecond),
    // On a busy machine calls that were made apart arrive together. AWS's bucket takes a hundred.
    atMost("calls in any second", load.peakCallsPerSecond, readsPerSecond * 1.5),
    { what: "exits seen", found: load.exitsSeen, least: exits, most: exits },
    atMost("left after stop", load.leftAfterStop, 0),
    { what: "ECS tasks", found: load.ecsTasks, least: tasks, most: tasks },
    // A call that was refused for its rate, or that nobody answered in time, is made again.
    atMost("RunTask calls", load.calls["RunTask"] ?? 0, tasks * 1.01),
    atMost("MB of memory, watching", load.rssMb, mostMemory),
  ].map((aim) => ({ ...aim, what: `${tasks} tasks: ${aim.what}` }));
}

/** What the reading of logs is to keep to. */
export function logAims(load: LogLoad): Aim[] {
  const exactly = (what: string, found: number, wanted: number) => ({
    what,
    found,
    least: wanted,
    most: wanted,
  });
  return [
    exactly("lines read", load.linesRead, load.linesPrinted),
    exactly("lines doubled", load.linesDoubled, 0),
    exactly("lines out of order", load.linesOutOfOrder, 0),
    exactly("lines of nobody", load.linesStrange, 0),
    atMost("FilterLogEvents calls a second", load.callsPerSecond, load.callsAllowed),
    atMost("FilterLogEvents calls refused", load.callsRefused, 0),
    atMost("memory in the last third, of that in the first", growthOf(load.rssMb), memoryGrowth),
    atMost("MB of memory", Math.max(...load.rssMb), mostMemory),
  ].map((aim) => ({ ...aim, what: `logs of ${load.tasks} tasks: ${aim.what}` }));
}

/**
 * The most that a cost may be with metrics off, as a multiple of the cost with metrics on. OpenTelemetry
 * is not loaded then, so memory is less. The processor time of some seconds differs from run to run.
 */
const mostWithoutMetrics = { memory: 1.05, cpu: 1.25 };

/** What metrics that are off are to keep to. */
export function telemetryAims({ tasks, off, on }: TelemetryCost): Aim[] {
  return [
    atMost("memory, of that with metrics", off.rssMb / on.rssMb, mostWithoutMetrics.memory),
    atMost(
      "CPU at rest, of that with metrics",
      off.restingCpu / on.restingCpu,
      mostWithoutMetrics.cpu,
    ),
    atMost("calls to AWS that are measured", off.metered, 0),
    // Without these, the plugin had no metrics in either run.
    { what: "calls to AWS measured with metrics", found: on.metered, least: tasks, most: Infinity },
  ].map((aim) => ({ ...aim, what: `metrics off, ${tasks} tasks: ${aim.what}` }));
}

/** What the memory is to keep to while hosts come and go. */
export function reconnectAims({ rssMb }: ReconnectResult): Aim[] {
  const what = "memory in the last third of the reconnects, of that in the first";
  return [atMost(what, growthOf(rssMb), memoryGrowth)];
}

/** The last third of the readings as a multiple of the first, each by its median. */
function growthOf(readings: readonly number[]): number {
  const third = Math.ceil(readings.length / 3);
  return percentile(readings.slice(-third), 50) / percentile(readings.slice(0, third), 50);
}

/** Most time of a burst, as a multiple of what AWS's buckets allow. */
const mostRatio = 1.25;
/** Most calls that may be refused to one plugin alone, and to several that share an account. */
const mostRefused = { alone: 0.02, together: 0.1 };
/** Most time of the slowest plugin, as a multiple of the fastest one's. */
const mostUnfairness = 1.5;

/** What a burst of starts or stops is to keep to. Ratios only: AWS's buckets are the measure. */
export function burstAims(burst: Burst): Aim[] {
  const { what, plugins, tasksEach } = burst;
  return [
    atMost("time, of what AWS allows", ratioOf(burst), mostRatio),
    atMost(
      "part of calls refused",
      refusedPart(burst),
      plugins === 1 ? mostRefused.alone : mostRefused.together,
    ),
    atMost("slowest plugin, of the fastest", burst.unfairness, mostUnfairness),
    atMost("errors told to Nomad", burst.failures.count, 0),
    atMost("ECS tasks missing", burst.missing, 0),
  ].map((aim) => ({ ...aim, what: `${plugins} x ${tasksEach} ${what}: ${aim.what}` }));
}

/** Whether the bounds are kept. */
export function isMet({ found, least, most }: Aim): boolean {
  return found >= least && found <= most;
}

/** An aim as a line of text. */
export function describeAim(aim: Aim): string {
  const { what, found, least, most } = aim;
  const bounds = least === most
    ? `${most}`
    : most === Infinity
    ? `at least ${least}`
    : `at most ${most}`;
  return `${isMet(aim) ? "ok    " : "MISSED"}  ${what}: ${
    Math.round(found * 100) / 100
  } (${bounds})`;
}

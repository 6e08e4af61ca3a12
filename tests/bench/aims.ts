import { percentile } from "./handshake.ts";
import { type LoadResult, pollSeconds } from "./load.ts";
import type { ReconnectResult } from "./reconnects.ts";

/** Something found, and the bounds that it is to keep. Times are never among it: machines differ. */
export type Aim = {
  readonly what: string;
  readonly found: number;
  readonly least: number;
  readonly most: number;
};

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

/** What a run at one number of tasks is to keep to. */
export function loadAims(
  load: LoadResult,
  { maxApiRate, exits }: { maxApiRate: number; exits: number },
): Aim[] {
  const { tasks, restSeconds, restingCallsPerSecond } = load;
  const calls = Math.ceil(tasks / tasksEachCall);
  const cycles = Math.floor(restSeconds / pollSeconds) + 1;
  const atMost = (what: string, found: number, most: number) => ({ what, found, least: 0, most });
  return [
    atMost(
      `DescribeTasks calls in ${cycles} poll cycles`,
      Math.round(restingCallsPerSecond * restSeconds),
      calls * cycles,
    ),
    atMost("calls in any second", load.peakCallsPerSecond, maxApiRate),
    { what: "exits seen", found: load.exitsSeen, least: exits, most: exits },
    atMost("left after stop", load.leftAfterStop, 0),
    atMost("RunTask calls", load.calls["RunTask"] ?? 0, tasks),
    atMost("MB of memory, watching", load.rssMb, mostMemory),
  ].map((aim) => ({ ...aim, what: `${tasks} tasks: ${aim.what}` }));
}

/** What the memory is to keep to while hosts come and go. */
export function reconnectAims({ rssMb }: ReconnectResult): Aim[] {
  const third = Math.ceil(rssMb.length / 3);
  const first = percentile(rssMb.slice(0, third), 50);
  const last = percentile(rssMb.slice(-third), 50);
  return [{
    what: "memory in the last third of the reconnects, of that in the first",
    found: last / first,
    least: 0,
    most: memoryGrowth,
  }];
}

/** Whether the bounds are kept. */
export function isMet({ found, least, most }: Aim): boolean {
  return found >= least && found <= most;
}

/** An aim as a line of text. */
export function describeAim(aim: Aim): string {
  const { what, found, least, most } = aim;
  const bounds = least === most ? `${most}` : `at most ${most}`;
  return `${isMet(aim) ? "ok    " : "MISSED"}  ${what}: ${
    Math.round(found * 100) / 100
  } (${bounds})`;
}

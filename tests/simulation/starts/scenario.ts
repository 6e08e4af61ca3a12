/** What is random in a run of the starts' simulation, but for the fate of each single call. */
import type { Predecessor } from "../../../src/lifecycle/lifecycle.ts";
import { restoreTime } from "../../../src/lifecycle/start/met_tasks.ts";
import type { Chances } from "../random.ts";
import { drawFaults, type Faults } from "./faults.ts";

/** One seed's story, drawn before it begins. */
export type Scenario = {
  /** Milliseconds after RunTask for which ECS does not list a task. */
  readonly consistency: number;
  /** The allocations that the last one replaces, the oldest first. */
  readonly earlier: readonly EarlierAllocation[];
  /** Milliseconds for which the plugin runs before the agent makes the last allocation's directory. */
  readonly uptime: number;
  /** The starts of the last allocation that come to nothing. */
  readonly starts: readonly DoomedStart[];
  /** Milliseconds from there to the start that nothing disturbs. */
  readonly pause: number;
};

/** An allocation that is over, with what Nomad tells of it. */
export type EarlierAllocation =
  & Predecessor
  & (
    /** Its client has started it without trouble, and was lost so many milliseconds later. */
    | { readonly client: "another"; readonly lostAfter: number }
    /** Its replacement comes so many milliseconds after its last start. */
    | { readonly client: "this"; readonly starts: readonly DoomedStart[]; readonly gap: number }
  );

/** A start after which the client has no handle of an ECS task. */
export type DoomedStart = {
  readonly faults: Faults;
  /** A disk that can be written, or one on which files can only be read and removed. */
  readonly disk: "fine" | "full";
  /** Milliseconds by which the wall clock is set before the start. */
  readonly clockStep: number;
  /** What differs between the starts' configurations. */
  readonly task: { readonly wait_for: string; readonly start_timeout: string; readonly tags: Tags };
  /** What the driver knows of earlier allocations: Nomad tells it, does not answer, or is not asked. */
  readonly nomad: "tells" | "does not answer" | "is not asked";
  /** Milliseconds before anything befalls the start. */
  readonly alone: number;
  readonly end:
    | { readonly kind: "killed" }
    /** Nobody waits for it any more. The next start comes so many milliseconds later at the earliest. */
    | { readonly kind: "given up"; readonly patience: number }
    | { readonly kind: "waited for" };
  /** What becomes of the process where the start has failed. With a start that has not failed, it dies. */
  readonly process: "lives on" | "dies";
  readonly death: Death;
};

/** How a plugin's process ends, and the next one begins; all in milliseconds. */
export type Death = {
  /** From the agent's word that the plugin shall end to its end; undefined where it is killed at once. */
  readonly notice: number | undefined;
  readonly away: number;
  /** By how much the wall clock is behind while the next process begins, as before NTP has set it. */
  readonly behind: number;
  /** From the beginning of the next process to its first start. */
  readonly quiet: number;
};

type Tags = Readonly<Record<string, string>>;

/**
 * Fewest milliseconds from a start on another client to the loss of that client: it runs for longer than ECS
 * needs to list a task. Its replacement could not find a younger one.
 */
const listedAfter = 31_000;

/** Between which times a story's are drawn, in milliseconds. */
type Times = {
  readonly alone: readonly number[];
  readonly patience: readonly number[];
  readonly away: readonly number[];
  readonly mostQuiet: number;
  readonly mostGap: number;
  /** Most between the last start that comes to nothing and the one after it. */
  readonly mostPause: number;
};

const anyTimes: Times = {
  alone: [1, 100, 2_000, 10_000, 40_000],
  patience: [1, 100, 5_000, 60_000],
  away: [0, 1, 1_000, 20_000],
  mostQuiet: 90_000,
  mostGap: 60_000,
  mostPause: 3_600_000,
};
/** All is over before ECS lists the first task. */
const shortTimes: Times = {
  alone: [1, 1, 10, 100, 500, 2_000],
  patience: [1, 1, 100],
  away: [0, 1],
  mostQuiet: 100,
  mostGap: 100,
  mostPause: 100,
};

/** Draws one seed's story. */
export function drawScenario(chances: Chances): Scenario {
  const times = chances.happens(0.5) ? anyTimes : shortTimes;
  const ids = chances.pick([[], ["old"], ["older", "old"], ["older", "old"]]) ?? [];
  const earlier = ids.map((allocId) => drawEarlier(chances, times, allocId));
  return {
    // AWS gives no bound; the driver goes by 30 s.
    consistency: chances.pick([0, 5_000, 20_000, 25_000]) ?? 0,
    earlier,
    // In a process that has run for long, a new directory proves that nobody has started the task.
    uptime: chances.happens(0.5) ? restoreTime + 1 : 0,
    starts: drawStarts(chances, times, [0, 1, 2, 3, 4]),
    pause: chances.happens(0.5) ? chances.between(0, times.mostPause) : 0,
  };
}

function drawEarlier(chances: Chances, times: Times, allocId: string): EarlierAllocation {
  const known: Predecessor = {
    allocId,
    runs: chances.pick(["same", "same", "other"] as const) ?? "same",
    lost: chances.happens(0.8),
  };
  if (chances.happens(0.6)) {
    return { ...known, client: "another", lostAfter: chances.between(listedAfter, 60_000) };
  }
  const starts = drawStarts(chances, times, [1, 2]);
  // Without a record, the replacement cannot know that ECS may not list the earlier allocation's task yet.
  // docs/promises.md names this limit.
  const leastGap = isRecorded(starts) ? 0 : listedAfter;
  const gap = leastGap + chances.between(0, times.mostGap);
  return { ...known, client: "this", starts, gap };
}

/**
 * Draws the starts of one allocation. Without a record, the time at which the allocation's directory was made is
 * all by which a new process can tell that an earlier one may have started the task. It cannot know that the wall
 * clock was set back in between: the directory then comes to look younger than the process. So the clock is set
 * forward only where the disk takes no record. docs/promises.md names this limit.
 */
function drawStarts(chances: Chances, times: Times, counts: readonly number[]): DoomedStart[] {
  const length = chances.pick(counts) ?? 0;
  const starts = Array.from({ length }, () => drawStart(chances, times));
  if (isRecorded(starts)) return starts;
  return starts.map((start) => ({ ...start, clockStep: Math.abs(start.clockStep) }));
}

/** Whether the disk takes the record of each of these starts. */
function isRecorded(starts: readonly DoomedStart[]): boolean {
  return starts.every(({ disk }) => disk === "fine");
}

function drawStart(chances: Chances, times: Times): DoomedStart {
  const end = drawEnd(chances, times);
  return {
    faults: drawFaults(chances),
    // One that can be neither written nor cleaned is a limit that docs/promises.md names.
    disk: chances.pick(["fine", "fine", "full"] as const) ?? "fine",
    clockStep: chances.happens(0.2) ? chances.between(-7_200_000, 7_200_000) : 0,
    task: {
      wait_for: chances.pick(["none", "running"]) ?? "none",
      start_timeout: chances.pick(["5s", "10s", "30s", "5m"]) ?? "5m",
      tags: { version: chances.pick(["1", "2"]) ?? "1" },
    },
    nomad: chances.pick(["tells", "tells", "does not answer", "is not asked"] as const) ?? "tells",
    alone: chances.pick(times.alone) ?? 1,
    end,
    process: end.kind === "killed" || chances.happens(0.3) ? "dies" : "lives on",
    death: {
      notice: chances.happens(0.4) ? chances.pick([0, 1, 20, 200]) : undefined,
      away: chances.pick(times.away) ?? 0,
      behind: chances.happens(0.2) ? chances.between(0, 7_200_000) : 0,
      quiet: chances.happens(0.3) ? chances.between(0, times.mostQuiet) : 0,
    },
  };
}

function drawEnd(chances: Chances, times: Times): DoomedStart["end"] {
  switch (chances.pick(["killed", "given up", "waited for", "waited for"] as const)) {
    case "killed":
      return { kind: "killed" };
    case "given up":
      return { kind: "given up", patience: chances.pick(times.patience) ?? 1 };
    default:
      return { kind: "waited for" };
  }
}

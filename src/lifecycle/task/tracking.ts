import type { Task } from "@aws-sdk/client-ecs";
import { type Ending, endingOf, vanished } from "./ending.ts";
import { clusterInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import type { Observation } from "../watch/watcher.ts";

/** What an ECS task was last seen to be. */
export type RemoteState =
  | { readonly kind: "unseen" }
  | { readonly kind: "live"; readonly snapshot: Snapshot }
  | { readonly kind: "ended"; readonly ending: Ending; readonly snapshot: Snapshot | undefined };

/** The part of ECS's description that the driver acts on and shows. */
export type Snapshot = {
  /** PROVISIONING, PENDING, ACTIVATING, RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED. */
  readonly lastStatus: string;
  readonly desiredStatus: string;
  /** Private IPv4 address of the task's network interface. */
  readonly address: string | undefined;
  /** Id of that interface, as EC2 knows it. */
  readonly networkInterface: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number | undefined;
  /** Whether anything of the task ever ran. */
  readonly ran: boolean;
};

/** A task as it is tracked: its state, and since when ECS has not known it. */
export type Tracked = {
  readonly state: RemoteState;
  /** Monotonic milliseconds of the first of an unbroken run of MISSING answers, and their number. */
  readonly missing: { readonly since: number; readonly times: number } | undefined;
};

/** What a task starts from when it is first tracked. */
export const untracked: Tracked = { state: { kind: "unseen" }, missing: undefined };

/**
 * Milliseconds that MISSING must persist before it counts as the end. ECS is eventually consistent
 * after RunTask for seconds; a minute leaves room for a bad day.
 */
export const missingGrace = 60_000;
/** MISSING answers that are needed besides the time, so that one late answer decides nothing. */
const missingTimes = 3;

/** Takes in one observation. A pure step: the same inputs give the same result. */
export function track(
  { tracked, observation, now, ref, stopRequested, essential }: {
    tracked: Tracked;
    observation: Observation;
    /** Monotonic milliseconds. */
    now: number;
    ref: TaskRef;
    stopRequested: boolean;
    /** The task's essential containers, where they are known. */
    essential: ReadonlySet<string> | undefined;
  },
): Tracked {
  if (tracked.state.kind === "ended") return tracked;
  switch (observation.kind) {
    case "missing": {
      const since = tracked.missing?.since ?? now;
      const times = (tracked.missing?.times ?? 0) + 1;
      if (now - since < missingGrace || times < missingTimes) {
        return { ...tracked, missing: { since, times } };
      }
      const snapshot = tracked.state.kind === "live" ? tracked.state.snapshot : undefined;
      const attempted = `DescribeTasks ${ref.arn} in ${clusterInWords(ref.cluster)}`;
      const ending = vanished(attempted);
      return { state: { kind: "ended", ending, snapshot }, missing: undefined };
    }
    case "seen": {
      const { task } = observation;
      const snapshot = snapshotOf(task);
      if (snapshot.lastStatus !== "STOPPED") {
        return isUnchanged(tracked, snapshot)
          ? tracked
          : { state: { kind: "live", snapshot }, missing: undefined };
      }
      const ending = endingOf(task, { stopRequested, essential });
      return { state: { kind: "ended", ending, snapshot }, missing: undefined };
    }
  }
}

/** Whether it is tracked as it is seen. Thousands of tasks at rest then take up no new memory. */
function isUnchanged({ state, missing }: Tracked, seen: Snapshot): boolean {
  if (state.kind !== "live" || missing !== undefined) return false;
  const keys = Object.keys(seen) as (keyof Snapshot)[];
  return keys.every((key) => state.snapshot[key] === seen[key]);
}

/** Whether the task is on its way up or down, and so worth looking at often. */
export function inTransition(state: RemoteState): boolean {
  switch (state.kind) {
    case "unseen":
      return true;
    case "live":
      return state.snapshot.lastStatus !== "RUNNING" || state.snapshot.desiredStatus !== "RUNNING";
    case "ended":
      return false;
  }
}

function snapshotOf(task: Task): Snapshot {
  const network = task.attachments?.find(({ type }) => type === "ElasticNetworkInterface");
  const detail = (key: string) => network?.details?.find(({ name }) => name === key)?.value;
  return {
    lastStatus: task.lastStatus ?? "UNKNOWN",
    desiredStatus: task.desiredStatus ?? "RUNNING",
    address: detail("privateIPv4Address"),
    networkInterface: detail("networkInterfaceId"),
    startedAt: task.startedAt?.getTime(),
    ran: task.startedAt !== undefined ||
      (task.containers ?? []).some(({ exitCode }) => exitCode !== undefined),
  };
}

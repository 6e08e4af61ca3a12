import { type Counting, type Ending, endingOf, vanished } from "./ending.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";
import { taskInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import { attemptOf } from "../../aws/operations.ts";
import { hasLasted, type Lasting, oneMore } from "../patience.ts";
import type { Observation } from "../watch/watcher.ts";

/** What an ECS task was last seen to be. */
export type RemoteState =
  | { readonly kind: "unseen" }
  /** `since` is when its status was first seen, in monotonic milliseconds. */
  | { readonly kind: "live"; readonly snapshot: Snapshot; readonly since: number }
  | { readonly kind: "ended"; readonly ending: Ending; readonly snapshot: Snapshot | undefined };

/** A task as it is tracked: its state, and since when ECS has not known it. */
export type Tracked = {
  readonly state: RemoteState;
  /** The run of answers that ECS does not know the task or its cluster, while it is unbroken. */
  readonly missing: Lasting | undefined;
};

/** What a task starts from when it is first tracked. */
export const untracked: Tracked = { state: { kind: "unseen" }, missing: undefined };

/** Takes in one observation. A pure step: the same inputs give the same result. */
export function track(
  { tracked, observation, now, ref, stopRequested, counting }: {
    tracked: Tracked;
    observation: Observation;
    /** Monotonic milliseconds. */
    now: number;
    ref: TaskRef;
    stopRequested: boolean;
    counting: Counting;
  },
): Tracked {
  if (tracked.state.kind === "ended") return tracked;
  switch (observation.kind) {
    case "missing":
    case "no cluster": {
      const missing = oneMore(tracked.missing, now);
      if (!hasLasted(missing, now)) return { ...tracked, missing };
      const snapshot = tracked.state.kind === "live" ? tracked.state.snapshot : undefined;
      const attempted = attemptOf("describeTasks", taskInWords(ref));
      const ending = vanished(attempted, observation.kind === "missing" ? "task" : "cluster");
      return { state: { kind: "ended", ending, snapshot }, missing: undefined };
    }
    case "seen": {
      const { task } = observation;
      const live = tracked.state.kind === "live" ? tracked.state : undefined;
      const snapshot = snapshotOf(task, live?.snapshot);
      if (snapshot.lastStatus === "STOPPED") {
        const ending = endingOf(task, { stopRequested, counting });
        return { state: { kind: "ended", ending, snapshot }, missing: undefined };
      }
      if (isUnchanged(tracked, snapshot)) return tracked;
      const since = live?.snapshot.lastStatus === snapshot.lastStatus ? live.since : now;
      return { state: { kind: "live", snapshot, since }, missing: undefined };
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

/** How far a task has come, in words for those who wait for it: its status, since when, and ECS's reason. */
export function progressOf(state: RemoteState, now: number): string {
  switch (state.kind) {
    case "unseen":
      return "ECS has not described it yet";
    case "live": {
      const { snapshot: { lastStatus, reason }, since } = state;
      const seconds = Math.round((now - since) / 1_000);
      return `it has been ${lastStatus} for ${seconds} s` +
        (reason === undefined ? ", and ECS gives no reason" : `; ECS says: ${reason}`);
    }
    case "ended":
      return `it has ended${state.ending.error === undefined ? "" : `: ${state.ending.error}`}`;
  }
}

import { EcsError, type EcsErrorKind } from "../aws/error.ts";
import type { RetryVerdict } from "../aws/retry.ts";
import { LaunchError } from "./launch_error.ts";

/** What the driver was doing when a call to AWS failed. */
export type Activity =
  /** It asks for what a start needs, and for the start itself. */
  | "start"
  /** It describes running tasks. */
  | "watch"
  /** It stops a task. */
  | "stop"
  /** It tags a task as its own. */
  | "claim"
  /** It looks for the ECS task that a failed start may have left behind. */
  | "clean up"
  /** It looks for ECS tasks that no allocation claims. */
  | "search"
  /** It reads the task definition of a task that has ended, to tell why. */
  | "explain";

/** What follows from a failed call. */
export type Verdict =
  /** The failure may pass: the same call is made again, for as long as the activity lasts. */
  | "ask again"
  /** The activity ends. Nomad may start the task again, as the job's `restart` block says. */
  | "recoverable"
  /** The activity ends: the same call would fail again. */
  | "final"
  /** The failure is about one task: its user is told, and the call is made again, rarely. */
  | "tell the task's user";

/** A kind of failure; a `fault` is an error that did not come from a call to AWS. */
export type FailureKind = EcsErrorKind | "fault";

/** The verdict on every kind of failure, by activity. A task that runs is never given up. */
const policy: { readonly [A in Activity]: { readonly [K in FailureKind]: Verdict } } = {
  start: {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again",
    capacity: "recoverable", // the restart block says how long to wait for room
    denied: "final",
    no_region: "final",
    no_cluster: "final",
    no_task: "final",
    conflict: "final",
    no_resource: "final",
    rejected: "final",
    fault: "final",
  },
  watch: {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again", // they expire, rotate and are repaired while tasks run
    no_region: "ask again", // a configuration may lack it for a while
    no_cluster: "ask again",
    fault: "ask again",
    denied: "tell the task's user",
    no_task: "tell the task's user",
    conflict: "tell the task's user",
    capacity: "tell the task's user",
    no_resource: "tell the task's user",
    rejected: "tell the task's user",
  },
  stop: {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again",
    denied: "ask again",
    no_region: "ask again",
    no_cluster: "ask again",
    no_task: "ask again",
    conflict: "ask again",
    capacity: "ask again",
    no_resource: "ask again",
    rejected: "ask again",
    fault: "ask again",
  },
  claim: {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again",
    no_region: "ask again",
    no_cluster: "ask again",
    no_task: "ask again",
    conflict: "ask again",
    capacity: "ask again",
    fault: "ask again",
    denied: "tell the task's user",
    no_resource: "final",
    rejected: "final",
  },
  "clean up": {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again",
    denied: "ask again", // the search waits for nobody, and the policy may be repaired meanwhile
    no_region: "final",
    no_cluster: "final",
    no_task: "final",
    conflict: "final",
    capacity: "final",
    no_resource: "final",
    rejected: "final",
    fault: "final",
  },
  search: {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again",
    denied: "ask again",
    no_region: "ask again",
    no_task: "ask again",
    conflict: "ask again",
    capacity: "ask again",
    no_resource: "ask again",
    rejected: "ask again",
    fault: "ask again",
    no_cluster: "final", // it has no tasks
  },
  explain: {
    throttled: "ask again",
    unavailable: "ask again",
    not_yet: "ask again",
    credentials: "ask again",
    no_region: "ask again",
    denied: "final",
    no_cluster: "final",
    no_task: "final",
    conflict: "final",
    capacity: "final",
    no_resource: "final",
    rejected: "final",
    fault: "final",
  },
};

/** What follows from whatever an activity threw. */
export function verdictOn(activity: Activity, error: unknown): Verdict {
  if (error instanceof LaunchError) return error.recoverable ? "recoverable" : "final";
  return policy[activity][error instanceof EcsError ? error.kind : "fault"];
}

/** Has an activity's call made again as the policy says; `again` is told of each failure before. */
export function askingAgain(
  activity: Activity,
  again: (error: EcsError) => void = () => {},
): (error: unknown) => RetryVerdict {
  return (error) => {
    switch (verdictOn(activity, error)) {
      case "ask again":
      case "tell the task's user":
        if (error instanceof EcsError) again(error);
        return "retry";
      case "recoverable":
      case "final":
        return "give up";
    }
  };
}

/** Whether Nomad should try a start again that ended with this, by the job's `restart` block. */
export function isRecoverable(error: unknown): boolean {
  const verdict = verdictOn("start", error);
  return verdict === "ask again" || verdict === "recoverable";
}

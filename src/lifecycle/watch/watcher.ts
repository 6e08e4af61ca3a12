/**
 * Watching ECS tasks. This file is the contract: what a look at a task shows, and who is told.
 * `poller.ts` keeps it by DescribeTasks; `watch_list.ts` says which tasks are due, `describe_batch.ts`
 * makes the call, `poll_intervals.ts` says how often, and `due_queue.ts` keeps the times.
 */

import type { Task } from "../../aws/ecs_answers.ts";
import type { EcsError } from "../../aws/error.ts";
import type { ClusterRef } from "../../aws/cluster_ref.ts";

/** What one look at an ECS task shows. */
export type Observation =
  /** `tags` tells whether the task's tags were asked for too. */
  | { kind: "seen"; task: Task; tags: boolean }
  /** ECS does not know the task. */
  | { kind: "missing" }
  /** ECS does not know the task's cluster. */
  | { kind: "no cluster" };

/** Whether a watcher gets answers. `since` is monotonic milliseconds. */
export type WatchHealth =
  | { kind: "answering" }
  | { kind: "failing"; since: number; error: EcsError }
  /** Nothing is watched any more, so whether ECS would answer is not known. */
  | { kind: "idle" };

/** Told what each look at a task shows. */
export type Observer = { onObservation(observation: Observation): void };

/** The watch that one observer keeps on one task. */
export type Watch = {
  /** Looks every second while `pace` is quick, else every poll interval. */
  pace(pace: "quick" | "slow"): void;
  /**
   * Resolves to a look at the task, tags included, that ECS was asked for after this call. Rejects
   * with the signal's reason. It is part of the next batch, before the tasks that nobody waits for.
   * Each request that ECS does not answer with the task calls `onFailure`; another request follows.
   */
  look(signal: AbortSignal, onFailure?: (error: EcsError) => void): Promise<Observation>;
  /** Has ECS asked for the task at once, also in the pause after a failure. */
  hasten(): void;
  end(): void;
};

/**
 * Looks at all tasks of one cluster, in batches. It reports what ECS said of that very task, and
 * nothing else: a call that fails is reported to no observer.
 */
export type Watcher = {
  readonly cluster: ClusterRef;
  watch(arn: string, observer: Observer): Watch;
  size(): number;
  /**
   * Since when, in monotonic milliseconds, every look has failed, and why; undefined while ECS answers,
   * and while nothing is watched.
   */
  failing(): Extract<WatchHealth, { kind: "failing" }> | undefined;
  /** Ends all looking. */
  close(): void;
};

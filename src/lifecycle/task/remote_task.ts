/**
 * One ECS task that this process looks after for a Nomad task. This file is the contract;
 * `watched_task.ts` keeps it. `tracking.ts` says what each look at the task means, `ending.ts` how the
 * task ended, `status_events.ts` what its user is told, and `ask_for_stop.ts` has ECS stop it.
 */

import type { Task } from "../../aws/ecs_answers.ts";
import type { TaskRef } from "../../aws/cluster_ref.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import type { ClaimServices } from "../ownership/claim.ts";
import type { Ledger } from "../ownership/ledger.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { Watcher } from "../watch/watcher.ts";
import type { TaskEvent } from "./status_events.ts";
import type { RemoteState } from "./tracking.ts";

/** How far a stop got within its time. */
export type StopOutcome =
  | { kind: "ended" }
  /** ECS has acknowledged it, so the task is on its way down. */
  | { kind: "acknowledged" }
  /** ECS has not acknowledged it. ECS is asked until it does. */
  | { kind: "unacknowledged"; error: Error | undefined };

/** Called with a task's new state. */
export type StateListener = (state: RemoteState) => void;

/** One ECS task that this process looks after. */
export type RemoteTask = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  /** The `startedBy` under which a start of the owner's allocation looks for its ECS tasks. */
  readonly index: string;
  /** The container whose exit code counts, where the jobspec names it; else the main container. */
  readonly container: string | undefined;
  state(): RemoteState;
  /**
   * Calls back with every new state, `ended` being the last. Returns a function that removes the listener. It
   * is no promise and no signal: those would take more memory than all else that is kept of a task.
   */
  listen(listener: StateListener): () => void;
  /**
   * Has ECS stop the task and waits up to `timeout` milliseconds for its end. Where the stop still waits
   * for its turn in AWS's limits by then, it waits on for the acknowledgement. ECS is asked until it
   * acknowledges the stop, also after that time and after `release`.
   */
  stop(reason: string, timeout: number): Promise<StopOutcome>;
  /** Whether a stop was asked for. */
  stopping(): boolean;
  /** Whether the ECS task is known to be the owner's: it was started so, or its tags were moved. */
  isOwn(): boolean;
  /**
   * Resolves once the tags of a recovered task have told whose it is, or are not looked at any more;
   * undefined where that is known from the start.
   */
  readonly claimed: Promise<void> | undefined;
  /** Has ECS asked about the task at once, also in the pause after a failure. */
  hasten(): void;
  /** Tells that Nomad has shown that it has the task's handle. */
  confirm(): void;
  /** Ends the looking after, as an end without error, and leaves the ECS task to run on elsewhere. */
  leave(): void;
  /** Ends the looking after, as an end with this error. The ECS task goes on as it is. */
  release(error: string): void;
  /** Tells the task's user something. */
  tell(message: string): void;
};

/** An ECS task to look after, and for whom. */
export type TaskToWatch = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  /**
   * See `RemoteTask`; undefined where the owner's fields give it. A task to be stopped has one where a
   * search has read its owner from its tags.
   */
  readonly index?: string | undefined;
  /** See `RemoteTask`. */
  readonly container?: string | undefined;
  /**
   * How it came here: by RunTask; found by a start that looked for it; by a handle, or from an earlier
   * run; or only to be stopped.
   */
  readonly how: "started" | "found" | "recovered" | "to be stopped";
  readonly onEvent: OnEvent;
};

/** Told of an event, and of whose task it is. */
export type OnEvent = (event: TaskEvent, owner: TaskIdentity) => void;

/** What all tasks of one cluster share. */
export type RemoteTaskServices = ClaimServices & {
  readonly watcher: Watcher;
  readonly ledger: Ledger<RemoteTask>;
  /** The definition of a task; undefined where AWS does not tell it. */
  readonly definitionOf: (task: Task) => Promise<DefinitionFacts | undefined>;
  /** Aborts when the driver ends. */
  readonly signal: AbortSignal;
};

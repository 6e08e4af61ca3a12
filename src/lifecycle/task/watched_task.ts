import type { TaskRef } from "../../aws/cluster_ref.ts";
import type { EcsError } from "../../aws/error.ts";
import { claimInTime, foreignText, isOwners, type TagOwnership } from "../ownership/claim.ts";
import { startedBy } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import type { Observation, Observer, Watch } from "../watch/watcher.ts";
import { type Counting, type Ending, unknownExitCode } from "./ending.ts";
import { annotationsOf, eventsOf } from "./status_events.ts";
import type {
  OnEvent,
  RemoteTask,
  RemoteTaskServices,
  StateListener,
  StopOutcome,
  TaskToWatch,
} from "./remote_task.ts";
import { type StopContext, type StopResult, stopUntilAcknowledged } from "./ask_for_stop.ts";
import {
  newStopRequest,
  noteAcknowledged,
  noteFailure,
  type StopRequest,
  untilItsTurn,
} from "./stop_progress.ts";
import { inTransition, type RemoteState, track, type Tracked, untracked } from "./tracking.ts";
import { untilEnded } from "./until.ts";

/** Starts looking after an ECS task. Makes no call itself, so it cannot fail while ECS is away. */
export function createRemoteTask(task: TaskToWatch, services: RemoteTaskServices): RemoteTask {
  return new WatchedTask(task, services);
}

const none: readonly never[] = [];

// A class, since a plugin holds thousands of these at rest: methods cost nothing per task, where
// closures would, and so do signals that are made only for what is under way. Lists that stay grow
// with concat, which leaves no spare room, where spread and push leave room for a dozen.
class WatchedTask implements RemoteTask, Observer, StopContext {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  readonly container: string | undefined;
  readonly services: RemoteTaskServices;
  ownership: TagOwnership;
  toldUntagged = false;
  readonly claimed: Promise<void> | undefined;
  readonly #index: string | undefined;
  readonly #onEvent: OnEvent;
  readonly #watch: Watch;
  #tracked: Tracked = untracked;
  #announced: boolean;
  /** Whether nothing waits for it and it is only to be stopped. */
  readonly #unattended: boolean;
  readonly ownerIsRead: boolean;
  /** How it ended for its listeners when it was released. */
  #released: RemoteState | undefined;
  #stop: StopRequest | undefined;
  #listeners: readonly StateListener[] = none;
  /** What is under way for the task, to be given up when it is over. */
  #activities: readonly AbortController[] = none;
  /** Why nothing more is to be done for the task. */
  #over: Error | undefined;

  constructor(
    { ref, owner, index, container, how, onEvent }: TaskToWatch,
    services: RemoteTaskServices,
  ) {
    this.ref = ref;
    this.owner = owner;
    this.container = container;
    this.services = services;
    this.#index = index;
    this.#onEvent = onEvent;
    const inStart = how === "started" || how === "found";
    // Skip a recovered task's first event: the earlier process has reported it.
    this.#announced = inStart;
    this.#unattended = how === "to be stopped";
    this.ownerIsRead = this.#unattended && index !== undefined;
    this.ownership = how === "found" || how === "recovered" ? "unknown" : "started";
    services.ledger.keep(this, this, inStart ? "starting" : "unclaimed");
    this.#watch = services.watcher.watch(ref.arn, this);
    this.#watch.pace("quick");
    if (this.ownership === "unknown") {
      this.claimed = this.#whileAlive((alive) => claimInTime(this, alive));
    }
  }

  get index(): string {
    return this.#index ?? startedBy(this.owner);
  }

  state(): RemoteState {
    return this.#released ?? this.#tracked.state;
  }

  listen(listener: StateListener): () => void {
    this.#listeners = this.#listeners.concat(listener);
    return () => this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  stopping(): boolean {
    return this.#stop !== undefined;
  }

  isOwn(): boolean {
    return isOwners(this.ownership);
  }

  tell(message: string): void {
    if (this.#released !== undefined) return;
    this.#onEvent({ message, annotations: annotationsOf(this.ref) }, this.owner);
  }

  async stop(reason: string, timeout: number): Promise<StopOutcome> {
    if (this.state().kind === "ended") return { kind: "ended" };
    const request = this.#stop ?? this.#startStopping(reason);
    await untilEnded(this, timeout, this.services.clock);
    await untilItsTurn(request, this, this.services.clock);
    if (this.state().kind === "ended") return { kind: "ended" };
    return request.acknowledged
      ? { kind: "acknowledged" }
      : { kind: "unacknowledged", error: request.error };
  }

  hasten(): void {
    this.#watch.hasten();
  }

  confirm(): void {
    this.services.ledger.confirm(this.ref.arn, this);
  }

  leave(): void {
    this.services.ledger.leave(this.ref.arn, this);
    this.#release(0, undefined);
  }

  release(error: string): void {
    this.#release(unknownExitCode, error);
  }

  #release(exitCode: number, error: string | undefined): void {
    if (this.state().kind !== "ended") {
      this.#released = this.#endedAs(exitCode, error);
      this.#notify(this.#released);
    }
    const stopPending = this.#stop !== undefined && !this.#stop.acknowledged;
    if (!stopPending) this.#part();
  }

  /** Ends all that is done for the task. */
  #part(): void {
    this.services.ledger.release(this.ref.arn, this);
    this.#watch.end();
    this.#giveUp(new Error(`ECS task ${this.ref.arn} is no longer looked after`));
  }

  #giveUp(reason: Error): void {
    this.#over ??= reason;
    for (const activity of this.#activities) activity.abort(this.#over);
  }

  /** Does something for the task, with a signal that aborts when the task or the driver is over. */
  async #whileAlive<T>(work: (alive: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const activity = new AbortController();
    if (this.#over !== undefined) activity.abort(this.#over);
    this.#activities = [...this.#activities, activity];
    try {
      return await work(AbortSignal.any([this.services.signal, activity.signal]));
    } catch {
      return undefined; // it has logged why, or it was given up
    } finally {
      this.#activities = this.#activities.filter((other) => other !== activity);
    }
  }

  #settle(next: Tracked): void {
    const before = this.#tracked.state;
    this.#tracked = next;
    const { state } = next;
    this.#watch.pace(inTransition(state) || this.stopping() ? "quick" : "slow");
    const isNews = this.#announced || before.kind !== "unseen" || state.kind === "ended";
    if (isNews && this.#released === undefined) {
      for (const event of eventsOf(before, state, this.ref)) this.#onEvent(event, this.owner);
    }
    if (state.kind !== "unseen") this.#announced = true;
    if (state.kind === "ended") {
      const { ledger } = this.services;
      // A task that ECS has only lost sight of may show again, and is then to be found.
      if (state.snapshot?.lastStatus === "STOPPED") ledger.ended(this.ref.arn, this);
      else ledger.forget(this.ref.arn, this);
      this.#watch.end();
    }
    if (state !== before && this.#released === undefined) this.#notify(state);
    if (state.kind === "ended") this.#giveUp(new Error(`ECS task ${this.ref.arn} has ended`));
  }

  #notify(state: RemoteState): void {
    const listeners = this.#listeners;
    if (state.kind === "ended") this.#listeners = none;
    for (const listener of listeners) listener(state);
  }

  #observe(observation: Observation, counting: Counting): void {
    const tracked = track({
      tracked: this.#tracked,
      observation,
      now: this.services.clock.monotonic(),
      ref: this.ref,
      stopRequested: this.stopping(),
      counting,
    });
    const { state } = tracked;
    if (state.kind !== "ended") return this.#settle(tracked);
    this.#settle({ ...tracked, state: { ...state, ending: this.#dated(state.ending) } });
  }

  onObservation(observation: Observation): void {
    if (this.#tracked.state.kind === "ended") return;
    if (this.container !== undefined) {
      return this.#observe(observation, { kind: "named", container: this.container });
    }
    const several = observation.kind === "seen" && observation.task.lastStatus === "STOPPED" &&
      (observation.task.containers ?? []).length > 1;
    if (!several) return this.#observe(observation, { kind: "unknown" });
    // Only the task definition tells whose exit code counts of several containers.
    this.services.definitionOf(observation.task).then((definition) => {
      if (this.#tracked.state.kind === "ended") return;
      const counting = definition && { kind: "defined", definition } as const;
      this.#observe(observation, counting ?? { kind: "unknown" });
    });
  }

  #startStopping(reason: string): StopRequest {
    const request = newStopRequest();
    this.#stop = request;
    this.services.ledger.stop(this.ref.arn, this, this.index);
    this.#watch.pace("quick");
    this.#whileAlive((alive) => stopUntilAcknowledged(this, reason, alive)).then((result) => {
      if (result !== undefined) this.#onStopResult(request, result);
      if (this.#released !== undefined) this.#part();
    });
    return request;
  }

  #onStopResult(request: StopRequest, result: StopResult): void {
    const { ledger, log } = this.services;
    switch (result.kind) {
      case "acknowledged":
        noteAcknowledged(request);
        ledger.acknowledged(this.ref.arn, this);
        return;
      case "taken over":
        this.#endAlive(
          `the ECS task runs on under Nomad node ${result.nodeId}, which has taken it over`,
        );
        return;
      case "foreign":
        this.#endAlive(foreignText(this, result));
        return;
      case "withdrawn":
        log.info(`an ECS task is not stopped: ${result.why}`, { arn: this.ref.arn });
        ledger.forget(this.ref.arn, this);
        return;
    }
  }

  /** Ends the task for its listeners while its ECS task runs on, which is not its own. */
  #endAlive(error: string): void {
    this.#settle({ state: this.#endedAs(0, error), missing: undefined });
  }

  look(signal: AbortSignal, onFailure?: (error: EcsError) => void): Promise<Observation> {
    return this.#watch.look(signal, onFailure);
  }

  isStopWanted(): boolean {
    return !(this.#unattended && this.services.ledger.isClaimed(this.ref.arn));
  }

  wasSeen(): boolean {
    return this.#tracked.state.kind !== "unseen";
  }

  stopFailed(error: Error): void {
    if (this.#stop !== undefined) noteFailure(this.#stop, error);
  }

  /** The end of a task whose ECS task runs on. */
  #endedAs(exitCode: number, error: string | undefined): RemoteState {
    const { state } = this.#tracked;
    const snapshot = state.kind === "unseen" ? undefined : state.snapshot;
    const ending = { exitCode, oomKilled: false, error, exits: undefined, endedAt: undefined };
    return { kind: "ended", ending: this.#dated(ending), snapshot };
  }

  /** The ending with the time at which it was seen, where ECS does not tell when it was. */
  #dated(ending: Ending): Ending {
    return { ...ending, endedAt: ending.endedAt ?? this.services.clock.now() };
  }
}

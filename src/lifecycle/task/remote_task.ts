import type { Tag, Task } from "@aws-sdk/client-ecs";
import type { Clock, Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { EcsError } from "../../aws/error.ts";
import type { Priority } from "../../aws/budget.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import type { Counting, Ending } from "./ending.ts";
import type { Ledger } from "../ownership/ledger.ts";
import { allocMark, isTakenFrom, ownerTags, startedBy, taggedOwner } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { askingAgain, verdictOn } from "../error_policy.ts";
import { retry } from "../../aws/retry.ts";
import { clusterInWords, type TaskRef } from "../../aws/cluster_ref.ts";
import { annotationsOf, eventsOf, type TaskEvent } from "./events.ts";
import { inTransition, type RemoteState, track, type Tracked, untracked } from "./tracking.ts";
import type { Observation, Observer, Watch, Watcher } from "../watch/watcher.ts";

/** How a request to stop went within its time. */
export type StopOutcome =
  | { kind: "ended" }
  /** ECS has taken the request; the task is on its way down. */
  | { kind: "acknowledged" }
  /** ECS has not taken it yet. It is asked on until it does. */
  | { kind: "unacknowledged"; error: Error | undefined };

/** One ECS task that this driver looks after for a Nomad task. */
export type RemoteTask = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  /** The `startedBy` under which a start of the owner's allocation looks for its ECS tasks. */
  readonly index: string;
  /** The container whose exit code counts, where the jobspec names it; else the main container. */
  readonly container: string | undefined;
  state(): RemoteState;
  /** Tells once, when ECS has said that the task is STOPPED or has long not known it. */
  tellEnd(observer: EndObserver): void;
  /** Resolves with the first state that satisfies `wanted`; rejects with the signal's reason. */
  until(wanted: (state: RemoteState) => boolean, signal: AbortSignal): Promise<RemoteState>;
  /**
   * Has ECS stop the task and waits up to `timeout` milliseconds for its end. What ECS has not
   * acknowledged by then goes on being asked for, also after `release`.
   */
  stop(reason: string, timeout: number): Promise<StopOutcome>;
  /** Whether a stop was asked for. */
  stopping(): boolean;
  /** Tells that Nomad has shown that it has the task's handle. */
  confirm(): void;
  /** Ends the looking after. The ECS task itself is left as it is. */
  release(): void;
  /** Ends the looking after, and leaves the ECS task to run on for another node's driver. */
  leave(): void;
  /** Tells the task's user something. */
  tell(message: string): void;
};

/** Who is told how a task ended. */
export type EndObserver = { onEnded(ending: Ending): void };

/** An ECS task to look after, and for whom. */
export type TaskToWatch = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  /** See `RemoteTask`; undefined where the owner's fields give it. */
  readonly index?: string | undefined;
  /** The container whose exit code counts, where the jobspec names it; else the main container. */
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

/** What all remote tasks of one cluster share. */
export type RemoteTaskServices = {
  readonly watcher: Watcher;
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The driver's version, with which ECS tasks are tagged. */
  readonly driverVersion: string;
  /** The definition of a task; undefined where AWS does not tell it. */
  readonly definitionOf: (task: Task) => Promise<DefinitionFacts | undefined>;
  readonly ledger: Ledger<RemoteTask>;
  /** Aborts when the driver ends. */
  readonly signal: AbortSignal;
};

/** Starts looking after an ECS task. Makes no call itself, so it cannot fail while ECS is away. */
export function createRemoteTask(task: TaskToWatch, services: RemoteTaskServices): RemoteTask {
  return new WatchedTask(task, services);
}

/** A stop that was asked for. */
type StopRequest = { acknowledged: boolean; error: Error | undefined };

/** Milliseconds before a task is tagged again after AWS would not let it be. */
const refusedPause = 300_000;

type Waiter = { wanted: (state: RemoteState) => boolean; meet: (state: RemoteState) => void };

const none: readonly never[] = [];

/**
 * Whose a task is, as far as its tags have told: ours since it was started, ours since they were
 * moved here, or somebody else's who moved them on from here.
 */
type Standing = "unknown" | "started" | "claimed" | "lost";

// A class, since a plugin holds thousands of these at rest: methods cost nothing per task, where
// closures would, and so do signals that are made only for what is under way. Lists that stay grow
// with concat, which leaves no spare room, where spread and push leave room for a dozen.
class WatchedTask implements RemoteTask, Observer {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
  readonly container: string | undefined;
  readonly #index: string | undefined;
  readonly #onEvent: OnEvent;
  readonly #services: RemoteTaskServices;
  readonly #watch: Watch;
  #tracked: Tracked = untracked;
  #announced: boolean;
  #released = false;
  /** Whether it is looked after for nobody and only to be stopped. */
  readonly #unattended: boolean;
  #standing: Standing;
  #toldUntagged = false;
  #stop: StopRequest | undefined;
  #waiters: readonly Waiter[] = none;
  #endObservers: readonly EndObserver[] = none;
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
    this.#index = index;
    this.#onEvent = onEvent;
    this.#services = services;
    const inStart = how === "started" || how === "found";
    // What a recovered task is at first was told by the process that had it before.
    this.#announced = inStart;
    this.#standing = how === "found" || how === "recovered" ? "unknown" : "started";
    this.#unattended = how === "to be stopped";
    services.ledger.keep(this, this, inStart ? "starting" : "unclaimed");
    this.#watch = services.watcher.watch(ref.arn, this);
    this.#watch.pace("quick");
    if (this.#standing === "unknown") this.#startClaiming();
  }

  get index(): string {
    return this.#index ?? startedBy(this.owner);
  }

  tellEnd(observer: EndObserver): void {
    const state = this.state();
    if (state.kind === "ended") observer.onEnded(state.ending);
    else this.#endObservers = this.#endObservers.concat(observer);
  }

  state(): RemoteState {
    return this.#tracked.state;
  }

  stopping(): boolean {
    return this.#stop !== undefined;
  }

  tell(message: string): void {
    this.#onEvent({ message, annotations: annotationsOf(this.ref) }, this.owner);
  }

  until(wanted: (state: RemoteState) => boolean, signal: AbortSignal): Promise<RemoteState> {
    return new Promise((resolve, reject) => {
      if (wanted(this.state())) return resolve(this.state());
      if (signal.aborted) return reject(signal.reason);
      const waiter: Waiter = {
        wanted,
        meet: (state) => {
          signal.removeEventListener("abort", leave);
          resolve(state);
        },
      };
      const leave = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiters = [...this.#waiters, waiter];
    });
  }

  async stop(reason: string, timeout: number): Promise<StopOutcome> {
    if (this.state().kind === "ended") return { kind: "ended" };
    const request = this.#startStopping(reason);
    const ended = new AbortController();
    this.tellEnd({ onEnded: () => ended.abort() });
    await this.#services.clock.sleep(timeout, ended.signal);
    if (this.state().kind === "ended") return { kind: "ended" };
    return request.acknowledged
      ? { kind: "acknowledged" }
      : { kind: "unacknowledged", error: request.error };
  }

  confirm(): void {
    this.#services.ledger.confirm(this.ref.arn, this);
  }

  leave(): void {
    this.#services.ledger.leave(this.ref.arn, this);
    this.release();
  }

  release(): void {
    this.#released = true;
    const stopPending = this.#stop !== undefined && !this.#stop.acknowledged;
    if (!stopPending) this.#part();
  }

  /** Ends all that is done for the task. */
  #part(): void {
    this.#services.ledger.release(this.ref.arn, this);
    this.#watch.end();
    this.#giveUp(new Error(`ECS task ${this.ref.arn} is no longer looked after`));
  }

  #giveUp(reason: Error): void {
    this.#over ??= reason;
    for (const activity of this.#activities) activity.abort(this.#over);
  }

  /** Does something for the task, with a signal that aborts when the task or the driver is over. */
  async #whileAlive(work: (alive: AbortSignal) => Promise<void>): Promise<void> {
    const activity = new AbortController();
    if (this.#over !== undefined) activity.abort(this.#over);
    this.#activities = [...this.#activities, activity];
    try {
      await work(AbortSignal.any([this.#services.signal, activity.signal]));
    } finally {
      this.#activities = this.#activities.filter((other) => other !== activity);
    }
  }

  #settle(next: Tracked): void {
    const before = this.#tracked.state;
    this.#tracked = next;
    // What a recovered task was before the driver looked has been told by whoever looked then.
    const news = this.#announced || before.kind !== "unseen" || next.state.kind === "ended";
    if (news && !this.#released) {
      for (const event of eventsOf(before, next.state, this.ref)) this.#onEvent(event, this.owner);
    }
    if (next.state.kind !== "unseen") this.#announced = true;
    this.#watch.pace(inTransition(next.state) || this.stopping() ? "quick" : "slow");
    for (const waiter of this.#waiters) {
      if (!waiter.wanted(next.state)) continue;
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.meet(next.state);
    }
    if (next.state.kind !== "ended") return;
    this.#watch.end();
    const { ledger } = this.#services;
    // A task that ECS has only lost sight of may show again, and is then to be found.
    if (next.state.snapshot?.lastStatus === "STOPPED") ledger.ended(this.ref.arn, this);
    else ledger.forget(this.ref.arn, this);
    const observers = this.#endObservers;
    this.#endObservers = none;
    for (const observer of observers) observer.onEnded(next.state.ending);
    this.#giveUp(new Error(`ECS task ${this.ref.arn} has ended`));
  }

  #observe(observation: Observation, counting: Counting): void {
    this.#settle(track({
      tracked: this.#tracked,
      observation,
      now: this.#services.clock.monotonic(),
      ref: this.ref,
      stopRequested: this.stopping(),
      counting,
    }));
  }

  onObservation(observation: Observation): void {
    if (this.state().kind === "ended") return;
    if (this.container !== undefined) {
      return this.#observe(observation, { kind: "named", container: this.container });
    }
    const several = observation.kind === "seen" && observation.task.lastStatus === "STOPPED" &&
      (observation.task.containers ?? []).length > 1;
    if (!several) return this.#observe(observation, { kind: "unknown" });
    // Whose exit code counts of several containers is told by the task definition alone.
    this.#services.definitionOf(observation.task).then((definition) => {
      if (this.state().kind === "ended") return;
      this.#observe(
        observation,
        definition === undefined ? { kind: "unknown" } : { kind: "defined", definition },
      );
    });
  }

  #isMovedOn(tags: readonly Tag[]): boolean {
    return isTakenFrom(tags, this.owner);
  }

  /** Moves the ownership tags here, unless they show that this run was itself taken over from. */
  async #claimBy(tags: readonly Tag[], priority: Priority, alive: AbortSignal): Promise<void> {
    const tagged = taggedOwner(tags);
    if (this.#isMovedOn(tags)) {
      this.#standing = "lost";
      return;
    }
    const others = tagged.allocId === undefined || tagged.allocId === this.owner.allocId
      ? tagged.previous
      : [...tagged.previous, allocMark(tagged.allocId)];
    const wanted = ownerTags(this.owner, this.#services.driverVersion, others);
    const agree = wanted.every(({ key, value }) =>
      tags.some((tag) => tag.key === key && tag.value === value)
    );
    if (!agree) {
      await this.#services.caller.call(
        "tagResource",
        { resourceArn: this.ref.arn, tags: wanted },
        { target: this.#target(), priority, signal: alive },
      );
    }
    this.#standing = "claimed";
  }

  #tellUntagged(error: Error): void {
    if (this.#toldUntagged) return;
    this.#toldUntagged = true;
    this.tell(
      `The ECS task cannot be tagged as this allocation's; while its tags name another Nomad node, ` +
        `only that node's driver stops it: ${error.message}`,
    );
  }

  #startClaiming(): void {
    const { clock, random, log } = this.#services;
    this.#whileAlive((alive) =>
      retry(async () => {
        const look = await this.#watch.look(alive);
        if (look.kind === "seen" && this.#standing === "unknown") {
          await this.#claimBy(look.task.tags ?? [], "housekeeping", alive).catch(async (error) => {
            if (verdictOn("claim", error) === "ask again") throw error;
            this.#tellUntagged(error);
            // Many tasks that AWS lets nobody tag must not keep starts and stops from their turn.
            await clock.sleep(refusedPause, alive);
            throw error;
          });
        }
      }, {
        clock,
        random,
        signal: alive,
        judge: (error) => {
          const verdict = askingAgain("claim")(error);
          log.warn("moving the ownership tags of an ECS task failed", {
            arn: this.ref.arn,
            error: String(error),
            again: verdict === "retry",
          });
          return verdict;
        },
      })
    ).catch(() => {}); // it was logged, or the task is no longer looked after
  }

  #startStopping(reason: string): StopRequest {
    if (this.#stop !== undefined) return this.#stop;
    const request: StopRequest = { acknowledged: false, error: undefined };
    this.#stop = request;
    this.#services.ledger.stop(this.ref.arn, this, this.index);
    this.#watch.pace("quick");
    const { clock, random, log } = this.#services;
    this.#whileAlive((alive) =>
      retry(() => this.#pursueStop(reason, request, alive), {
        clock,
        random,
        signal: alive,
        judge: (error) => {
          request.error = error instanceof Error ? error : new Error(String(error));
          log.warn("stopping an ECS task failed; it is tried again", {
            arn: this.ref.arn,
            error: String(error),
          });
          return askingAgain("stop")(error);
        },
      })
    )
      .catch(() => {}) // aborted: the task has ended, or the driver has
      .finally(() => {
        if (this.#released) this.#part();
      });
    return request;
  }

  /** Has ECS stop the task, unless its tags say that another node's driver has taken it over. */
  async #pursueStop(reason: string, request: StopRequest, alive: AbortSignal): Promise<void> {
    const { caller, ledger, log } = this.#services;
    if (this.#unattended && ledger.isClaimed(this.ref.arn)) {
      log.info("an ECS task is not stopped: an allocation has it after all", { arn: this.ref.arn });
      ledger.forget(this.ref.arn, this);
      return;
    }
    const look = await this.#watch.look(alive);
    if (look.kind === "missing") {
      // Whose it is shows once ECS has caught up; if it never does, that is the task's end.
      throw new EcsError(
        "unavailable",
        `StopTask ${this.#target()}`,
        this.state().kind === "unseen"
          ? "ECS does not know the task yet"
          : "ECS no longer tells of the task; should that last, it counts as ended",
      );
    }
    const tags = look.task.tags ?? [];
    const { nodeId } = taggedOwner(tags);
    const foreign = nodeId !== undefined && nodeId !== this.owner.nodeId;
    // Nomad may have handed the task over here before its tags could follow. Until they do, it is the
    // other node's to stop.
    if (foreign && this.#standing === "unknown" && !this.#isMovedOn(tags)) {
      await this.#claimBy(tags, "act", alive).catch((error) => {
        if (verdictOn("claim", error) !== "ask again") this.#tellUntagged(error);
        throw error;
      });
    }
    // After a claim, tags that name another node are those from before it, unless they tell of it.
    if (this.#isMovedOn(tags) || (foreign && this.#standing !== "claimed")) {
      log.warn("an ECS task was not stopped: another node has taken it over", {
        arn: this.ref.arn,
        node_id: nodeId,
      });
      this.#settle({ state: handedOver(this.state(), nodeId ?? "unknown"), missing: undefined });
      return;
    }
    await caller.call(
      "stopTask",
      { cluster: this.ref.cluster.name, task: this.ref.arn, reason },
      { target: this.#target(), priority: "act", signal: alive },
    );
    request.acknowledged = true;
    this.#services.ledger.acknowledged(this.ref.arn, this);
  }

  /** The task in words, for messages. */
  #target(): string {
    return `${this.ref.arn} in ${clusterInWords(this.ref.cluster)}`;
  }
}

function handedOver(state: RemoteState, nodeId: string): RemoteState {
  const ending: Ending = {
    exitCode: 0,
    oomKilled: false,
    error: `the ECS task runs on under Nomad node ${nodeId}, which has taken it over`,
    exits: undefined,
    endedAt: undefined,
  };
  return { kind: "ended", ending, snapshot: state.kind === "live" ? state.snapshot : undefined };
}

import type { Tag, Task } from "@aws-sdk/client-ecs";
import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { EcsError } from "./ecs_error.ts";
import type { EcsCaller } from "./ecs_caller.ts";
import type { Ending } from "./ending.ts";
import { allocMark, type Owner, ownerTags, taggedOwner } from "./ownership.ts";
import { retry } from "./retry.ts";
import { describeScope, type TaskRef } from "./scope.ts";
import {
  annotationsOf,
  eventOf,
  inTransition,
  type RemoteState,
  type TaskEvent,
  track,
  type Tracked,
  untracked,
} from "./tracking.ts";
import type { Observation, Watch, Watcher } from "./watcher.ts";

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
  readonly owner: Owner;
  state(): RemoteState;
  /** Settles when ECS has said that the task is STOPPED, or has long not known it. Never rejects. */
  readonly ended: Promise<Ending>;
  /** Resolves with the first state that satisfies `wanted`; rejects with the signal's reason. */
  until(wanted: (state: RemoteState) => boolean, signal: AbortSignal): Promise<RemoteState>;
  /**
   * Has ECS stop the task and waits up to `timeout` milliseconds for its end. What ECS has not
   * acknowledged by then goes on being asked for, also after `release`.
   */
  stop(reason: string, timeout: number): Promise<StopOutcome>;
  /** Whether a stop was asked for. */
  stopping(): boolean;
  /** Settles when ECS has acknowledged a stop, or the task has ended. Never rejects. */
  readonly stopAcknowledged: Promise<void>;
  /** Ends the looking after. The ECS task itself is left as it is. */
  release(): void;
  /** Tells the task's user something. */
  tell(message: string): void;
};

/** What a remote task is made of. */
export type RemoteTaskContext = {
  readonly ref: TaskRef;
  readonly owner: Owner;
  /** Whether its ownership tags may still name somebody else. */
  readonly claim: boolean;
  /** Whether the state that is seen first is news to the user. */
  readonly announce: boolean;
  readonly watcher: Watcher;
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The names of a task's essential containers, from its task definition. */
  readonly essentialContainers: (task: Task) => Promise<ReadonlySet<string> | undefined>;
  readonly onEvent: (event: TaskEvent) => void;
  /** Aborts when the driver ends. */
  readonly signal: AbortSignal;
};

/** Starts looking after an ECS task. Makes no call itself, so it cannot fail while ECS is away. */
export function createRemoteTask(context: RemoteTaskContext): RemoteTask {
  const { ref, owner, watcher, caller, clock, random, log, onEvent, signal } = context;
  let tracked: Tracked = untracked;
  let announced = context.announce;
  let released = false;
  let stop: { acknowledged: boolean; error: Error | undefined } | undefined;
  let waiters: { wanted: (state: RemoteState) => boolean; meet: () => void }[] = [];
  const ended = Promise.withResolvers<Ending>();
  const stopAcknowledged = Promise.withResolvers<void>();
  const over = new AbortController();
  const alive = AbortSignal.any([signal, over.signal]);

  const settle = (next: Tracked) => {
    const before = tracked.state;
    tracked = next;
    const event = released ? undefined : eventOf(before, next.state, ref);
    // What a recovered task was before the driver looked has been told by whoever looked then.
    const news = announced || before.kind !== "unseen" || next.state.kind === "ended";
    if (event !== undefined && news) onEvent(event);
    if (next.state.kind !== "unseen") announced = true;
    watch.pace(inTransition(next.state) || stop !== undefined ? "quick" : "slow");
    waiters = waiters.filter(({ wanted, meet }) => {
      const met = wanted(next.state);
      if (met) meet();
      return !met;
    });
    if (next.state.kind !== "ended") return;
    watch.end();
    ended.resolve(next.state.ending);
    stopAcknowledged.resolve();
    over.abort(new Error(`ECS task ${ref.arn} has ended`));
  };

  const observe = (
    observation: Observation,
    essential: ReadonlySet<string> | undefined = undefined,
  ) => {
    settle(track({
      tracked,
      observation,
      now: clock.monotonic(),
      ref,
      stopRequested: stop !== undefined,
      essential,
    }));
  };

  const onObservation = (observation: Observation) => {
    if (tracked.state.kind === "ended") return;
    const several = observation.kind === "seen" && observation.task.lastStatus === "STOPPED" &&
      (observation.task.containers ?? []).length > 1;
    if (!several) return observe(observation);
    // Which of several containers ended the task is told by its task definition alone.
    context.essentialContainers(observation.task).then((names) => {
      if (tracked.state.kind !== "ended") observe(observation, names);
    });
  };

  const watch: Watch = watcher.watch(ref.arn, onObservation);
  watch.pace("quick");

  const forever = (what: string, onError: (error: Error) => void) => ({
    clock,
    random,
    signal: alive,
    judge: (error: unknown) => {
      onError(error instanceof Error ? error : new Error(String(error)));
      log.warn(`${what} failed; it is tried again`, { arn: ref.arn, error: String(error) });
      return "retry" as const;
    },
  });

  /**
   * Whose the task is, as far as its tags have told: ours since it was started, ours since they were
   * moved here, or somebody else's who moved them on from here.
   */
  let standing: "unknown" | "started" | "claimed" | "lost" = context.claim ? "unknown" : "started";
  const isMovedOn = (tags: readonly Tag[]) =>
    taggedOwner(tags).previous.includes(allocMark(owner.allocId));

  /** Moves the ownership tags here, unless they show that this run was itself taken over from. */
  const claimBy = async (tags: readonly Tag[]) => {
    const tagged = taggedOwner(tags);
    if (isMovedOn(tags)) {
      standing = "lost";
      return;
    }
    const others = tagged.allocId === undefined || tagged.allocId === owner.allocId
      ? tagged.previous
      : [...tagged.previous, allocMark(tagged.allocId)];
    const wanted = ownerTags(owner, others);
    const agree = wanted.every(({ key, value }) =>
      tags.some((tag) => tag.key === key && tag.value === value)
    );
    if (!agree) {
      await caller.call("tagResource", { resourceArn: ref.arn, tags: wanted }, {
        target: `${ref.arn} in ${describeScope(ref.scope)}`,
        priority: "act",
        signal: alive,
      });
    }
    standing = "claimed";
  };

  const claim = async () => {
    const look = await watch.look(alive);
    if (look.kind === "seen" && standing === "unknown") await claimBy(look.task.tags ?? []);
  };

  /** Has ECS stop the task, unless its tags say that another node's driver has taken it over. */
  const pursueStop = async (reason: string, request: { acknowledged: boolean }) => {
    const look = await watch.look(alive);
    if (look.kind === "missing") {
      // Whose it is shows once ECS has caught up; if it never does, that is the task's end.
      throw new EcsError(
        "unavailable",
        `StopTask ${ref.arn} in ${describeScope(ref.scope)}`,
        "ECS does not know the task yet",
      );
    }
    const tags = look.task.tags ?? [];
    const { nodeId } = taggedOwner(tags);
    const foreign = nodeId !== undefined && nodeId !== owner.nodeId;
    // Nomad may have handed the task over here before its tags could follow.
    if (foreign && standing === "unknown") await claimBy(tags);
    // After a claim, tags that name another node are those from before it, unless they tell of it.
    if (isMovedOn(tags) || (foreign && standing !== "claimed")) {
      log.warn("an ECS task was not stopped: another node has taken it over", {
        arn: ref.arn,
        node_id: nodeId,
      });
      settle({ state: handedOver(tracked.state, nodeId ?? "unknown"), missing: undefined });
      return;
    }
    await caller.call("stopTask", { cluster: ref.scope.cluster, task: ref.arn, reason }, {
      target: `${ref.arn} in ${describeScope(ref.scope)}`,
      priority: "act",
      signal: alive,
    });
    request.acknowledged = true;
    stopAcknowledged.resolve();
  };

  const startStopping = (reason: string) => {
    if (stop !== undefined) return stop;
    const request: { acknowledged: boolean; error: Error | undefined } = {
      acknowledged: false,
      error: undefined,
    };
    stop = request;
    watch.pace("quick");
    retry(
      () => pursueStop(reason, request),
      forever("stopping an ECS task", (error) => {
        request.error = error;
      }),
    )
      .catch(() => {}) // `alive` aborted: the task has ended, or the driver has
      .finally(() => {
        if (released) watch.end();
      });
    return request;
  };

  if (context.claim) {
    retry(claim, {
      clock,
      random,
      signal: alive,
      judge: (error) => {
        const lasting = error instanceof EcsError && error.kind === "rejected";
        log.warn("moving the ownership tags of an ECS task failed", {
          arn: ref.arn,
          error: String(error),
          again: !lasting,
        });
        return lasting ? "give up" : "retry";
      },
    }).catch(() => {}); // it was logged, or the task is no longer looked after
  }

  return {
    ref,
    owner,
    state: () => tracked.state,
    ended: ended.promise,
    stopping: () => stop !== undefined,
    stopAcknowledged: stopAcknowledged.promise,
    tell: (message) => onEvent({ message, annotations: annotationsOf(ref) }),
    until: (wanted, waitSignal) =>
      new Promise((resolve, reject) => {
        if (wanted(tracked.state)) return resolve(tracked.state);
        if (waitSignal.aborted) return reject(waitSignal.reason);
        const waiter = {
          wanted,
          meet: () => {
            waitSignal.removeEventListener("abort", leave);
            resolve(tracked.state);
          },
        };
        const leave = () => {
          waiters = waiters.filter((other) => other !== waiter);
          reject(waitSignal.reason);
        };
        waitSignal.addEventListener("abort", leave, { once: true });
        waiters.push(waiter);
      }),
    stop: async (reason, timeout) => {
      if (tracked.state.kind === "ended") return { kind: "ended" };
      const request = startStopping(reason);
      const expiry = new AbortController();
      await Promise.race([ended.promise, clock.sleep(timeout, expiry.signal)]);
      expiry.abort();
      // The analysis above does not see that awaiting lets the state change.
      const state = tracked.state as RemoteState;
      if (state.kind === "ended") return { kind: "ended" };
      return request.acknowledged
        ? { kind: "acknowledged" }
        : { kind: "unacknowledged", error: request.error };
    },
    release: () => {
      released = true;
      const stopPending = stop !== undefined && !stop.acknowledged;
      if (!stopPending) {
        watch.end();
        over.abort(new Error(`ECS task ${ref.arn} is no longer looked after`));
      }
    },
  };
}

function handedOver(state: RemoteState, nodeId: string): RemoteState {
  const ending: Ending = {
    exitCode: 0,
    oomKilled: false,
    error: `the ECS task runs on under Nomad node ${nodeId}, which has taken it over`,
    endedAt: undefined,
  };
  return { kind: "ended", ending, snapshot: state.kind === "live" ? state.snapshot : undefined };
}

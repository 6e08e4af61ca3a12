import { clusterKey, type ClusterRef, type TaskRef } from "../../aws/cluster_ref.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { change, createBooks, type Hold, holdsOf, stopsPending, write } from "./ledger_holds.ts";
import { isHandOverLate } from "./hand_over_time.ts";
import type { LeftTo } from "./tags.ts";
import { type HeldState, mayBeStopped, mayRunOn } from "./held_state.ts";
import { createStarts, type Starts } from "./starts.ts";

/** An ECS task and whose it is. */
export type OwnedTask = {
  readonly ref: TaskRef;
  readonly owner: TaskIdentity;
};

/** An ECS task that no allocation has shown to have, and since when in monotonic milliseconds. */
export type UnclaimedTask = OwnedTask & {
  readonly since: number;
  /** The `startedBy` under which a start of the owner's allocation looks for it. */
  readonly index: string;
  /** The allocation that it was left to, where no driver has taken it over yet. */
  readonly left: LeftTo | undefined;
};

/**
 * The one place that knows whose an ECS task is, and whether it may be stopped or taken over. It holds
 * values and answers questions; it calls nobody. A keeper is what looks after a task for its owner;
 * the ledger only tells one keeper from another. Each keeper of a task holds it in a state of its own.
 *
 * A change answers whether it was made. It is not made where `mayBecome` forbids it, nor for a keeper
 * that does not hold the task.
 *
 * @example
 * ```ts
 * const ledger = createLedger<RemoteTask>({ now: clock.monotonic });
 * ledger.keep(task, remote, "unclaimed");
 * ledger.confirm(task.ref.arn, remote); // the allocation has shown that it has the handle
 * if (ledger.stop(task.ref.arn, remote, startedBy(task.owner))) await askEcsToStop(task.ref);
 * ```
 */
export type Ledger<Keeper extends object> = Starts & {
  /** What looks after the task, oldest first. */
  keepersOf(arn: string): readonly Keeper[];
  /** What looks after any task. */
  keepers(): Iterable<Keeper>;
  /** Whether an allocation has shown that it has the task, or a start is about to take it. */
  isClaimed(arn: string): boolean;
  /** Whether the task is this node's and nothing but a search has shown to want it. */
  isUnclaimed(arn: string): boolean;
  /** Whether a start may take the task over: nothing has asked that it stop. */
  mayTakeOver(arn: string): boolean;
  /** Whether ECS may be asked to stop the task: it is not another's, and is not being stopped yet. */
  mayStop(arn: string): boolean;
  /** Whether only the task's tags can tell whose it is. */
  isUnknown(arn: string): boolean;
  /** Resolves once no stop is pending under this `startedBy`; undefined where none is. */
  stopsPending(index: string): Promise<void> | undefined;

  /** A keeper looks after the task from now on. */
  keep(task: OwnedTask, keeper: Keeper, as: "starting" | "unclaimed"): void;
  /** The start that has the task was answered. */
  answered(arn: string, keeper: Keeper): boolean;
  /** The task's allocation has shown that it has the handle. */
  confirm(arn: string, keeper: Keeper): boolean;
  /** The keeper has ECS asked to stop the task, for which a start under `index` is to wait. */
  stop(arn: string, keeper: Keeper, index: string): boolean;
  /** ECS has acknowledged the stop. */
  acknowledged(arn: string, keeper: Keeper): boolean;
  /** The keeper goes, and leaves the task to run on. */
  leave(arn: string, keeper: Keeper): boolean;
  /** The keeper goes, and the task is as it is. */
  release(arn: string, keeper: Keeper): boolean;
  /** ECS says that the task is STOPPED; its keepers go. */
  ended(arn: string, keeper: Keeper): boolean;
  /** The keeper goes, and by it nothing is known of the task any more. */
  forget(arn: string, keeper: Keeper): boolean;
  /** The task's tags name this node. Answers since when it has been unclaimed, where it is. */
  found(task: OwnedTask): number | undefined;
  /** The task's tags name another node. */
  foundForeign(ref: TaskRef): boolean;
  /** The task has been unclaimed for too long, and that is being reported. False where it was before. */
  reported(arn: string): boolean;
  /** These are all tasks of the cluster that are wanted running. Others that nothing keeps are gone. */
  listed(cluster: ClusterRef, arns: ReadonlySet<string>): void;
};

/** Makes an empty ledger. `now` gives monotonic milliseconds. */
export function createLedger<Keeper extends object>(
  { now }: { now: () => number },
): Ledger<Keeper> {
  const books = createBooks<Keeper>(now);
  const holds = (arn: string) => holdsOf(books, arn);
  const holdOf = (arn: string, keeper: Keeper) => holds(arn).find((hold) => hold.keeper === keeper);
  const enter = (
    ref: TaskRef,
    state: HeldState,
    { owner, keeper }: { owner?: TaskIdentity; keeper?: Keeper },
  ) => {
    const kept = holds(ref.arn).filter((hold) => hold.keeper !== undefined);
    write(books, ref.arn, [...kept, { ref, owner, state, since: now(), keeper, index: undefined }]);
  };
  const isUnclaimed = (arn: string) => every(holds(arn), ["unclaimed", "orphan"]);
  const go = { keeper: undefined };

  return {
    ...createStarts(),
    keepersOf: (arn) => holds(arn).flatMap(({ keeper }) => keeper ?? []),
    *keepers() {
      for (const arn of books.first.keys()) {
        for (const { keeper } of holds(arn)) if (keeper !== undefined) yield keeper;
      }
    },
    isClaimed: (arn) => holds(arn).some(({ state }) => state === "watched" || state === "starting"),
    isUnclaimed,
    mayTakeOver: (arn) => holds(arn).every(({ state }) => mayRunOn(state)),
    mayStop: (arn) => holds(arn).every(({ state }) => mayBeStopped(state)),
    isUnknown: (arn) => holds(arn).every((hold) => isUnknown(hold, now())),
    stopsPending: (index) => stopsPending(books, index),

    keep: ({ ref, owner }, keeper, as) => enter(ref, as, { owner, keeper }),
    answered: (arn, keeper) =>
      holdOf(arn, keeper)?.state === "starting" &&
      change(books, arn, keeper, { state: "unclaimed" }),
    confirm: (arn, keeper) => change(books, arn, keeper, { state: "watched" }),
    stop: (arn, keeper, index) => change(books, arn, keeper, { state: "stopping", index }),
    acknowledged: (arn, keeper) => change(books, arn, keeper, { state: "acknowledged" }),
    leave: (arn, keeper) => change(books, arn, keeper, { state: "left", ...go }),
    release: (arn, keeper) => {
      const state = holdOf(arn, keeper)?.state ?? "unclaimed";
      return change(books, arn, keeper, { state: mayRunOn(state) ? "unclaimed" : "done", ...go });
    },
    ended: (arn, keeper) => change(books, arn, keeper, { state: "done", ...go }),
    forget: (arn, keeper) => {
      if (holdOf(arn, keeper) === undefined) return false;
      write(books, arn, holds(arn).filter((hold) => hold.keeper !== keeper));
      return true;
    },
    found: ({ ref, owner }) => {
      const late = holds(ref.arn).every(({ state, since }) =>
        state === "foreign" || (state === "left" && isHandOverLate(since, now()))
      );
      if (late) enter(ref, "unclaimed", { owner });
      const since = holds(ref.arn).map((hold) => hold.since);
      return isUnclaimed(ref.arn) ? Math.max(...since) : undefined;
    },
    foundForeign: (ref) => {
      if (holds(ref.arn).length > 0) {
        return change(books, ref.arn, undefined, { state: "foreign" });
      }
      enter(ref, "foreign", {});
      return true;
    },
    reported: (arn) =>
      holds(arn)
        .filter(({ state, keeper }) =>
          state === "unclaimed" && change(books, arn, keeper, { state: "orphan" })
        ).length > 0,
    listed: (cluster, arns) => {
      const key = clusterKey(cluster);
      for (const { ref, keeper, state } of books.first.values()) {
        if (keeper !== undefined || state === "done" || arns.has(ref.arn)) continue;
        if (clusterKey(ref.cluster) === key) write(books, ref.arn, []);
      }
    },
  };
}

function every(holds: readonly Hold<object>[], states: readonly HeldState[]): boolean {
  return holds.length > 0 && holds.every(({ state }) => states.includes(state));
}

function isUnknown({ state, since }: Hold<object>, now: number): boolean {
  switch (state) {
    case "unclaimed":
    case "orphan":
      return true;
    case "left":
      return isHandOverLate(since, now);
    case "starting":
    case "watched":
    case "stopping":
    case "acknowledged":
    case "done":
    case "foreign":
      return false;
  }
}

import type { TaskRef } from "../../aws/cluster_ref.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { type HeldState, mayBecome } from "./held_state.ts";

/** One hold of an ECS task. Thousands are at rest at a time, so it has no closures. */
export type Hold<Keeper> = {
  readonly ref: TaskRef;
  readonly state: HeldState;
  /** Monotonic milliseconds at which it came into this state. */
  readonly since: number;
  /** Undefined for a task that is done or foreign. */
  readonly owner: TaskIdentity | undefined;
  /** What looks after the task for its owner; undefined where nothing does. */
  readonly keeper: Keeper | undefined;
  /** The `startedBy` under which a start waits for the task's stop, while that is pending. */
  readonly index: string | undefined;
};

/** The ledger's memory. */
export type Books<Keeper> = {
  readonly now: () => number;
  /** By ARN: the first hold of each task. */
  readonly first: Map<string, Hold<Keeper>>;
  /**
   * By ARN: the holds besides the first. Nomad may have two allocations for one task on one node, as
   * when servers lost sight of a node for a while.
   */
  readonly more: Map<string, readonly Hold<Keeper>[]>;
  /** By `startedBy`: the holds whose stop is pending. */
  readonly stopping: Map<string, Set<Hold<Keeper>>>;
  /** By `startedBy`: what waits until no stop is pending. */
  readonly waiting: Map<string, PromiseWithResolvers<void>>;
  /** By state: ARNs of the tasks without a keeper, oldest first. */
  readonly unkept: Map<HeldState, Set<string>>;
};

/** How many tasks without a keeper are remembered of each state; the oldest are forgotten first. */
export const rememberedTasks = 20_000;

/** Makes empty books. */
export function createBooks<Keeper>(now: () => number): Books<Keeper> {
  return {
    now,
    first: new Map(),
    more: new Map(),
    stopping: new Map(),
    waiting: new Map(),
    unkept: new Map(),
  };
}

/** All holds of a task, oldest first. */
export function holdsOf<Keeper>(books: Books<Keeper>, arn: string): readonly Hold<Keeper>[] {
  const first = books.first.get(arn);
  return first === undefined ? [] : [first, ...books.more.get(arn) ?? []];
}

/**
 * Brings the hold of this keeper into another state, or takes the keeper from it. Answers whether the
 * rules allow it.
 */
export function change<Keeper>(
  books: Books<Keeper>,
  arn: string,
  keeper: Keeper | undefined,
  to: { readonly state: HeldState; readonly index?: string; readonly keeper?: undefined },
): boolean {
  const holds = holdsOf(books, arn);
  const hold = holds.find((other) => other.keeper === keeper);
  if (hold === undefined) return false;
  const stays = hold.state === to.state && "keeper" in to;
  if (!stays && !mayBecome[hold.state].includes(to.state)) return false;
  const since = stays ? hold.since : books.now();
  const changed = { ...hold, since, index: undefined, ...to };
  const others = holds.filter((other) => other !== hold);
  // Of a task that is done nothing more is to be known, and a hold without a keeper is of no use
  // beside one that has one.
  if (changed.state === "done") write(books, arn, [{ ...changed, owner: undefined }]);
  else if (changed.keeper === undefined && others.length > 0) write(books, arn, others);
  else write(books, arn, [...others, changed]);
  return true;
}

/** Enters the holds of a task, in place of what the books have of it. */
export function write<Keeper>(
  books: Books<Keeper>,
  arn: string,
  [first, ...more]: readonly Hold<Keeper>[],
): void {
  const before = holdsOf(books, arn);
  for (const hold of before) unlist(books, hold);
  if (first === undefined) books.first.delete(arn);
  else books.first.set(arn, first);
  if (more.length === 0) books.more.delete(arn);
  else books.more.set(arn, more);
  for (const hold of holdsOf(books, arn)) list(books, hold);
  for (const { index } of before) if (index !== undefined) wake(books, index);
}

/** Resolves once no stop is pending under this `startedBy`; undefined where none is. */
export function stopsPending<Keeper>(
  { stopping, waiting }: Books<Keeper>,
  index: string,
): Promise<void> | undefined {
  if (!stopping.has(index)) return undefined;
  const waiter = waiting.get(index) ?? Promise.withResolvers<void>();
  waiting.set(index, waiter);
  return waiter.promise;
}

function list<Keeper>(books: Books<Keeper>, hold: Hold<Keeper>): void {
  const { index, state, keeper, ref: { arn } } = hold;
  if (index !== undefined) setIn(books.stopping, index).add(hold);
  if (keeper !== undefined) return;
  const arns = setIn(books.unkept, state).add(arn);
  for (const oldest of arns) {
    if (arns.size <= rememberedTasks) return;
    write(books, oldest, []);
  }
}

function unlist<Keeper>({ stopping, unkept }: Books<Keeper>, hold: Hold<Keeper>): void {
  unkept.get(hold.state)?.delete(hold.ref.arn);
  if (hold.index === undefined) return;
  const pending = stopping.get(hold.index);
  pending?.delete(hold);
  if (pending?.size === 0) stopping.delete(hold.index);
}

function wake<Keeper>({ stopping, waiting }: Books<Keeper>, index: string): void {
  if (stopping.has(index)) return;
  waiting.get(index)?.resolve();
  waiting.delete(index);
}

function setIn<K, V>(sets: Map<K, Set<V>>, key: K): Set<V> {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
}

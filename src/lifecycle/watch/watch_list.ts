import type { Clock } from "../../clock.ts";
import type { EcsError } from "../../aws/error.ts";
import { batchSize } from "../../aws/operations.ts";
import type { DueQueue } from "./due_queue.ts";
import { quickAhead, quickInterval, refusedInterval } from "./poll_intervals.ts";
import type { Observation, Observer, Watch } from "./watcher.ts";

/**
 * Places of a batch that go to tasks whose turn it is, however many tasks somebody waits for. Stops
 * without end could otherwise keep the end of another task from being seen.
 */
const placesInTurn = batchSize / 4;

/** Someone who waits for a fresh look, tags included. */
export type Look = {
  readonly settle: (observation: Observation) => void;
  /** Told why a request showed nothing of the task. */
  readonly onFailure: ((error: EcsError) => void) | undefined;
};

/** A task that is watched. */
export type Entry = {
  readonly arn: string;
  observers: readonly Observer[];
  /** Those who wait for the answer to a request that has not been sent yet. */
  looks: readonly Look[];
  /** How many of the observers want a look every second. */
  quick: number;
};

/** The tasks that one watcher looks at: who is told of each, and when it is due. It makes no calls. */
export type WatchList = {
  readonly clock: Clock;
  /** By ARN. */
  readonly entries: Map<string, Entry>;
  /**
   * Says when each entry is due. An entry that a request is under way for is not in it: of two answers
   * under way, the older one could come last.
   */
  readonly queue: DueQueue<Entry>;
  /** Entries that AWS refuses to describe. Each is asked for alone. */
  readonly refused: Set<Entry>;
  /** Whether the last batch was one refused entry. */
  lastWasRefused: boolean;
  /** Called when a look is due earlier than all that were. */
  readonly onHurry: () => void;
  /** Called when a look is to wait for no pause after a failure. */
  readonly onHasten: () => void;
};

export const none: readonly never[] = [];

/** Makes an empty list. */
export function createWatchList(
  { clock, queue, onHurry, onHasten }: Pick<
    WatchList,
    "clock" | "queue" | "onHurry" | "onHasten"
  >,
): WatchList {
  return {
    clock,
    entries: new Map(),
    queue,
    refused: new Set(),
    lastWasRefused: false,
    onHurry,
    onHasten,
  };
}

/** Adds an observer of a task. */
export function addObserver(list: WatchList, arn: string, observer: Observer): Watch {
  const known = list.entries.get(arn);
  const entry: Entry = known ?? { arn, observers: none, looks: none, quick: 0 };
  entry.observers = entry.observers.concat(observer);
  if (known === undefined) {
    list.entries.set(arn, entry);
    list.queue.set(entry, list.clock.monotonic());
    list.onHurry();
  }
  return new WatchHandle(list, entry, observer);
}

/** Whether anybody watches by this entry. After its last observer left, the ARN may get a new entry. */
export function isWatched(list: WatchList, entry: Entry): boolean {
  return list.entries.get(entry.arn) === entry;
}

/**
 * Takes the most urgent tasks that fit one request: those that somebody waits for, those that are
 * due, and as riders the next ones, which cost no further request. Empty when nothing is due. Every
 * entry that is taken must be put back by `deliver`, `postpone` or `setAside`.
 *
 * A refused entry is a batch of its own, in turn with the others. With `probe`, while ECS fails, it is
 * part of the batch: it may be the only one that ECS answers for by now.
 */
export function takeBatch(list: WatchList, purpose: "looks" | "probe"): Entry[] {
  const { queue, refused } = list;
  const now = list.clock.monotonic();
  const due = queue.due(now);
  const together = purpose === "probe" ? due : due.filter((entry) => !refused.has(entry));
  const alone = purpose === "probe" ? undefined : due.find((entry) => refused.has(entry));
  const batch = alone !== undefined && (together.length === 0 || !list.lastWasRefused)
    ? [alone]
    : fill(list, together, now);
  list.lastWasRefused = batch[0] !== undefined && batch[0] === alone;
  for (const entry of batch) queue.delete(entry);
  return batch;
}

function fill(
  { queue, refused }: WatchList,
  due: readonly Entry[],
  now: number,
): Entry[] {
  if (due.length === 0) return [];
  const asked = due.filter(({ looks }) => looks.length > 0);
  const others = due.filter(({ looks }) => looks.length === 0);
  const first = asked.slice(0, batchSize - Math.min(others.length, placesInTurn));
  const batch = [...first, ...others.slice(0, batchSize - first.length)];
  const riders = queue.early(now, batchSize - batch.length, quickAhead)
    .filter((entry) => !refused.has(entry));
  return [...batch, ...riders];
}

/** Puts an entry back and tells what ECS said of its task, also to those who waited for this look. */
export function deliver(
  list: WatchList,
  entry: Entry,
  observation: Observation,
  looks: readonly Look[],
): void {
  const { queue } = list;
  const now = list.clock.monotonic();
  if (isWatched(list, entry)) {
    queue.append(entry, now);
    if (entry.looks.length > 0) queue.set(entry, now);
    else if (entry.quick > 0) queue.set(entry, now + quickInterval);
  }
  for (const observer of entry.observers) observer.onObservation(observation);
  for (const look of looks) look.settle(observation);
}

/** Tells those who wait for a look why a request showed nothing of the task. */
export function tellFailure({ looks }: Entry, error: EcsError): void {
  for (const { onFailure } of looks) onFailure?.(error);
}

/** Puts an entry back that ECS said nothing of. */
export function postpone(list: WatchList, entry: Entry): void {
  putBack(list, entry, quickInterval);
}

/** Puts an entry back that AWS refuses to describe. */
export function setAside(list: WatchList, entry: Entry): void {
  if (isWatched(list, entry)) list.refused.add(entry);
  putBack(list, entry, refusedInterval);
}

function putBack(list: WatchList, entry: Entry, ms: number): void {
  if (isWatched(list, entry)) list.queue.defer(entry, list.clock.monotonic() + ms);
}

/** Has the entry looked at within `ms` milliseconds, unless it is under way. */
function hurry(list: WatchList, entry: Entry, ms: number): void {
  if (list.queue.hurry(entry, list.clock.monotonic() + ms)) list.onHurry();
}

// A class, since a plugin holds thousands of these: methods cost no memory for each, closures do.
class WatchHandle implements Watch {
  readonly #list: WatchList;
  readonly #entry: Entry;
  readonly #observer: Observer;
  #pace: "quick" | "slow" = "slow";

  constructor(list: WatchList, entry: Entry, observer: Observer) {
    this.#list = list;
    this.#entry = entry;
    this.#observer = observer;
  }

  pace(next: "quick" | "slow"): void {
    if (next === this.#pace) return;
    this.#pace = next;
    this.#entry.quick += next === "quick" ? 1 : -1;
    if (next === "quick") hurry(this.#list, this.#entry, quickInterval);
  }

  look(signal: AbortSignal, onFailure?: (error: EcsError) => void): Promise<Observation> {
    const entry = this.#entry;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const look: Look = {
        onFailure,
        settle: (observation) => {
          signal.removeEventListener("abort", leave);
          resolve(observation);
        },
      };
      const leave = () => {
        entry.looks = entry.looks.filter((other) => other !== look);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      entry.looks = [...entry.looks, look];
      hurry(this.#list, entry, 0);
    });
  }

  hasten(): void {
    hurry(this.#list, this.#entry, 0);
    this.#list.onHasten();
  }

  end(): void {
    const list = this.#list;
    const entry = this.#entry;
    entry.observers = entry.observers.filter((other) => other !== this.#observer);
    if (entry.observers.length === 0 && isWatched(list, entry)) {
      list.entries.delete(entry.arn);
      list.refused.delete(entry);
      list.queue.delete(entry);
    }
    this.pace("slow");
  }
}

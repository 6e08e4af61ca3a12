import type { Task } from "@aws-sdk/client-ecs";
import type { Clock, Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { EcsError, toEcsError } from "../../aws/error.ts";
import { verdictOn } from "../error_policy.ts";
import { backoff } from "../../aws/retry.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";

/** What one look at an ECS task shows. `tags` tells whether the task's tags were asked for too. */
export type Observation =
  | { kind: "seen"; task: Task; tags: boolean }
  | { kind: "missing" };

/** Whether a watcher gets answers. `since` is monotonic milliseconds. */
export type WatchHealth =
  | { kind: "answering" }
  | { kind: "failing"; since: number; error: EcsError };

/** Who is told what each look at a task shows. */
export type Observer = { onObservation(observation: Observation): void };

/** One task's place in a watcher. */
export type Watch = {
  /** Looks every second while `pace` is quick, else every poll interval. */
  pace(pace: "quick" | "slow"): void;
  /**
   * Resolves to a look at the task, tags included, that ECS was asked for after this call; rejects
   * with the signal's reason. It rides on the next batch, ahead of what is looked at in turn.
   */
  look(signal: AbortSignal): Promise<Observation>;
  end(): void;
};

/**
 * Looks at all tasks of one cluster, in batches. Nothing that ECS answers, or fails to answer, makes
 * it report anything but what ECS said of that very task.
 */
export type Watcher = {
  readonly cluster: ClusterRef;
  watch(arn: string, observer: Observer): Watch;
  size(): number;
  /** Since when, in monotonic milliseconds, every cycle has failed, and why; undefined when none has. */
  failing(): Extract<WatchHealth, { kind: "failing" }> | undefined;
  /** Ends all looking. */
  close(): void;
};

/** Most tasks that one DescribeTasks call takes. */
export const batchSize = 100;
/** Milliseconds between looks at a task that starts or stops. */
export const quickInterval = 1_000;
/** Share of the call budget that looking at tasks at rest may take; starts and stops need the rest. */
const steadyShare = 0.75;
/** Batches of one cycle that are asked for at the same time. */
const concurrency = 4;
/** Milliseconds before a task that AWS refuses to describe is asked for again. */
const refusedInterval = 60_000;

/** Someone who waits for a fresh look, tags included. */
type Look = { settle: (observation: Observation) => void };

const none: readonly never[] = [];

type Entry = {
  arn: string;
  observers: readonly Observer[];
  looks: readonly Look[];
  quick: number;
};

/** Ends the pause between two cycles; one reason for all, as each new one would cost a stack trace. */
const woken = new Error("the next look is due earlier");

/** What a place asks of its watcher. */
type Places = {
  /** Looks at the entry within `ms` milliseconds. */
  hurry(entry: Entry, ms: number): void;
  /** Looks at the entry before all that nobody waits for. */
  ask(entry: Entry): void;
  leave(entry: Entry, observer: Observer): void;
};

class WatchHandle implements Watch {
  readonly #entry: Entry;
  readonly #observer: Observer;
  readonly #places: Places;
  #pace: "quick" | "slow" = "slow";

  constructor(entry: Entry, observer: Observer, places: Places) {
    this.#entry = entry;
    this.#observer = observer;
    this.#places = places;
  }

  pace(next: "quick" | "slow"): void {
    if (next === this.#pace) return;
    this.#pace = next;
    this.#entry.quick += next === "quick" ? 1 : -1;
    if (next === "quick") this.#places.hurry(this.#entry, quickInterval);
  }

  look(signal: AbortSignal): Promise<Observation> {
    const entry = this.#entry;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const look: Look = {
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
      this.#places.ask(entry);
    });
  }

  end(): void {
    this.#places.leave(this.#entry, this.#observer);
    this.pace("slow");
  }
}

/** Makes a watcher. `pollInterval` is the milliseconds between looks at a task at rest. */
export function createWatcher(
  { cluster, caller, clock, random, log, pollInterval, onHealth }: {
    cluster: ClusterRef;
    caller: EcsCaller;
    clock: Clock;
    random: Random;
    log: Logger;
    pollInterval: () => number;
    /** Told of every failed cycle, and of the first answer after one. */
    onHealth: (health: WatchHealth) => void;
  },
): Watcher {
  const entries = new Map<string, Entry>();
  /** Those that somebody waits for a look at. */
  const asked = new Set<Entry>();
  /** Those that ECS is being asked for. */
  const underWay = new Set<Entry>();
  /** Those that AWS lets nobody describe: each is asked for alone. */
  const refused = new Set<Entry>();
  const closed = new AbortController();
  let wake = new AbortController();
  let running = false;
  let failures = 0;
  let failing: Extract<WatchHealth, { kind: "failing" }> | undefined;

  const steadyInterval = () => {
    const calls = Math.ceil(entries.size / batchSize);
    return Math.max(pollInterval(), calls / (caller.budget.rate() * steadyShare) * 1_000);
  };

  const schedule = createSchedule<Entry>(steadyInterval);

  /** Whether anybody still watches by this entry: its task may be the next allocation's by now. */
  const isWatched = (entry: Entry) => entries.get(entry.arn) === entry;

  const postpone = (entry: Entry, ms: number) => {
    if (isWatched(entry)) schedule.defer(entry, clock.monotonic() + ms);
  };

  const deliver = (entry: Entry, observation: Observation, looks: readonly Look[]) => {
    const now = clock.monotonic();
    if (isWatched(entry)) {
      schedule.queue(entry, now);
      if (entry.looks.length > 0) schedule.set(entry, now);
      else if (entry.quick > 0) schedule.set(entry, now + quickInterval);
    }
    for (const observer of entry.observers) observer.onObservation(observation);
    for (const look of looks) look.settle(observation);
  };

  const describe = async (batch: Entry[]): Promise<void> => {
    // Who asks for a look while the call is under way waits for the next one.
    const looks = new Map(batch.map((entry) => [entry, entry.looks]));
    for (const entry of batch) entry.looks = none;
    const tags = [...looks.values()].some((asked) => asked.length > 0);
    const unseen = new Map(batch.map((entry) => [entry.arn, entry]));
    const settle = (arn: string | undefined, observation: Observation) => {
      const entry = unseen.get(arn ?? "");
      if (entry === undefined) return;
      unseen.delete(entry.arn);
      deliver(entry, observation, looks.get(entry) ?? none);
    };
    try {
      const answer = await caller.call("describeTasks", {
        cluster: cluster.name,
        tasks: batch.map(({ arn }) => arn),
        ...(tags ? { include: ["TAGS"] } : {}),
      }, {
        target: `of ${batch.length} tasks in ${clusterInWords(cluster)}`,
        priority: "watch",
        signal: closed.signal,
      });
      for (const task of answer.tasks ?? []) settle(task.taskArn, { kind: "seen", task, tags });
      for (const { arn, reason } of answer.failures ?? []) {
        if (reason === "MISSING") settle(arn, { kind: "missing" });
        else log.warn("ECS would not describe a task", { arn, reason });
      }
    } finally {
      // A task that the answer does not speak of is simply asked for again.
      for (const entry of unseen.values()) {
        entry.looks = [...entry.looks, ...looks.get(entry) ?? none];
        postpone(entry, quickInterval);
      }
    }
  };

  /** Describes a batch; where AWS refuses the request, finds the tasks that it is refused for. */
  const describeOrSplit = async (batch: Entry[]): Promise<void> => {
    let answered = false;
    const visit = async (part: Entry[]): Promise<void> => {
      try {
        await describe(part);
        answered = true;
        // What lets one be described again may be so for all.
        if (part.some((entry) => refused.has(entry))) refused.clear();
        failures = 0;
        if (failing !== undefined) {
          failing = undefined;
          onHealth({ kind: "answering" });
        }
      } catch (error) {
        const ofTasks = verdictOn("watch", error) === "tell the task's user";
        if (!ofTasks || !(error instanceof EcsError)) throw error;
        const [only] = part;
        if (part.length === 1 && only !== undefined) {
          if (!isWatched(only)) return;
          // Until something is answered, it is rather the driver that may describe nothing.
          const known = refused.has(only) && refused.size < entries.size;
          if (error.kind === "denied" && !answered && !known) throw error;
          refused.add(only);
          log.error("ECS refuses to describe a task; it counts as running", {
            arn: only.arn,
            error: error.message,
          });
          postpone(only, refusedInterval);
          return;
        }
        const half = Math.ceil(part.length / 2);
        await visit(part.slice(0, half));
        await visit(part.slice(half));
      }
    };
    await visit(batch);
  };

  /**
   * The next batch of a cycle that has something left: those that somebody waits for, then the others.
   * Whoever asks later is of the next cycle, with all that is due by then.
   */
  const take = (left: Set<Entry>): Entry[] => {
    const batch: Entry[] = [];
    if (left.size === 0) return batch;
    const pick = (entry: Entry) => {
      asked.delete(entry);
      left.delete(entry);
      underWay.add(entry);
      batch.push(entry);
    };
    for (const group of [asked, left]) {
      for (const entry of group) {
        if (batch.length === batchSize) return batch;
        if (!isWatched(entry)) left.delete(entry);
        // Of two answers under way, the older one could come last.
        else if (!underWay.has(entry) && (failures > 0 || !refused.has(entry))) pick(entry);
      }
    }
    const [alone] = left;
    if (batch.length === 0 && alone !== undefined) pick(alone);
    return batch;
  };

  const describeNext = async (left: Set<Entry>): Promise<void> => {
    const batch = take(left);
    if (batch.length === 0) return;
    try {
      await describeOrSplit(batch);
    } finally {
      for (const entry of batch) underWay.delete(entry);
    }
  };

  const cycle = async (): Promise<void> => {
    const left = new Set(due(schedule, clock.monotonic(), refused));
    // A look that failed goes first again.
    for (const entry of left) if (entry.looks.length > 0 && !refused.has(entry)) asked.add(entry);
    const batches = Math.ceil(left.size / batchSize);
    // While ECS fails, one batch finds out whether it still does.
    if (failures > 0) await describeNext(left);
    // One after the other as the budget gives them, not all at once: what was looked at at one time is
    // due again at one time, and what then comes at one time takes memory at one time.
    let next = clock.monotonic();
    /** Batches for which a worker waits for its time. */
    let reserved = 0;
    const workers = Array.from({ length: Math.min(concurrency, batches) }, async () => {
      try {
        while (left.size > reserved * batchSize) {
          const now = clock.monotonic();
          const pause = next - now;
          next = Math.max(next, now) + 1_000 / caller.budget.rate();
          reserved += 1;
          if (pause > 0) await clock.sleep(pause, closed.signal);
          reserved -= 1;
          await describeNext(left);
        }
      } catch (error) {
        left.clear();
        throw error;
      }
    });
    const results = await Promise.allSettled(workers);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

  const run = async () => {
    if (running) return;
    running = true;
    try {
      while (entries.size > 0 && !closed.signal.aborted) {
        wake = new AbortController();
        try {
          await cycle();
        } catch (error) {
          if (closed.signal.aborted) return;
          const known = toEcsError(error, `DescribeTasks in ${clusterInWords(cluster)}`);
          failures += 1;
          failing = { kind: "failing", since: failing?.since ?? clock.monotonic(), error: known };
          onHealth(failing);
          await clock.sleep(backoff(failures, random), closed.signal);
          continue;
        }
        const pause = schedule.next() - clock.monotonic();
        // The interval changes with the rate, so what was far off may not be so any more.
        const longest = Math.max(pollInterval(), quickInterval);
        if (pause > 0) await clock.sleep(Math.min(pause, longest), wake.signal);
      }
    } finally {
      running = false;
    }
  };

  const places: Places = {
    hurry: (entry, ms) => {
      if (schedule.hurry(entry, clock.monotonic() + ms)) wake.abort(woken);
    },
    ask: (entry) => {
      if (isWatched(entry)) asked.add(entry);
      places.hurry(entry, 0);
    },
    leave: (entry, observer) => {
      entry.observers = entry.observers.filter((other) => other !== observer);
      if (entry.observers.length > 0 || !isWatched(entry)) return;
      entries.delete(entry.arn);
      asked.delete(entry);
      refused.delete(entry);
      schedule.delete(entry);
    },
  };

  return {
    cluster,
    size: () => entries.size,
    failing: () => failing,
    close: () => {
      closed.abort(new Error("the watcher is closed"));
      wake.abort(woken);
    },
    watch: (arn, observer) => {
      const entry = entries.get(arn) ??
        { arn, observers: none, looks: none, quick: 0 };
      if (!entries.has(arn)) schedule.set(entry, clock.monotonic());
      entry.observers = entry.observers.concat(observer);
      entries.set(arn, entry);
      wake.abort(woken);
      run();
      return new WatchHandle(entry, observer, places);
    },
  };
}

/**
 * What to ask for now: every task that is due, and in what room the last batch has left those that
 * were looked at longest ago, which costs no further call.
 */
function due(schedule: Schedule<Entry>, now: number, alone: ReadonlySet<Entry>): Entry[] {
  const due = schedule.due(now);
  const together = due.filter((entry) => !alone.has(entry)).length;
  const room = (batchSize - together % batchSize) % batchSize;
  return [...due, ...schedule.early(now, room).filter((entry) => !alone.has(entry))];
}

import type { Clock, Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Meter } from "../../meter.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { clusterInWords, type ClusterRef } from "../../aws/cluster_ref.ts";
import { toEcsError } from "../../aws/error.ts";
import { attemptOf } from "../../aws/operations.ts";
import { backoff } from "../../aws/retry.ts";
import { describeBatch, type DescribeContext } from "./describe_batch.ts";
import { createDueQueue } from "./due_queue.ts";
import { quickInterval, restInterval } from "./poll_intervals.ts";
import { addObserver, createWatchList, type Entry, takeBatch } from "./watch_list.ts";
import type { Watcher, WatchHealth } from "./watcher.ts";

/** Requests that may be under way at the same time. */
const concurrency = 4;

/** Ends the pause before the next batch; one reason for all, as each new one would cost a stack trace. */
const woken = new Error("the next look is due earlier");

/** What a watcher is made of. */
export type WatcherOptions = {
  readonly cluster: ClusterRef;
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter?: Meter;
  /** Milliseconds between looks at a task at rest. */
  readonly pollInterval: () => number;
  /** Told of every failed look, and of the first answer after one. */
  readonly onHealth: (health: WatchHealth) => void;
};

/** A watcher at work. */
type Poller = WatcherOptions & DescribeContext & {
  readonly closed: AbortController;
  wake: AbortController;
  running: boolean;
  /** Batches under way. */
  underWay: number;
  /** Failures since the last answer. Batches that fail together are one. */
  failures: number;
  /** Monotonic milliseconds before which nothing is asked for, after a failure. */
  restUntil: number;
  failing: Extract<WatchHealth, { kind: "failing" }> | undefined;
};

/** Makes a watcher that polls: DescribeTasks for the tasks that are due, a hundred at a time. */
export function createWatcher(options: WatcherOptions): Watcher {
  const closed = new AbortController();
  const queue = createDueQueue<Entry>(() => intervalAtRest(poller));
  const poller: Poller = {
    ...options,
    list: createWatchList({
      clock: options.clock,
      queue,
      onHurry: () => poller.wake.abort(woken),
      onHasten: () => {
        poller.restUntil = 0;
        poller.wake.abort(woken);
      },
    }),
    signal: closed.signal,
    onAnswer: () => noteAnswer(poller),
    closed,
    wake: new AbortController(),
    running: false,
    underWay: 0,
    failures: 0,
    restUntil: 0,
    failing: undefined,
  };
  return {
    cluster: options.cluster,
    size: () => poller.list.entries.size,
    failing: () => poller.list.entries.size === 0 ? undefined : poller.failing,
    close: () => {
      closed.abort(new Error("the watcher is closed"));
      poller.wake.abort(woken);
    },
    watch: (arn, observer) => {
      const watch = addObserver(poller.list, arn, observer);
      run(poller);
      return watch;
    },
  };
}

function intervalAtRest({ list, caller, pollInterval }: Poller): number {
  return restInterval({
    tasks: list.entries.size,
    rate: caller.rate("describeTasks"),
    pollInterval: pollInterval(),
  });
}

/** Looks at what is due until nothing is watched any more or the watcher is closed. */
async function run(poller: Poller): Promise<void> {
  const { list, clock, signal } = poller;
  if (poller.running) return;
  poller.running = true;
  try {
    while (list.entries.size > 0 && !signal.aborted) {
      poller.wake = new AbortController();
      const pause = pauseOf(poller);
      if (pause > 0) await clock.sleep(pause, poller.wake.signal);
      else await lookAtNext(poller);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    poller.running = false;
  }
  if (!signal.aborted) noteIdle(poller);
}

/** Milliseconds until the next batch may be asked for, unless the poller is woken before. */
function pauseOf({ list, clock, pollInterval, underWay, failures, restUntil }: Poller): number {
  // The interval changes with the budget's rate: a look that was far off may be due soon.
  const longest = Math.max(pollInterval(), quickInterval);
  // While ECS fails, one batch finds out whether it still does.
  if (underWay >= (failures > 0 ? 1 : concurrency)) return longest;
  return Math.min(longest, Math.max(list.queue.next(), restUntil) - clock.monotonic());
}

/** Asks the budget, and then takes what is most urgent by that time. */
async function lookAtNext(poller: Poller): Promise<void> {
  const { list, caller, signal } = poller;
  const permit = await caller.reserve("describeTasks", { priority: "watch", signal });
  const { failures } = poller;
  const batch = takeBatch(list, failures > 0 ? "probe" : "looks");
  if (batch.length === 0) return permit.giveBack();
  poller.underWay += 1;
  if (poller.meter?.isOn()) {
    poller.meter.record({ kind: "watch cycle", seconds: intervalAtRest(poller) / 1_000 });
  }
  describeBatch(poller, batch, permit)
    .catch((error) => noteFailure(poller, error, failures))
    .finally(() => {
      poller.underWay -= 1;
      poller.wake.abort(woken);
    });
}

function noteAnswer(poller: Poller): void {
  poller.failures = 0;
  if (poller.failing === undefined) return;
  poller.failing = undefined;
  poller.onHealth({ kind: "answering" });
}

/** Forgets how ECS answered, once the last task is not watched any more. */
function noteIdle(poller: Poller): void {
  poller.failures = 0;
  poller.restUntil = 0;
  poller.failing = undefined;
  poller.onHealth({ kind: "idle" });
}

/** `failuresBefore` is the number of failures when the failed batch was asked for. */
function noteFailure(poller: Poller, error: unknown, failuresBefore: number): void {
  const { cluster, clock, random, onHealth, signal, list } = poller;
  if (signal.aborted || list.entries.size === 0 || poller.failures !== failuresBefore) return;
  const now = clock.monotonic();
  poller.failures += 1;
  poller.restUntil = now + backoff(poller.failures, random);
  const known = toEcsError(error, attemptOf("describeTasks", `in ${clusterInWords(cluster)}`));
  poller.failing = { kind: "failing", since: poller.failing?.since ?? now, error: known };
  onHealth(poller.failing);
}

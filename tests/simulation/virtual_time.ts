import { setImmediate } from "node:timers";
import type { Clock } from "../../src/clock.ts";

/** Time that passes only when it is told to. */
export type VirtualTime = {
  /** The monotonic time in milliseconds. */
  now(): number;
  /** A clock for one process; nothing that it waits for comes once the process is dead. */
  clock(process: Process): Clock;
  /** Resolves at `at`, however long that takes. */
  until(at: number): Promise<void>;
  /** Lets time pass to the next moment at which somebody waits; false when nobody does by `end`. */
  step(end: number): Promise<boolean>;
  /** Lets `ms` milliseconds pass, with all that happens in them. */
  pass(ms: number): Promise<void>;
  /** Moves the wall clock, as an operator or NTP might. */
  jump(ms: number): void;
};

/** A process that may die between any two things that it waits for. */
export type Process = { alive: boolean };

/** What a process waits for that is dead: nothing reaches it any more. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

type Sleeper = { at: number; order: number; wake: () => void };

/** Makes a virtual time that starts at 0, with the wall clock at `epoch`. */
export function createVirtualTime(epoch: number): VirtualTime {
  let now = 0;
  let wall = epoch;
  let order = 0;
  const sleepers: Sleeper[] = [];

  const sleep = (at: number): { promise: Promise<void>; sleeper: Sleeper } => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { at, order: order++, wake: resolve };
    insert(sleepers, sleeper);
    return { promise, sleeper };
  };

  const step = async (end: number): Promise<boolean> => {
    await settled();
    const next = sleepers[0];
    if (next === undefined || next.at > end) {
      now = end;
      return false;
    }
    sleepers.shift();
    now = Math.max(now, next.at);
    next.wake();
    await settled();
    return true;
  };

  return {
    now: () => now,
    jump: (ms) => wall += ms,
    until: (at) => sleep(at).promise,
    clock: (process) => ({
      now: () => wall + now,
      monotonic: () => now,
      sleep: async (ms, signal) => {
        if (signal?.aborted) return;
        const { promise, sleeper } = sleep(now + Math.max(0, ms));
        const abort = () => {
          const at = sleepers.indexOf(sleeper);
          if (at >= 0) sleepers.splice(at, 1);
          sleeper.wake();
        };
        signal?.addEventListener("abort", abort, { once: true });
        await promise;
        signal?.removeEventListener("abort", abort);
        if (!process.alive) await never();
      },
    }),
    step,
    pass: async (ms) => {
      const end = now + ms;
      while (await step(end));
    },
  };
}

/** Resolves once nothing is left that can go on without time passing. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function insert(sleepers: Sleeper[], sleeper: Sleeper): void {
  let low = 0;
  let high = sleepers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sleepers[middle];
    const before = other !== undefined &&
      (other.at < sleeper.at || (other.at === sleeper.at && other.order < sleeper.order));
    if (before) low = middle + 1;
    else high = middle;
  }
  sleepers.splice(low, 0, sleeper);
}

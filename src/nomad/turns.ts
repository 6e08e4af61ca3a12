/**
 * Turns of questions to Nomad. An agent takes 100 connections of one client address at a time by default
 * (`limits.http_max_conns_per_client`), which all that runs on the machine shares, and a drain or a lost
 * client brings a thousand questions at one moment.
 *
 * @example
 * ```ts
 * const turns = createTurns({ clock, ms: 2_000 });
 * const late = () => new NomadError("unreachable", "GET /v1/nodes", "no answer within 2 s");
 * const answer = await turns.ask({ late, signal }, (bounded) => fetchNodes(bounded));
 * ```
 */
import { type Clock, within } from "../clock.ts";
import { isAnswer } from "./error.ts";

/** Questions that wait for one another, the first one first. */
export type Turns = {
  /**
   * Asks once it is the question's turn. Settles as `work` does, which heeds its signal. Rejects with
   * `late()` where the question's own time is up, where nobody has got an answer for as long, or after
   * `longestWait` in all. Rejects with the signal's reason when it aborts.
   */
  ask<T>(asking: Asking, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

/** How a question is given up. */
export type Asking = { readonly late: () => Error; readonly signal: AbortSignal };

/** Questions that are asked at one time: a fifth of the connections that Nomad takes by default. */
export const mostAtOnce = 20;

/** Questions of one search at one time: half of the turns are left to starts and stops. */
export const mostOfSearch = mostAtOnce / 2;

/** Milliseconds that a question may take with its wait, however slowly Nomad answers the others. */
export const longestWait = 60_000;

type TurnsContext = {
  readonly clock: Clock;
  readonly ms: number;
  /** Each begins a question that waits, in their order. */
  readonly waiting: Set<() => void>;
  /** Questions that are being asked. */
  asked: number;
  /** When somebody got an answer, in monotonic milliseconds. */
  answeredAt: number;
};

/** Makes turns. `ms` is the time of a question in milliseconds: the wait for its turn does not count. */
export function createTurns({ clock, ms }: { clock: Clock; ms: number }): Turns {
  const context: TurnsContext = {
    clock,
    ms,
    waiting: new Set(),
    asked: 0,
    answeredAt: Number.NEGATIVE_INFINITY,
  };
  return { ask: (asking, work) => ask(context, asking, work) };
}

async function ask<T>(
  context: TurnsContext,
  { late, signal }: Asking,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, ms } = context;
  const given = new AbortController();
  const settled = new AbortController();
  untilHopeless(context, settled.signal).then(() => {
    if (!settled.signal.aborted) given.abort(late());
  });
  const hopeful = AbortSignal.any([signal, given.signal]);
  try {
    await turn(context, hopeful);
    try {
      const answer = await within({ clock, ms, late, signal: hopeful }, work);
      context.answeredAt = clock.monotonic();
      return answer;
    } catch (error) {
      if (isAnswer(error)) context.answeredAt = clock.monotonic();
      throw error;
    } finally {
      pass(context);
    }
  } finally {
    settled.abort();
  }
}

/** Resolves when it is the caller's turn, which ends with `pass`. Rejects with the signal's reason. */
async function turn(context: TurnsContext, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (context.asked < mostAtOnce) {
    context.asked += 1;
    return;
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = () => {
    // At once: a turn that passes to a question that has left would be lost.
    context.waiting.delete(resolve);
    reject(signal.reason);
  };
  context.waiting.add(resolve);
  signal.addEventListener("abort", leave, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** Gives a turn to the question that has waited longest. */
function pass(context: TurnsContext): void {
  const [next] = context.waiting;
  if (next === undefined) {
    context.asked -= 1;
    return;
  }
  context.waiting.delete(next);
  next();
}

/** Resolves when a question that begins now is to be given up, or at once when the signal aborts. */
async function untilHopeless(context: TurnsContext, signal: AbortSignal): Promise<void> {
  const { clock, ms } = context;
  const began = clock.monotonic();
  while (!signal.aborted) {
    const silentAt = Math.max(began, context.answeredAt) + ms;
    const left = Math.min(silentAt, began + longestWait) - clock.monotonic();
    if (left <= 0) return;
    await clock.sleep(left, signal);
  }
}

import type { Clock } from "../clock.ts";
import {
  type Evidence,
  rateOf,
  wholeShare,
  withCall,
  withoutCall,
  withRefusal,
} from "./fair_share.ts";
import { filled, fullBucket, type Limit, untilToken, withTaken } from "./token_bucket.ts";
import { createTurns, type Priority } from "./turns.ts";

export type { Priority } from "./turns.ts";

/** Permission to make one call. */
export type Permit = {
  /** Gives the permission back when no call is made after all. */
  giveBack(): void;
  /** Tells that AWS carried the call out. */
  accepted(): void;
  /** Tells that AWS refused the call for its rate. */
  refused(): void;
};

/** Who asks for permission to make a call. */
export type Asking = {
  readonly priority: Priority;
  /** Calls of one priority take turns by lane, so that a storm in one lane does not hold up another. */
  readonly lane: string;
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
};

/** The calls of one category, in one AWS account and region. */
export type Budget = {
  /** Resolves when the call may be made; rejects with the signal's reason if it aborts first. */
  acquire(asking: Asking): Promise<Permit>;
  /** Calls a second that it gives now when many wait. */
  rate(): number;
};

/** Part of a burst that is left in AWS's bucket: calls made apart may arrive together. */
const keptBack = 0.1;
/**
 * Seconds in which a client uses up a full bucket. Several clients that begin together then learn from
 * the first refusals, before each has asked for the whole burst.
 */
const drainTime = 3;
/** Part of a burst that may be asked for at one moment; two calls at least. */
const atOnce = 1 / 20;
/**
 * Part of the bucket's rate that a client begins with after a rest. From there its pace grows with what
 * AWS accepts: several clients that begin together ask for little more than the bucket holds, also
 * where answers take half a second.
 */
const firstPace = 0.25;
/**
 * Calls a second that a client may begin with in any case: where the bucket gives less, a slow start would
 * protect nothing, and calls come too rarely for the pace to grow.
 */
const leastFirstPace = 0.5;
/** The pace is `firstPace` of the rate, and this many times the rate at which AWS has accepted calls lately. */
const growth = 1.5;
/** Seconds over which the calls that AWS accepts are counted. */
const memory = 1;

/** Ends the pause before the next call; one reason for all, as each new one would cost a stack trace. */
const woken = new Error("another call waits");

type Waiter = Asking & { readonly grant: (permit: Permit) => void };

/**
 * A budget for the bucket that AWS has for a category. It starts with the bucket's whole rate, and
 * learns from refusals what other clients leave of it.
 */
export function createBudget(
  { limit, share = () => 1, changed = () => undefined, clock }: {
    /** AWS's bucket. Asked at each call, as a configuration may change. */
    limit: () => Limit;
    /** Part of the bucket that this client may use, at most 1. */
    share?: () => number;
    /** Aborts when these may have changed, and another signal is given from then on. */
    changed?: () => AbortSignal | undefined;
    clock: Clock;
  },
): Budget {
  const turns = createTurns<Waiter>();
  const start = clock.monotonic();
  let learned = wholeShare(limit(), start);
  /** What this client may use of AWS's bucket. */
  let tokens = fullBucket(limit(), start);
  /** What it may ask for at one moment. */
  let pace = fullBucket(limit(), start);
  /** When the next call of the watch may be made, in monotonic milliseconds. */
  let watchAt = start;
  /** Calls a second that AWS has accepted lately. */
  let confirmed = { rate: 0, at: start };
  let wake = new AbortController();
  let pumping = false;

  const rate = () =>
    Math.min(limit().perSecond * share(), rateOf(learned, limit(), clock.monotonic()));

  const confirmedAt = (now: number) =>
    confirmed.rate * Math.exp(-(now - confirmed.at) / 1_000 / memory);

  /** Both buckets' limits, and both filled, at this moment. */
  const refill = () => {
    const now = clock.monotonic();
    const { burst, perSecond } = limit();
    const own = Math.max(1, burst * share() * (1 - keptBack));
    const allowed = rate();
    const limits = {
      tokens: { burst: own, perSecond: allowed },
      pace: {
        burst: Math.min(own, Math.max(2, own * atOnce)),
        perSecond: Math.min(
          allowed * (1 + burst / (drainTime * perSecond)),
          Math.max(perSecond * share() * firstPace, Math.min(allowed, leastFirstPace)) +
            growth * confirmedAt(now),
        ),
      },
    };
    tokens = filled(tokens, limits.tokens, now);
    pace = filled(pace, limits.pace, now);
    return { now, limits };
  };

  const permit = (evidence: Evidence): Permit => ({
    giveBack: () => {
      const { limits } = refill();
      tokens = withTaken(tokens, limits.tokens, -1);
      pace = withTaken(pace, limits.pace, -1);
      learned = withoutCall(learned);
      wake.abort(woken);
    },
    accepted: () => {
      const { now } = refill();
      confirmed = { rate: confirmedAt(now) + 1 / memory, at: now };
      wake.abort(woken);
    },
    refused: () => {
      const { now } = refill();
      learned = withRefusal(withoutCall(learned), evidence, limit(), {
        rate: rate(),
        now,
      });
      // AWS's bucket is empty, and so is what this client may use of it.
      tokens = { tokens: 0, at: now };
      pace = { tokens: 0, at: now };
    },
  });

  /** Milliseconds until somebody who waits may make a call. */
  const pause = (): number => {
    const { now, limits } = refill();
    const free = Math.max(untilToken(tokens, limits.tokens), untilToken(pace, limits.pace));
    const onlyWatch = !turns.waits("act") && !turns.waits("housekeeping");
    return onlyWatch ? Math.max(free, watchAt - now) : free;
  };

  const grantNext = () => {
    const { now, limits } = refill();
    const next = turns.next((priority) => priority !== "watch" || now >= watchAt);
    if (next === undefined) return;
    // Spread batches: tasks described together come due together, and their answers would be in
    // memory together.
    if (next.priority === "watch") watchAt = now + 1_000 / rate();
    tokens = withTaken(tokens, limits.tokens);
    pace = withTaken(pace, limits.pace);
    const called = withCall(learned, limit(), now);
    learned = called.share;
    next.item.grant(permit(called.evidence));
  };

  const isWaiting = () => turns.waits("act") || turns.waits("watch") || turns.waits("housekeeping");

  const pump = async () => {
    wake.abort(woken);
    if (pumping) return;
    pumping = true;
    try {
      while (isWaiting()) {
        const ms = pause();
        if (ms > 0) {
          wake = new AbortController();
          const change = changed();
          const signals = change === undefined ? [wake.signal] : [wake.signal, change];
          await clock.sleep(ms, AbortSignal.any(signals));
        } else {
          grantNext();
        }
      }
    } finally {
      pumping = false;
    }
  };

  return {
    rate,
    acquire: (asking) =>
      new Promise((resolve, reject) => {
        const { priority, lane, signal } = asking;
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          turns.delete(waiter, priority, lane);
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          ...asking,
          grant: (permit) => {
            signal?.removeEventListener("abort", leave);
            resolve(permit);
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        turns.add(waiter, priority, lane);
        pump();
      }),
  };
}

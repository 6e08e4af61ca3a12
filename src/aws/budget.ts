import type { Clock } from "../clock.ts";

/** Whose turn it is when calls queue: what starts or stops a task, what watches tasks, the rest. */
export type Priority = "act" | "watch" | "housekeeping";

/** Leave to make one call. */
export type Permit = {
  /** Gives the leave back when no call is made after all. */
  giveBack(): void;
};

/** A ceiling on calls a second, shared by all calls to one AWS account and region. */
export type Budget = {
  /** Resolves when the caller may make one call; rejects with the signal's reason if it aborts first. */
  acquire(priority: Priority, signal?: AbortSignal): Promise<Permit>;
  /** Tells that AWS refused a call for its rate. Halves the rate, at most once a second. */
  throttled(): void;
  /** Calls a second that are allowed now. */
  rate(): number;
};

/** Below this rate, in calls a second, throttling lowers it no further. */
const leastRate = 0.5;
/** Share of the full rate that a second without throttling gives back. */
const regain = 1 / 20;
/**
 * The window, in milliseconds, that the ceiling is kept in. The slack over a second is what two
 * calls granted apart may drift together on their way to AWS.
 */
const window = 1_050;

type Waiter = { grant: (permit: Permit) => void; priority: Priority };

/**
 * A budget of `maxRate()` calls a second. Whatever rate AWS will bear is found as TCP finds a
 * link's: halved on refusal, regained slowly.
 */
export function createBudget(
  { maxRate, clock }: { maxRate: () => number; clock: Clock },
): Budget {
  const queues: Record<Priority, Waiter[]> = { act: [], watch: [], housekeeping: [] };
  const granted: number[] = [];
  let turn = 0;
  let pumping = false;
  let lowered: { rate: number; at: number } | undefined;

  const rate = () => {
    const full = maxRate();
    if (lowered === undefined) return full;
    const regained = lowered.rate + (clock.monotonic() - lowered.at) / 1_000 * full * regain;
    if (regained >= full) lowered = undefined;
    return Math.min(full, regained);
  };

  /** Milliseconds until the next call may be made. */
  const delay = () => {
    const now = clock.monotonic();
    const perSecond = rate();
    const span = perSecond >= 1 ? window : window / perSecond;
    while (granted.length > 0 && now - (granted[0] ?? 0) >= span) granted.shift();
    const free = Math.max(1, Math.floor(perSecond)) - granted.length;
    return free > 0
      ? 0
      : (granted[granted.length - Math.max(1, Math.floor(perSecond))] ?? now) + span - now;
  };

  // Every fourth turn is the watch's and every sixteenth the housekeeping's, so that a burst of
  // starts cannot keep running tasks from being looked at.
  const next = (): Waiter | undefined => {
    turn += 1;
    const order: Priority[] = turn % 16 === 0
      ? ["housekeeping", "watch", "act"]
      : turn % 4 === 0
      ? ["watch", "act", "housekeeping"]
      : ["act", "watch", "housekeeping"];
    for (const priority of order) {
      const waiter = queues[priority].shift();
      if (waiter !== undefined) return waiter;
    }
    return undefined;
  };

  const waiting = () => queues.act.length + queues.watch.length + queues.housekeeping.length;

  const permit = (at: number): Permit => ({
    giveBack: () => {
      const index = granted.indexOf(at);
      if (index >= 0) granted.splice(index, 1);
    },
  });

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    try {
      while (waiting() > 0) {
        const ms = delay();
        if (ms > 0) {
          await clock.sleep(ms);
          continue;
        }
        const at = clock.monotonic();
        granted.push(at);
        next()?.grant(permit(at));
      }
    } finally {
      pumping = false;
    }
  };

  return {
    acquire: (priority, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          const queue = queues[priority];
          const at = queue.indexOf(waiter);
          if (at >= 0) queue.splice(at, 1);
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          priority,
          grant: (permit) => {
            signal?.removeEventListener("abort", leave);
            resolve(permit);
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        queues[priority].push(waiter);
        pump();
      }),
    throttled: () => {
      const now = clock.monotonic();
      if (lowered !== undefined && now - lowered.at < 1_000) return;
      lowered = { rate: Math.max(leastRate, rate() / 2), at: now };
    },
    rate,
  };
}

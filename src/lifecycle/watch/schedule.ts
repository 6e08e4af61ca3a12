/**
 * When to look at what. Most items are looked at in turn, at one interval, so they stand in a queue
 * in the order of their last look and only its head is ever looked through; the few that are wanted
 * at a time of their own are kept beside it.
 */
export type Schedule<T> = {
  /** Wants the item at `at`, in monotonic milliseconds, whatever it was wanted at before. */
  set(item: T, at: number): void;
  /** As `set`, for an item that has had its turn in vain: it is looked at after all others that are due. */
  defer(item: T, at: number): void;
  /**
   * Puts an item that was looked at at `looked` at the end of the queue, wanted again an interval after
   * that. No item may have been queued with a later look.
   */
  queue(item: T, looked: number): void;
  /** Wants the item at `at`, if it is known and was wanted later. Tells whether it was. */
  hurry(item: T, at: number): boolean;
  delete(item: T): void;
  /** The items wanted by `now`, those looked at longest ago first. */
  due(now: number): T[];
  /** Up to `count` items of the head of the queue that are not wanted by `now` yet. */
  early(now: number, count: number): T[];
  /** When the next item is wanted, in monotonic milliseconds; Infinity without items. */
  next(): number;
};

type Slot = {
  /** When the item is wanted; of one in the queue, when it was looked at. */
  at: number;
  /** Grows with each look. */
  turn: number;
};

/** Makes an empty schedule. `interval` is the milliseconds that are now between looks at what is queued. */
export function createSchedule<T>(interval: () => number): Schedule<T> {
  const queued = new Map<T, Slot>();
  const apart = new Map<T, Slot>();
  let turn = 0;

  const set = (item: T, at: number) => {
    const place = apart.get(item) ?? queued.get(item) ?? { at, turn: turn++ };
    queued.delete(item);
    place.at = at;
    apart.set(item, place);
  };

  return {
    set,
    defer: (item, at) => {
      queued.delete(item);
      apart.set(item, { at, turn: turn++ });
    },
    queue: (item, looked) => {
      const place = apart.get(item) ?? queued.get(item) ?? { at: looked, turn };
      apart.delete(item);
      queued.delete(item);
      place.at = looked;
      place.turn = turn++;
      queued.set(item, place);
    },
    hurry: (item, at) => {
      const looked = queued.get(item)?.at;
      const wanted = apart.get(item)?.at ??
        (looked === undefined ? undefined : looked + interval());
      if (wanted === undefined || wanted <= at) return false;
      set(item, at);
      return true;
    },
    delete: (item) => {
      apart.delete(item);
      queued.delete(item);
    },
    due: (now) => {
      const due = [...apart].filter(([, { at }]) => at <= now);
      const wait = interval();
      for (const [item, place] of queued) {
        // Reckoned as by `next`: with fractions, a difference could be less than due when that is past.
        if (place.at + wait > now) break;
        due.push([item, place]);
      }
      return due.sort(([, one], [, other]) => one.turn - other.turn).map(([item]) => item);
    },
    early: (now, count) => {
      const early: T[] = [];
      const wait = interval();
      for (const [item, { at }] of queued) {
        if (early.length === count) break;
        if (at + wait > now) early.push(item);
      }
      return early;
    },
    next: () => {
      let next = Infinity;
      for (const { at } of apart.values()) next = Math.min(next, at);
      for (const { at } of queued.values()) return Math.min(next, at + interval());
      return next;
    },
  };
}

/**
 * Items, each due at a time. Most are looked at in turn, at one interval: they stand in a queue in the
 * order of their last look, and only its head is ever searched. The few items that are due at a time of
 * their own are kept apart from it.
 */
export type DueQueue<T> = {
  /** Makes the item due at `at`, in monotonic milliseconds, whenever it was due before. */
  set(item: T, at: number): void;
  /** As `set`, for an item whose look failed: it comes after all others that are due. */
  defer(item: T, at: number): void;
  /**
   * Puts an item that was looked at at `looked` at the end of the queue. It is due an interval after
   * that. No item may have been queued with a later look.
   */
  append(item: T, looked: number): void;
  /** Makes the item due at `at`, if it is known and was due later. Tells whether it was. */
  hurry(item: T, at: number): boolean;
  delete(item: T): void;
  /** The items that are due at `now`, those looked at longest ago first. */
  due(now: number): T[];
  /**
   * Up to `count` items that are not due at `now` yet: those apart from the queue that are due within
   * `ahead` milliseconds, the next ones first, and then those at the head of the queue.
   */
  early(now: number, count: number, ahead: number): T[];
  /** When the next item is due, in monotonic milliseconds; Infinity without items. */
  next(): number;
};

/** One item's entry in the queue. */
type Slot = {
  /** When an item apart from the queue is due; when an item in the queue was last looked at. */
  at: number;
  /** Grows with each look. */
  turn: number;
};

/** Makes an empty queue. `interval` gives the milliseconds between looks at an item in the queue. */
export function createDueQueue<T>(interval: () => number): DueQueue<T> {
  const queued = new Map<T, Slot>();
  const apart = new Map<T, Slot>();
  let turn = 0;

  const set = (item: T, at: number) => {
    const slot = apart.get(item) ?? queued.get(item) ?? { at, turn: turn++ };
    queued.delete(item);
    slot.at = at;
    apart.set(item, slot);
  };

  return {
    set,
    defer: (item, at) => {
      queued.delete(item);
      apart.set(item, { at, turn: turn++ });
    },
    append: (item, looked) => {
      const slot = apart.get(item) ?? queued.get(item) ?? { at: looked, turn };
      apart.delete(item);
      queued.delete(item);
      slot.at = looked;
      slot.turn = turn++;
      queued.set(item, slot);
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
      for (const [item, slot] of queued) {
        // The same sum as in `next`: with fractions, a difference could say "not due" at that time.
        if (slot.at + wait > now) break;
        due.push([item, slot]);
      }
      return due.sort(([, one], [, other]) => one.turn - other.turn).map(([item]) => item);
    },
    early: (now, count, ahead) => {
      const early = [...apart].filter(([, { at }]) => at > now && at <= now + ahead)
        .sort(([, one], [, other]) => one.at - other.at)
        .slice(0, count)
        .map(([item]) => item);
      const wait = interval();
      for (const [item, { at }] of queued) {
        if (early.length >= count) break;
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

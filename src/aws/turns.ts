/** Whose turn it is when calls queue: what starts or stops a task, what watches tasks, the rest. */
export type Priority = "act" | "watch" | "housekeeping";

/** Those who wait for permission to make a call, in an order that lets nobody wait for ever. */
export type Turns<T> = {
  /** Adds an item. Items of one priority take turns by lane, and in their order within a lane. */
  add(item: T, priority: Priority, lane: string): void;
  delete(item: T, priority: Priority, lane: string): void;
  /** Takes out the next item of those priorities that are ready; undefined if none of them waits. */
  next(isReady: (priority: Priority) => boolean): { item: T; priority: Priority } | undefined;
  /** Whether an item of the priority waits. */
  waits(priority: Priority): boolean;
};

const priorities: readonly Priority[] = ["act", "watch", "housekeeping"];
/** After this many turns of others it is the watch's, so that a burst of starts leaves tasks watched. */
const watchTurn = 4;
/** After this many turns of others it is the housekeeping's. */
const housekeepingTurn = 16;

/** Makes an empty queue. */
export function createTurns<T>(): Turns<T> {
  const lanes: Record<Priority, Map<string, Set<T>>> = {
    act: new Map(),
    watch: new Map(),
    housekeeping: new Map(),
  };
  const lastTurn: Record<Priority, number> = { act: 0, watch: 0, housekeeping: 0 };
  let turn = 0;

  /** The priorities, the one to be served first at the head. */
  const order = (): readonly Priority[] => {
    if (turn - lastTurn.housekeeping >= housekeepingTurn) return ["housekeeping", "watch", "act"];
    if (turn - lastTurn.watch >= watchTurn) return ["watch", "act", "housekeeping"];
    return priorities;
  };

  return {
    add: (item, priority, lane) => {
      const items = lanes[priority].get(lane);
      if (items === undefined) lanes[priority].set(lane, new Set([item]));
      else items.add(item);
    },
    delete: (item, priority, lane) => {
      const items = lanes[priority].get(lane);
      items?.delete(item);
      if (items?.size === 0) lanes[priority].delete(lane);
    },
    next: (isReady) => {
      turn += 1;
      for (const priority of order()) {
        const [first] = lanes[priority];
        if (first === undefined || !isReady(priority)) continue;
        const [lane, items] = first;
        const [item] = items;
        // The lane goes to the end: starts and stops take turns, however many of each wait.
        lanes[priority].delete(lane);
        if (item === undefined) continue;
        items.delete(item);
        if (items.size > 0) lanes[priority].set(lane, items);
        lastTurn[priority] = turn;
        return { item, priority };
      }
      return undefined;
    },
    waits: (priority) => lanes[priority].size > 0,
  };
}

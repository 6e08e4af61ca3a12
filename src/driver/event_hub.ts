/**
 * Hands values to all who listen. What comes while nobody does is kept, up to `kept` values with the
 * oldest dropped, for the first who listens next: Nomad's stream of task events is down for a moment
 * whenever an agent restarts.
 */
export type EventHub<T> = {
  publish(value: T): void;
  /** Values from now on, until `signal` aborts. */
  subscribe(signal: AbortSignal): AsyncIterable<T>;
};

/** Makes a hub. */
export function createEventHub<T>({ kept }: { kept: number }): EventHub<T> {
  const backlog: T[] = [];
  const listeners = new Set<{ queue: T[]; wake: () => void }>();

  return {
    publish: (value) => {
      if (listeners.size === 0) {
        backlog.push(value);
        if (backlog.length > kept) backlog.shift();
      }
      for (const listener of listeners) {
        listener.queue.push(value);
        listener.wake();
      }
    },
    async *subscribe(signal) {
      const listener = { queue: backlog.splice(0), wake: () => {} };
      listeners.add(listener);
      const abort = () => listener.wake();
      signal.addEventListener("abort", abort, { once: true });
      try {
        while (!signal.aborted) {
          const value = listener.queue.shift();
          if (value !== undefined) {
            yield value;
            continue;
          }
          const { promise, resolve } = Promise.withResolvers<void>();
          listener.wake = resolve;
          await promise;
        }
      } finally {
        signal.removeEventListener("abort", abort);
        listeners.delete(listener);
      }
    },
  };
}

/**
 * Hands values to all who listen. Values that nobody has taken yet are kept, up to `kept` of them with
 * the oldest dropped: for each listener, and while there is none for the next one, as Nomad's stream of
 * task events is down for a moment whenever an agent restarts.
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

  const keep = (queue: T[], value: T) => {
    queue.push(value);
    if (queue.length > kept) queue.shift();
  };

  return {
    publish: (value) => {
      if (listeners.size === 0) keep(backlog, value);
      for (const listener of listeners) {
        keep(listener.queue, value);
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

/** What became of the requests that a client of a web server has made. */
export type Asked = {
  /** Requests that got an answer, and those that got none at any address. */
  readonly answered: number;
  readonly missed: number;
  /** The last answer. */
  readonly last: string;
  /** What told why the last missed request was missed. */
  readonly trouble: string;
};

/** A client that asks a web server once a second, whatever happens to it. */
export type Asker = {
  sofar(): Asked;
  /** Resolves once `count` more requests are done. */
  more(count: number): Promise<Asked>;
  stop(): Promise<Asked>;
};

/**
 * Milliseconds from one request to the next, and that one may take. A server that has gone refuses at once, and a
 * busy machine may hold up an answer.
 */
const usualPace = { every: 1_000, patience: 5_000 };

/**
 * Asks a web server once a second. `addresses` tells where instances of it listen; each is tried
 * until one answers, as a load balancer would. Where it cannot tell, the last known are tried.
 */
export function startAsking(
  addresses: () => Promise<readonly string[]>,
  pace: { readonly every: number; readonly patience: number } = usualPace,
): Asker {
  let asked: Asked = { answered: 0, missed: 0, last: "", trouble: "" };
  let known: readonly string[] = [];
  let waiting: { until: number; resolve: (asked: Asked) => void }[] = [];
  const stopped = new AbortController();

  const tell = () => {
    const done = asked.answered + asked.missed;
    for (const { resolve } of waiting.filter(({ until }) => until <= done)) resolve(asked);
    waiting = waiting.filter(({ until }) => until > done);
  };
  const ask = async () => {
    const found = await addresses().catch(() => known);
    if (found.length > 0) known = found;
    let trouble = "no instance is known";
    for (const address of known) {
      try {
        const response = await fetch(`http://${address}/`, {
          signal: AbortSignal.timeout(pace.patience),
        });
        const last = (await response.text()).trim();
        if (response.ok) return { ...asked, answered: asked.answered + 1, last };
        trouble = `${address}: ${last}`;
      } catch (error) {
        trouble = `${address}: ${error}`;
      }
    }
    return { ...asked, missed: asked.missed + 1, trouble };
  };
  const finished = (async () => {
    while (!stopped.signal.aborted) {
      const next = performance.now() + pace.every;
      asked = await ask();
      tell();
      await pause(next - performance.now(), stopped.signal);
    }
  })();

  return {
    sofar: () => asked,
    more: (count) =>
      new Promise((resolve) => {
        waiting.push({ until: asked.answered + asked.missed + count, resolve });
      }),
    stop: async () => {
      stopped.abort();
      await finished;
      return asked;
    },
  };
}

/** Waits for milliseconds, or until the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, milliseconds));
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

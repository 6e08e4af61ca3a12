/** Tells what a demo does, on standard output. */
export type Narrator = {
  /** Announces the next step. */
  step(text: string): void;
  say(text: string): void;
  /** Shows a command that a person would type, and what it printed. */
  command(words: string, output: string): void;
  /** Does what may take a while, with a line of progress every few seconds. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
};

/** Milliseconds between lines of progress. */
const progressInterval = 3_000;

/** Makes a narrator. */
export function createNarrator(): Narrator {
  let steps = 0;
  const print = (text: string) => {
    Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
  };
  return {
    step: (text) => print(`\n== ${++steps}. ${text}`),
    say: (text) => print(`   ${text}`),
    command: (words, output) => {
      print(`   $ ${words}`);
      for (const line of output.trimEnd().split("\n")) print(`   | ${line}`);
    },
    during: async (what, work) => {
      print(`   ${what} ...`);
      const started = performance.now();
      const elapsed = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
      const ticker = setInterval(() => print(`   ... ${elapsed()}`), progressInterval);
      try {
        return await work;
      } finally {
        clearInterval(ticker);
        print(`   done in ${elapsed()}`);
      }
    },
  };
}

import { parseArgs } from "node:util";
import { wholeNumber } from "../harness/options.ts";

/** What a run of one seed showed. */
export type RunResult = {
  /** Promises that were broken, in words; none if all is well. */
  readonly violations: readonly string[];
  /** What happened, in order; only where it was asked for. */
  readonly trace: readonly string[];
  /** What the run did how often. The command prints the sums of all seeds. */
  readonly counts: Readonly<Record<string, number>>;
};

/** A simulation that seeds decide, and the command that runs it. */
export type SimulationCommand = {
  /** The target of `make`. */
  readonly target: string;
  /** How many seeds it runs where the command line does not say. */
  readonly seeds: number;
  simulate(seed: number, traced: "traced" | "quiet"): Promise<RunResult>;
};

/**
 * Runs the seeds that the command line names, prints those that fail with what replays them, and ends the process:
 * with status 1 where one failed, and 2 where the command line cannot be used.
 */
export async function runSeeds({ target, seeds, simulate }: SimulationCommand): Promise<never> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seeds: { type: "string", default: String(seeds) },
      from: { type: "string", default: "1" },
      trace: { type: "boolean", default: false },
      "fail-fast": { type: "boolean", default: false },
    },
  });
  const from = wholeNumber("--from", values.from, 0);
  const count = wholeNumber("--seeds", values.seeds, 1);
  const sums = new Map<string, number>();
  let failed = 0;
  for (let seed = from; seed < from + count; seed++) {
    const result = await simulate(seed, values.trace ? "traced" : "quiet");
    for (const [what, times] of Object.entries(result.counts)) {
      sums.set(what, (sums.get(what) ?? 0) + times);
    }
    for (const line of result.trace) print(line);
    if (result.violations.length > 0) {
      failed += 1;
      print(`seed ${seed}: ${result.violations.join("; ")}`);
      if (values["fail-fast"]) Deno.exit(1);
      print(`  replay: make ${target} FROM=${seed} SEEDS=1 TRACE=1`);
    }
    if ((seed - from + 1) % 500 === 0) print(`${seed - from + 1} seeds, ${failed} failed`);
  }
  print([...sums].map(([what, times]) => `${times} ${what}`).join(", "));
  print(`${count - failed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

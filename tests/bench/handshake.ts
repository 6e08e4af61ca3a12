import { startPlugin } from "../harness/plugin.ts";
import { usageOf } from "./process_usage.ts";

/** What starts cost, each by the median of a number of them. */
export type StartCost = {
  /** Milliseconds from exec to handshake. */
  readonly handshakeP50: number;
  /** Milliseconds of `deno eval 1`. */
  readonly denoEvalP50: number;
  /** Milliseconds of processor time until the handshake; other work on the machine changes it little. */
  readonly cpuP50: number;
  /** MB of resident memory at the handshake. */
  readonly idleMbP50: number;
};

/** Times the plugin from exec to handshake, and `deno eval 1` beside it in the same run. */
export async function measureHandshake(starts: number): Promise<StartCost> {
  const handshakes: number[] = [];
  const evals: number[] = [];
  const cpu: number[] = [];
  const memory: number[] = [];
  for (let start = 0; start < starts; start++) {
    const plugin = await startPlugin();
    handshakes.push(plugin.startup);
    const { cpuSeconds, rssMb } = await usageOf(plugin.pid);
    cpu.push(cpuSeconds * 1_000);
    memory.push(rssMb);
    await plugin.close();
    const began = performance.now();
    await new Deno.Command(Deno.execPath(), { args: ["eval", "1"] }).output();
    evals.push(performance.now() - began);
  }
  return {
    handshakeP50: percentile(handshakes, 50),
    denoEvalP50: percentile(evals, 50),
    cpuP50: percentile(cpu, 50),
    idleMbP50: percentile(memory, 50),
  };
}

/** The value that `percent` of the values are not above. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.max(0, Math.ceil(sorted.length * percent / 100) - 1);
  return sorted[at] ?? NaN;
}

import { startPlugin } from "../harness/plugin.ts";

/** Milliseconds, over a number of starts. */
export type StartTimes = { readonly handshakeP50: number; readonly denoEvalP50: number };

/** Times the plugin from exec to handshake, and `deno eval 1` beside it in the same run. */
export async function measureHandshake(starts: number): Promise<StartTimes> {
  const handshakes: number[] = [];
  const evals: number[] = [];
  for (let start = 0; start < starts; start++) {
    const plugin = await startPlugin();
    handshakes.push(plugin.startup);
    await plugin.close();
    const began = performance.now();
    await new Deno.Command(Deno.execPath(), { args: ["eval", "1"] }).output();
    evals.push(performance.now() - began);
  }
  return { handshakeP50: percentile(handshakes, 50), denoEvalP50: percentile(evals, 50) };
}

/** The value that `percent` of the values are not above. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.max(0, Math.ceil(sorted.length * percent / 100) - 1);
  return sorted[at] ?? NaN;
}

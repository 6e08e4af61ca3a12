/** Ticks a second that Linux counts processor time in. */
const ticksPerSecond = 100;

/** What a process has used. */
export type Usage = { readonly rssMb: number; readonly cpuSeconds: number };

/** Reads a process's memory and processor time from /proc. */
export async function usageOf(pid: number): Promise<Usage> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const rss = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name may hold blanks: fields are counted from the parenthesis that ends it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssMb: Number(rss) / 1_024, cpuSeconds: ticks / ticksPerSecond };
}

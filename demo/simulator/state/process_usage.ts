/** What the processes of a Linux session use together. */
export type SessionUsage = { readonly cpuMs: number; readonly memoryMib: number };

/** Milliseconds of a clock tick, and bytes of a page, of Linux on x86 and ARM. */
const tickMs = 10;
const pageBytes = 4_096;

/** Processor time and memory of all processes of this machine, by the id of their Linux session. */
export function usageBySession(): Map<number, SessionUsage> {
  const sessions = new Map<number, SessionUsage>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const found = readStat(name);
    if (found === undefined) continue;
    const { cpuMs, memoryMib } = sessions.get(found.session) ?? { cpuMs: 0, memoryMib: 0 };
    sessions.set(found.session, {
      cpuMs: cpuMs + found.cpuMs,
      memoryMib: memoryMib + found.memoryMib,
    });
  }
  return sessions;
}

function readStat(pid: string): SessionUsage & { session: number } | undefined {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return undefined; // the process has ended meanwhile
  }
  // The name may hold blanks: fields are counted from the parenthesis that ends it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  const [session = 0, user = 0, system = 0, pages = 0] = [3, 11, 12, 21].map((at) => fields[at]);
  return {
    session,
    cpuMs: (user + system) * tickMs,
    memoryMib: pages * pageBytes / 1_048_576,
  };
}

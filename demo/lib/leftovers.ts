import { mountsBelow } from "./mounts.ts";

/** A process, told by when it started from a later one with the same pid. */
type Process = {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly started: string;
  /** Whether it has ended and only its parent has not noticed. */
  readonly ended: boolean;
};

/** What a run has started, and where to look for what is left of it. */
export type Census = {
  /** Notes which processes run below this one by now; answers how many it has seen so far. */
  take(): number;
  /** Of the processes seen, and of all that name the folder, those that run still. */
  running(): string[];
  /** What is mounted below the folder. */
  mounts(): string[];
};

/**
 * Keeps a census of the processes that this one starts, and of what they do in `folder`. An agent
 * that dies leaves its plugins to init, and a container has an environment of its own, so neither
 * parents nor environments alone tell: what was seen once below this process stays in the books, as
 * does all that shares its session. Reads /proc.
 */
export function createCensus(folder: string): Census {
  const seen = new Map<number, Process>();
  const known = ({ pid, started }: Process) => seen.get(pid)?.started === started;
  return {
    take: () => {
      const others = new Set(processes().filter(({ pid }) => pid !== Deno.pid));
      for (let grown = true; grown;) {
        grown = false;
        for (const process of others) {
          const { pid, parent, session } = process;
          const ours = parent === Deno.pid || seen.has(parent) || seen.has(session);
          if (!ours) continue;
          seen.set(pid, process);
          others.delete(process);
          grown = true;
        }
      }
      return seen.size;
    },
    running: () =>
      processes()
        .filter((process) => process.pid !== Deno.pid && !process.ended)
        .filter((process) => known(process) || names(process.pid, folder))
        .map(({ pid }) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim()}`),
    mounts: () => mountsBelow(folder),
  };
}

/** All processes of this machine. */
function processes(): Process[] {
  const found: Process[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The name may hold blanks: fields are counted from the parenthesis that ends it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent, , session] = fields;
    if (state === undefined || state === "") continue; // it has gone since the folder was read
    found.push({
      pid: Number(name),
      parent: Number(parent),
      session: Number(session),
      started: fields[19] ?? "",
      ended: state === "Z" || state === "X",
    });
  }
  return found;
}

/** Whether a process has the folder's path in its command line or its environment. */
function names(pid: number, folder: string): boolean {
  return ["cmdline", "environ"].some((file) => read(`/proc/${pid}/${file}`).includes(folder));
}

/** A file's text; empty where it has gone or is another user's. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

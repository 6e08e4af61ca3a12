/** Processes and mounts that an agent has besides its own process. */
import { mountsBelow } from "./mounts.ts";
import { eventually } from "./process.ts";

/** Pids of the driver plugin processes that agents with this folder have started. */
export function pluginPids(folder: string): Promise<number[]> {
  return pidsWith(folder, /\/nomad-driver-ecs(\.js)?$/);
}

/** Pids of Nomad's processes that collect tasks' output, of agents with this folder. */
export function logmonPids(folder: string): Promise<number[]> {
  return pidsWith(folder, /^logmon$/);
}

/** Ends the plugins that an agent which was killed has left running. */
export async function endHelpers(folder: string): Promise<void> {
  for (const pid of await helperPids(folder)) signalIfAlive(pid, "SIGTERM");
  await eventually("the plugins end", async () => {
    return (await helperPids(folder)).length === 0 ? true : undefined;
  }, { seconds: 5 }).catch(async () => {
    for (const pid of await helperPids(folder)) signalIfAlive(pid, "SIGKILL");
  });
}

/** Pids of plugin processes with such a word in their command line. */
async function pidsWith(folder: string, pattern: RegExp): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await helperPids(folder)) {
    const words = (await readProc(pid, "cmdline")).split("\0");
    if (words.some((word) => pattern.test(word))) found.push(pid);
  }
  return found;
}

/**
 * Pids of all plugin processes, Nomad's own helpers included, that agents with this folder have
 * started. The environment tells: it is inherited, and nobody else's names this folder's log.
 */
async function helperPids(folder: string): Promise<number[]> {
  const pids: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const variables = (await readProc(Number(name), "environ")).split("\0");
    const ours = variables.includes(`LOG_FILE=${folder}/agent.log`);
    const plugin = variables.some((variable) => variable.startsWith("NOMAD_PLUGIN_MAGIC_COOKIE"));
    if (ours && plugin) pids.push(Number(name));
  }
  return pids;
}

/** A file of a process; empty where it has ended or is another user's. */
async function readProc(pid: number, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

function signalIfAlive(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}

/** Unmounts the tmpfs mounts of task folders that a killed agent leaves. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const path of mountsBelow(folder).reverse()) {
    await new Deno.Command("umount", { args: ["-l", path] }).output();
  }
}

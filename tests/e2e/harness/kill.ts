import type { Agent } from "../../../demo/lib/nomad.ts";
import { pluginPids } from "../../../demo/lib/nomad_processes.ts";

/** Kills an agent and its plugin, which the agent may start anew until it is dead. */
export async function kill(agent: Agent): Promise<void> {
  const killPlugins = async () => {
    for (const pid of await pluginPids(agent.folder)) Deno.kill(pid, "SIGKILL");
  };
  await killPlugins();
  await agent.stop("SIGKILL");
  await killPlugins();
}

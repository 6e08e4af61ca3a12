import { type Agent, startAgent } from "./nomad.ts";
import { type SimulatorProcess, startSimulatorProcess } from "./simulator.ts";

/** A simulated ECS and a Nomad client that runs tasks on it. */
export type Stage = { readonly ecs: SimulatorProcess; readonly agent: Agent };

const file = (name: string) => new URL(`../nomad/${name}`, import.meta.url).pathname;

/** The jobspec that is also run on a real account. */
export const demoJob = file("demo-ecs.nomad.hcl");
/** A batch job whose container exits with 7. */
export const exitJob = new URL("../../tests/e2e/jobs/exit7.nomad.hcl", import.meta.url).pathname;

/**
 * Sets the stage, lets `play` have it and clears up in every case: when it ends, when it fails, and
 * when a signal asks for an end, which `play` learns of by the signal that it is given.
 */
export async function withStage<T>(
  nomad: string,
  play: (stage: Stage, interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error("interrupted"));
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", interrupt);
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-demo-" });
  const clearing: (() => Promise<void>)[] = [() => Deno.remove(folder, { recursive: true })];
  try {
    const ecs = await startSimulatorProcess({ folder, speed: 10 });
    clearing.push(() => ecs.end());
    const server = await startAgent({
      nomad,
      name: "nomad-server-1",
      folder: `${folder}/server`,
      role: { kind: "server" },
      env: {},
      configFiles: [file("server.hcl")],
    });
    clearing.push(() => server.dispose());
    const plugin = new URL("../../dist/nomad-driver-ecs", import.meta.url).pathname;
    const agent = await startAgent({
      nomad,
      name: "nomad-client-1",
      folder: `${folder}/client`,
      role: { kind: "client", server: server.rpc, plugin },
      env: ecs.env,
      configFiles: [file("client-1.hcl")],
    });
    clearing.push(() => agent.dispose());
    const aborted = new Promise<never>((_, reject) => {
      interrupted.signal.addEventListener("abort", () => reject(interrupted.signal.reason));
    });
    return await Promise.race([play({ ecs, agent }, interrupted.signal), aborted]);
  } finally {
    for (const clear of clearing.reverse()) await clear();
    Deno.removeSignalListener("SIGINT", interrupt);
    Deno.removeSignalListener("SIGTERM", interrupt);
  }
}

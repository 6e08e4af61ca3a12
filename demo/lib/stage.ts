import { type Census, createCensus } from "./leftovers.ts";
import type { Narrator } from "./narrator.ts";
import { type Agent, type Allocation, startAgent } from "./nomad.ts";
import { eventually } from "./process.ts";
import { type SimulatorProcess, startSimulatorProcess } from "./simulator.ts";

/** A simulated ECS and a Nomad client that runs tasks on it. */
export type Stage = { readonly ecs: SimulatorProcess; readonly agent: Agent };

const file = (name: string) => new URL(`../nomad/${name}`, import.meta.url).pathname;

/** The jobspec that is also run on a real account. */
export const demoJob = file("demo-ecs.nomad.hcl");
/** A batch job whose container exits with 7. */
export const exitJob = new URL("../../tests/e2e/jobs/exit7.nomad.hcl", import.meta.url).pathname;

/**
 * Sets the stage, lets `play` have it, takes everything down however that went, and looks for what
 * is left. One thing that cannot be taken down keeps nothing else from it. Rejects with all that
 * went wrong.
 */
export async function withStage(
  { nomad, narrator, interrupted }: {
    nomad: string;
    narrator: Narrator;
    /** No more is set up once it has aborted; `play` has to heed it too. */
    interrupted: AbortSignal;
  },
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const troubles: unknown[] = [];
  const attempt = async (work: () => Promise<void> | void) => {
    try {
      await work();
    } catch (error) {
      troubles.push(error);
    }
  };
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-demo-" });
  const census = createCensus(folder);
  const looking = setInterval(census.take, 500);
  const ends: (() => Promise<void>)[] = [() => Deno.remove(folder, { recursive: true })];
  await attempt(async () => {
    const ecs = await startSimulatorProcess({ folder, speed: 10 });
    ends.push(() => ecs.end());
    interrupted.throwIfAborted();
    const server = await startAgent({
      nomad,
      name: "nomad-server-1",
      folder: `${folder}/server`,
      role: { kind: "server" },
      env: {},
      configFiles: [file("server.hcl")],
    });
    ends.push(() => server.dispose());
    interrupted.throwIfAborted();
    const plugin = new URL("../../dist/nomad-driver-ecs", import.meta.url).pathname;
    const agent = await startAgent({
      nomad,
      name: "nomad-client-1",
      folder: `${folder}/client`,
      role: { kind: "client", server: server.rpc, plugin },
      env: ecs.env,
      configFiles: [file("client-1.hcl")],
    });
    ends.push(() => agent.dispose());
    ends.push(() => noEcsTasks(ecs, narrator));
    ends.push(() => stopJobs(agent, narrator));
    interrupted.throwIfAborted();
    await play({ ecs, agent });
  });

  narrator.step("Take everything down, and look for what is left");
  census.take();
  for (const end of ends.reverse()) await attempt(end);
  clearInterval(looking);
  await attempt(() => nothingLeft(census, folder, narrator));
  if (troubles.length === 1) throw troubles[0];
  if (troubles.length > 1) {
    throw new AggregateError(troubles, troubles.map(messageOf).join("; "));
  }
}

/** Stops every job, and waits until their allocations are over: none starts an ECS task then. */
async function stopJobs(agent: Agent, { during }: Narrator): Promise<void> {
  const open = async () => {
    const allocations = await agent.api<Allocation[]>("/allocations");
    return allocations.filter(({ ClientStatus }) => /pending|running/.test(ClientStatus));
  };
  const jobs = (await agent.api<{ ID: string; Status: string }[]>("/jobs"))
    .filter(({ Status }) => Status !== "dead").map(({ ID }) => ID);
  for (const job of jobs) await agent.cli("job", "stop", "-detach", job);
  if ((await open()).length === 0) return;
  await during(
    `stopping ${jobs.join(" and ")}`,
    eventually(
      "all allocations are over",
      async () => (await open()).length === 0 ? true : undefined,
    ),
  );
}

/** Makes sure that ECS has no task left, as long as it can be asked. */
async function noEcsTasks(ecs: SimulatorProcess, { say }: Narrator): Promise<void> {
  const all = await ecs.tasks().catch((error) => {
    throw new Error(`ECS does not tell which tasks are left: ${messageOf(error)}`);
  });
  const live = all.filter(({ lastStatus }) => lastStatus !== "STOPPED");
  say(
    `Left of ${all.length} ECS tasks, before ECS ends: ${listed(live.map((task) => task.taskArn))}`,
  );
  if (live.length > 0) throw new Error(`${live.length} ECS tasks are left`);
}

/** Makes sure that no process, mount or folder of the stage is left. */
async function nothingLeft(census: Census, folder: string, { say }: Narrator): Promise<void> {
  const gone = () => census.running().length === 0 ? true : undefined;
  // What was killed takes a moment to be gone.
  await eventually("all processes end", gone, { seconds: 5 }).catch(() => {});
  const folders = await Deno.lstat(folder).then(() => [folder], () => []);
  const findings: [string, string[]][] = [
    [
      `of ${census.take()} processes seen below this one (agents, plugin, ECS, containers) and ` +
      `of all that name ${folder}`,
      census.running(),
    ],
    ["of the mounts below that folder", census.mounts()],
    ["of the folder itself", folders],
  ];
  for (const [what, left] of findings) say(`Left ${what}: ${listed(left)}`);
  const left = findings.flatMap(([, found]) => found);
  if (left.length > 0) throw new Error(`left behind: ${left.join("; ")}`);
}

function listed(found: string[]): string {
  return found.length === 0 ? "none" : found.join("; ");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

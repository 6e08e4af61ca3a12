import { type Census, createCensus } from "./leftovers.ts";
import { type Agent, type Allocation, quickHeartbeats, startAgent } from "./nomad.ts";
import { eventually } from "./process.ts";
import type { Screen } from "./screen.ts";
import type { Shell } from "./shell.ts";
import { type SimulatorProcess, startSimulatorProcess } from "./simulator.ts";
import { fileURLToPath } from "node:url";

/** A simulated AWS, a Nomad server and two clients that run tasks on it. */
export type Stage = {
  readonly screen: Screen;
  readonly ecs: SimulatorProcess;
  readonly server: Agent;
  readonly clients: readonly Agent[];
  /** Where the commands are run that the demo shows: `nomad` is on its path. */
  readonly shell: Shell;
  /** Nothing more is begun once it has aborted. */
  readonly interrupted: AbortSignal;
};

/** How many times faster than on AWS time passes for ECS tasks. */
export const speed = 10;

const jobFolder = fileURLToPath(new URL("../nomad", import.meta.url));
const images = fileURLToPath(new URL("../images", import.meta.url));
const plugin = fileURLToPath(new URL("../../dist/nomad-driver-ecs", import.meta.url));

/** The subnet that the demo's jobs name. Its addresses are of this machine, so they can be asked. */
const subnet = { id: "subnet-010b03f1a021887ff", kind: "loopback" };

/**
 * The driver's configuration. It hands ECS tasks over, and is less patient than usual: a demo has no
 * minutes to wait. Jobs that name no subnet get the one of the demo.
 */
const driverConfig = (address: string) => ({
  enabled: true,
  cluster: "nomad-remote-driver-demo",
  region: "us-east-1",
  unhealthy_after: "5s",
  orphan_grace: "10s",
  network_configuration: [{ aws_vpc_configuration: [{ subnets: [subnet.id] }] }],
  nomad: [{ address }],
});

/**
 * Sets the stage, lets `play` have it, takes everything down however that went, and looks for what
 * is left. One thing that cannot be taken down keeps nothing else from it. Rejects with all that
 * went wrong.
 */
export async function withStage(
  { nomad, screen, interrupted }: { nomad: string; screen: Screen; interrupted: AbortSignal },
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
    const stage = await setUp({ nomad, screen, interrupted, folder, ends });
    await play(stage);
  });

  screen.chapter("The end", "Everything is taken down. Then the demo looks for what is left.");
  census.take();
  await screen.during("taking everything down", async () => {
    for (const end of ends.reverse()) await attempt(end);
  });
  clearInterval(looking);
  await attempt(() => nothingLeft(census, folder, screen));
  if (troubles.length === 1) throw troubles[0];
  if (troubles.length > 1) {
    throw new AggregateError(troubles, troubles.map(messageOf).join("; "));
  }
}

async function setUp(
  { nomad, screen, interrupted, folder, ends }: {
    nomad: string;
    screen: Screen;
    interrupted: AbortSignal;
    folder: string;
    /** Takes what ends each thing that was started. */
    ends: (() => Promise<void>)[];
  },
): Promise<Stage> {
  return await screen.during(
    "starting a simulated AWS, a Nomad server and two clients",
    async () => {
      // The name `nomad` is what a user types, whatever the file is called.
      await Deno.mkdir(`${folder}/bin`);
      await Deno.symlink(nomad, `${folder}/bin/nomad`);
      await Deno.symlink(plugin, `${folder}/bin/nomad-driver-ecs`);
      const ecs = await startSimulatorProcess({ folder, speed, images });
      ends.push(() => ecs.end());
      await ecs.control("subnet", subnet);
      interrupted.throwIfAborted();
      const server = await startAgent({
        nomad,
        name: "nomad-server-1",
        folder: `${folder}/server`,
        role: { kind: "server" },
        env: {},
        configFiles: [`${jobFolder}/server.hcl`],
        server: quickHeartbeats,
      });
      ends.push(() => server.dispose());
      interrupted.throwIfAborted();
      const started = await Promise.allSettled([1, 2].map((number) =>
        startAgent({
          nomad,
          name: `nomad-client-${number}`,
          folder: `${folder}/client-${number}`,
          role: { kind: "client", server: server.rpc, plugin },
          env: ecs.env,
          configFiles: [`${jobFolder}/client-${number}.hcl`],
          driverConfig,
        })
      ));
      const clients = started.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
      for (const client of clients) ends.push(() => client.dispose());
      ends.push(() => noEcsTasks(ecs));
      ends.push(() => stopJobs(server));
      ends.push(() => ecs.control("faults", { faults: [] }));
      for (const one of started) if (one.status === "rejected") throw one.reason;
      for (const client of clients) {
        await client.node();
        interrupted.throwIfAborted();
      }
      const path = `${folder}/bin:${Deno.env.get("PATH") ?? ""}`;
      const env = {
        ...ecs.env,
        NOMAD_ADDR: server.address,
        NOMAD_CLI_SHOW_HINTS: "false",
        PATH: path,
      };
      return {
        screen,
        ecs,
        server,
        clients,
        interrupted,
        shell: { folder: jobFolder, env, interrupted },
      };
    },
  );
}

/** Stops every job, and waits until their allocations are over: none starts an ECS task then. */
async function stopJobs(server: Agent): Promise<void> {
  const jobs = (await server.api<{ ID: string; Status: string }[]>("/jobs"))
    .filter(({ Status }) => Status !== "dead").map(({ ID }) => ID);
  for (const job of jobs) await server.cli("job", "stop", "-detach", job);
  await eventually("all allocations are over", async () => {
    const allocations = await server.api<Allocation[]>("/allocations");
    return allocations.some(({ ClientStatus }) => /pending|running/.test(ClientStatus))
      ? undefined
      : true;
  });
}

/**
 * Makes sure that ECS has no task left, as long as it can be asked. What a killed client had is
 * stopped by another one, after `orphan_grace`.
 */
async function noEcsTasks(ecs: SimulatorProcess): Promise<void> {
  const live = async () =>
    (await ecs.tasks()).filter(({ lastStatus }) => lastStatus !== "STOPPED").map((task) =>
      task.taskArn
    );
  await eventually("no ECS task is left", async () => {
    return (await live()).length === 0 ? true : undefined;
  }, { seconds: 60 }).catch(async () => {
    throw new Error(`ECS tasks are left: ${(await live()).join("; ")}`);
  });
}

/** Makes sure that no process, mount or folder of the stage is left. */
async function nothingLeft(census: Census, folder: string, screen: Screen): Promise<void> {
  const gone = () => census.running().length === 0 ? true : undefined;
  // What was killed takes a moment to be gone.
  await eventually("all processes end", gone, { seconds: 5 }).catch(() => {});
  const folders = await Deno.lstat(folder).then(() => [folder], () => []);
  const left = [...census.running(), ...census.mounts(), ...folders];
  if (left.length > 0) throw new Error(`left behind: ${left.join("; ")}`);
  screen.found(
    `Of ${census.take()} processes that ran for this demo none runs. No ECS task, no mount and no ` +
      "folder is left.",
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

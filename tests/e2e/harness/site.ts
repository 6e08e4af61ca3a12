import { type Agent, type Allocation, startAgent } from "../../../demo/lib/nomad.ts";
import { eventually } from "../../../demo/lib/process.ts";
import {
  type SimulatedTask,
  type SimulatorProcess,
  startSimulatorProcess,
} from "../../../demo/lib/simulator.ts";
import { nomad } from "./cli.ts";
import { allowDriver, makeDriverToken, managementToken } from "./acl.ts";
import { pluginPath } from "../../harness/plugin.ts";
import type { Recorder } from "./recorder.ts";
import { fileURLToPath } from "node:url";

/** Version of the Nomad under test, as `1.11.3`. */
export const nomadVersion = Deno.env.get("NOMAD_VERSION") ?? "";

/** Whether the Nomad under test is older than a version, as `1.6.0`. */
export function isOlderThan(version: string): boolean {
  const [own, other] = [nomadVersion, version].map((text) => text.split(/[.-]/).map(Number));
  const at = (other ?? []).findIndex((part, index) => part !== own?.[index]);
  return (own?.[at] ?? 0) < (other?.[at] ?? 0);
}

/** Whether Nomad tells an external driver its node id: from 1.3.12, 1.4.7 and 1.5.2 on. */
export const tellsNode = !isOlderThan("1.3.12") &&
  !(/^1\.4\./.test(nomadVersion) && isOlderThan("1.4.7")) &&
  !(/^1\.5\./.test(nomadVersion) && isOlderThan("1.5.2"));

/** The plugin block that users of the Go driver have. */
export const seedDriverConfig = {
  enabled: true,
  cluster: "nomad-remote-driver-demo",
  region: "us-east-1",
};

/** A simulated ECS and agents that use it, in a folder of their own. */
export type Site = {
  readonly ecs: SimulatorProcess;
  readonly server: Agent;
  /** The first client. */
  readonly agent: Agent;
  /** Adds another client. */
  addClient(name: string): Promise<Agent>;
  /** Registers a job by its text. */
  register(jobspec: string): Promise<{ code: number; output: string }>;
  /** Registers the job of `jobs/<name>.nomad.hcl`, with texts of it replaced by others. */
  run(
    name: string,
    changes?: Readonly<Record<string, string>>,
  ): Promise<{ code: number; output: string }>;
  /** The newest allocation of a job, once there is one that satisfies `wanted`. */
  allocation(
    job: string,
    wanted: (allocation: Allocation) => boolean,
    seconds?: number,
  ): Promise<Allocation>;
  /** ECS tasks that are wanted running. */
  live(): Promise<SimulatedTask[]>;
  /** How often ECS was called for an operation. */
  calls(operation: string): Promise<number>;
};

/**
 * Sets up a site, lets `use` have it, and takes everything down whatever happens. `recorder` hears
 * what the driver asks ECS.
 */
export async function withSite(
  {
    speed = 20,
    driverConfig = seedDriverConfig,
    clientConfig,
    serverConfig = {},
    env = {},
    recorder,
    driverRules,
    consul,
  }: {
    speed?: number;
    /** May name the agent's address, and the driver's token where ACLs are on. */
    driverConfig?:
      | Record<string, unknown>
      | ((address: string, token: string) => Record<string, unknown>);
    /** The clients' configuration file, which has the plugin block in place of `driverConfig`. */
    clientConfig?: string;
    /** More of the server's `server` block. */
    serverConfig?: Record<string, unknown>;
    env?: Record<string, string>;
    recorder?: Recorder;
    /** Turns ACLs on, with a token for the driver that this policy holds for. */
    driverRules?: string;
    /** Host and port of the clients' Consul agent. */
    consul?: string;
  },
  use: (site: Site) => Promise<void>,
): Promise<void> {
  if (nomad === "") throw new Error("NOMAD_EXECUTABLE names no Nomad: run make e2e");
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-e2e-" });
  const agents: Agent[] = [];
  // Taken down in the opposite order, each whatever becomes of the others.
  const ends = new AsyncDisposableStack();
  ends.defer(() => Deno.remove(folder, { recursive: true }));
  const keep = (agent: Agent) => {
    agents.push(agent);
    ends.defer(agent.dispose);
    return agent;
  };
  try {
    const ecs = await startSimulatorProcess({ folder, speed });
    ends.defer(ecs.end);
    ends.defer(async () => await recorder?.close());
    const heard: Record<string, string> = recorder === undefined
      ? {}
      : { AWS_ENDPOINT_URL_ECS: recorder.listen(ecs.endpoint) };
    const acl = driverRules === undefined ? {} : { managementToken };
    const server = await startAgent({
      nomad,
      name: "server",
      folder: `${folder}/server`,
      role: { kind: "server" },
      env: {},
      server: serverConfig,
      ...acl,
    });
    keep(server);
    if (driverRules !== undefined) await allowDriver(server, driverRules);
    const token = driverRules === undefined ? "" : await makeDriverToken(server);
    const configFor = (address: string) =>
      typeof driverConfig === "function" ? driverConfig(address, token) : driverConfig;
    const configFiles: string[] = [];
    if (clientConfig !== undefined) {
      configFiles.push(`${folder}/client.hcl`);
      await Deno.writeTextFile(`${folder}/client.hcl`, clientConfig);
    }
    const start = async (name: string) => {
      const agent = await startAgent({
        nomad,
        name,
        folder: `${folder}/${name}`,
        role: { kind: "client", server: server.rpc, plugin: pluginPath },
        env: { ...ecs.env, ...heard, ...env },
        configFiles,
        driverConfig: clientConfig === undefined ? configFor : null,
        consul,
        ...acl,
      });
      keep(agent);
      await agent.node();
      return agent;
    };
    const agent = await start("first");
    const register = async (jobspec: string) => {
      const file = await Deno.makeTempFile({ dir: folder, suffix: ".nomad.hcl" });
      await Deno.writeTextFile(file, jobspec);
      return await server.cli("job", "run", "-detach", file);
    };
    const site: Site = {
      ecs,
      server,
      agent,
      addClient: start,
      register,
      run: async (name, changes = {}) => {
        const file = name.startsWith("/")
          ? name
          : fileURLToPath(new URL(`../jobs/${name}.nomad.hcl`, import.meta.url));
        let text = await Deno.readTextFile(file);
        for (const [from, to] of Object.entries(changes)) text = text.replaceAll(from, to);
        return await register(text);
      },
      allocation: (job, wanted, seconds = 60) =>
        eventually(`an allocation of ${job} as wanted`, async () => {
          const found = await server.api<Allocation[]>(`/job/${job}/allocations`);
          return found.find((allocation) => wanted(allocation));
        }, { seconds }),
      live: async () => (await ecs.tasks()).filter((task) => task.desiredStatus !== "STOPPED"),
      calls: async (operation) => (await ecs.calls()).byOperation[operation] ?? 0,
    };
    await use(site);
  } catch (error) {
    for (const agent of agents) {
      const log = await agent.log().catch(String);
      const lines = log.split("\n").filter((line) => /ecs|ERROR/.test(line));
      // deno-lint-ignore no-console -- what a failed test needs to be understood
      console.error(`--- ${agent.folder}\n${lines.slice(-60).join("\n")}`);
    }
    throw error;
  } finally {
    await ends.disposeAsync();
  }
}

/** ARNs of the ECS tasks that are wanted running. */
export async function liveArns(site: Site): Promise<string[]> {
  return (await site.live()).map(({ taskArn }) => taskArn);
}

/** Resolves once these ECS tasks are wanted running and no other. */
export function untilLive(
  site: Site,
  wanted: readonly (string | undefined)[],
  seconds = 60,
): Promise<true> {
  return eventually(`these ECS tasks live: ${wanted}`, async () => {
    const live = await liveArns(site);
    return live.length === wanted.length && live.every((arn) => wanted.includes(arn))
      ? true
      : undefined;
  }, { seconds });
}

/** Resolves once the one ECS task that lives is tagged as an allocation's; Nomad may show that one before. */
export function untilTaggedFor(
  site: Site,
  { ID, NodeID }: Pick<Allocation, "ID" | "NodeID">,
): Promise<true> {
  return eventually(`the ECS task is tagged for ${ID} on ${NodeID}`, async () => {
    const [task, ...others] = await site.live();
    const tags = new Map(task?.tags.map(({ key, value }) => [key, value]));
    return others.length === 0 && tags.get("nomad:alloc_id") === ID &&
        tags.get("nomad:node_id") === NodeID
      ? true
      : undefined;
  });
}

/** Resolves once ECS has been asked after tasks again: somebody still looks. */
export async function watched(site: Site): Promise<void> {
  const before = await site.calls("DescribeTasks");
  await eventually(
    "the task is looked at",
    async () => await site.calls("DescribeTasks") > before + 1 ? true : undefined,
  );
}

/** The events of an allocation's only task, as their types and messages. */
export function eventsOf(allocation: Allocation): { type: string; message: string }[] {
  const [state] = Object.values(allocation.TaskStates ?? {});
  return (state?.Events ?? []).map(({ Type, DisplayMessage }) => ({
    type: Type,
    message: DisplayMessage,
  }));
}

/** The exit code that Nomad has of an allocation's only task. */
export function exitCodeOf(allocation: Allocation): number | undefined {
  const [state] = Object.values(allocation.TaskStates ?? {});
  return state?.Events.find(({ Type }) => Type === "Terminated")?.ExitCode;
}

/** Whether the allocation runs. */
export function isRunning({ ClientStatus }: Allocation): boolean {
  return ClientStatus === "running";
}

/** Whether the allocation is over. */
export function isOver({ ClientStatus }: Allocation): boolean {
  return ClientStatus === "complete" || ClientStatus === "failed";
}

import { endHelpers, unmountBelow } from "./nomad_processes.ts";
import { freePort } from "./free_port.ts";
import { eventually, type LoggedProcess, startLogged } from "./process.ts";

/** The part of an allocation that is looked at. */
export type Allocation = {
  ID: string;
  JobID: string;
  NodeID: string;
  ClientStatus: string;
  DesiredStatus: string;
  TaskStates: Record<string, TaskState> | null;
};

/** The state of one of an allocation's tasks. */
export type TaskState = {
  State: string;
  Failed: boolean;
  Events: TaskEvent[];
};

/** One of the Recent Events of a task. */
export type TaskEvent = {
  Type: string;
  DisplayMessage: string;
  ExitCode: number;
  Details: Record<string, string> | null;
};

/** The part of a node that is looked at. */
export type Node = {
  ID: string;
  Status: string;
  NodePool: string;
  NodeResources: { Cpu: { CpuShares: number }; Memory: { MemoryMB: number } };
  Attributes: Record<string, string>;
  Drivers: Record<
    string,
    { Detected: boolean; Healthy: boolean; HealthDescription: string } | undefined
  >;
};

/** A Nomad agent in a process of its own. */
export type Agent = {
  readonly address: string;
  /** Where other agents join. */
  readonly rpc: string;
  readonly folder: string;
  /** Of the process that runs now. */
  pid(): number;
  api<T>(path: string, init?: RequestInit): Promise<T>;
  /** Runs the `nomad` command line against the agent. */
  cli(...args: string[]): Promise<{ code: number; output: string }>;
  /** The node that this agent is the client of, once it is ready. */
  node(): Promise<Node>;
  /** Ends the agent by a signal and resolves when it has ended. */
  stop(signal: Deno.Signal): Promise<void>;
  /** Starts the agent again on the same data. */
  start(): Promise<void>;
  /** Ends everything and removes what the agent left mounted. */
  dispose(): Promise<void>;
  log(): Promise<string>;
};

/** What an agent is started with. */
export type AgentOptions = {
  readonly nomad: string;
  readonly name: string;
  /** Folder of its own: data, log and plugins go there. */
  readonly folder: string;
  /** What the agent is: a server, or a client of one with the plugin as its only driver. */
  readonly role: { kind: "server" } | { kind: "client"; server: string; plugin: string };
  /** Environment of the agent, which its plugins inherit. */
  readonly env: Record<string, string>;
  /** Configuration files that come before the agent's own settings. */
  readonly configFiles?: string[];
  /**
   * The driver's `config`, which may name the address of the agent's own API; null for what the
   * configuration files say.
   */
  readonly driverConfig?:
    | Record<string, unknown>
    | ((address: string) => Record<string, unknown>)
    | null;
  /** More of the `server` block. */
  readonly server?: Record<string, unknown>;
  /** Host and port of a Consul agent; Nomad looks for one on port 8500 where there is none. */
  readonly consul?: string | undefined;
  /** Turns ACLs on, with this management token: a server's is made so, and requests show it. */
  readonly managementToken?: string | undefined;
};

/** A server's settings: a killed client counts as down after seconds, and not after half a minute. */
export const quickHeartbeats = { heartbeat_grace: "3s", min_heartbeat_ttl: "3s" };

/**
 * Starts an agent on loopback. Resolves once its API answers, and a server's once there is a leader
 * that has its keys: a client that registers before that tries again only half a minute later.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { nomad, name, folder, role, driverConfig = null, managementToken } = options;
  const headers: Record<string, string> = managementToken === undefined
    ? {}
    : { "X-Nomad-Token": managementToken };
  const ports = { http: freePort(), rpc: freePort(), serf: freePort() };
  const address = `http://127.0.0.1:${ports.http}`;
  await Deno.mkdir(`${folder}/plugins`, { recursive: true });
  await Deno.mkdir(`${folder}/data`, { recursive: true });
  await Deno.mkdir(`${folder}/tmp`, { recursive: true });
  if (role.kind === "client") {
    await Deno.symlink(role.plugin, `${folder}/plugins/nomad-driver-ecs`);
  }
  const overrides = {
    name,
    data_dir: `${folder}/data`,
    plugin_dir: `${folder}/plugins`,
    bind_addr: "127.0.0.1",
    advertise: { http: "127.0.0.1", rpc: "127.0.0.1", serf: "127.0.0.1" },
    ports,
    disable_update_check: true,
    leave_on_interrupt: false,
    leave_on_terminate: false,
    log_level: "DEBUG",
    ...(managementToken === undefined ? {} : { acl: { enabled: true } }),
    ...(options.consul === undefined ? {} : { consul: { address: options.consul } }),
    // Nomad asks drivers for stats only where it publishes them.
    telemetry: { publish_allocation_metrics: true },
    ...(role.kind === "server"
      ? {
        server: {
          enabled: true,
          bootstrap_expect: 1,
          raft_multiplier: 1,
          ...options.server,
        },
      }
      : {
        client: {
          enabled: true,
          servers: [role.server],
          // Nomad's own choice is the interface of the default route, which a machine offline has not.
          network_interface: "lo",
          max_kill_timeout: "3m",
          options: {
            "driver.allowlist": "ecs",
            "fingerprint.denylist": "env_aws,env_azure,env_gce,env_digitalocean",
          },
        },
      }),
    ...(driverConfig === null ? {} : {
      plugin: [{
        "nomad-driver-ecs": [{
          config: [typeof driverConfig === "function" ? driverConfig(address) : driverConfig],
        }],
      }],
    }),
  };
  const configFile = `${folder}/agent.json`;
  await Deno.writeTextFile(configFile, JSON.stringify(overrides, null, 2));
  const configs = [...options.configFiles ?? [], configFile].flatMap((file) => ["-config", file]);

  let process: LoggedProcess;
  const api = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await fetch(`${address}/v1${path}`, { ...init, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init?.method ?? "GET"} ${path}: ${text}`);
    return JSON.parse(text) as T;
  };
  const start = async () => {
    process = startLogged(nomad, {
      args: ["agent", ...configs],
      env: {
        ...options.env,
        // Nomad's cloud fingerprinter stops the agent where this is set.
        AWS_CA_BUNDLE: "",
        // Where plugins have their sockets, which a killed one leaves.
        TMPDIR: `${folder}/tmp`,
      },
      logFile: `${folder}/agent.log`,
    });
    const ended = process.status.then(async () => {
      throw new Error(
        `the agent ended:\n${(await Deno.readTextFile(`${folder}/agent.log`)).slice(-2_000)}`,
      );
    });
    const answers = role.kind === "client"
      ? eventually("the agent answers", () => api<unknown>("/agent/self"))
      : eventually("the server leads and has its keys", async () => {
        if (await api<string>("/status/leader") === "") return undefined;
        if (managementToken !== undefined) await bootstrap(address, managementToken);
        const response = await fetch(`${address}/v1/operator/keyring/keys`, { headers });
        const keys: unknown = response.ok ? await response.json() : await response.body?.cancel();
        // Nomad before 1.4 has none.
        return response.status === 404 || (Array.isArray(keys) && keys.length > 0)
          ? true
          : undefined;
      });
    await Promise.race([answers, ended]);
    ended.catch(() => {}); // what ends later was told to
  };
  const node = () =>
    eventually(`node ${name} is ready and has fingerprinted the driver`, async () => {
      const self = await api<{ stats: { client?: { node_id?: string } } }>("/agent/self");
      const id = self.stats.client?.node_id;
      if (id === undefined) return undefined;
      const found = await api<Node>(`/node/${id}`);
      return found.Status === "ready" && found.Drivers["ecs"] !== undefined ? found : undefined;
    }, { seconds: 60 });
  const dispose = async () => {
    await process.end(15_000);
    await endHelpers(folder);
    await unmountBelow(folder);
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    address,
    folder,
    rpc: `127.0.0.1:${ports.rpc}`,
    api,
    node,
    start,
    pid: () => process.pid,
    cli: async (...args) => {
      const { code, stdout, stderr } = await new Deno.Command(nomad, {
        args,
        env: {
          NOMAD_ADDR: address,
          ...(managementToken === undefined ? {} : { NOMAD_TOKEN: managementToken }),
        },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
    },
    stop: async (signal) => {
      process.kill(signal);
      await process.status;
    },
    dispose,
    log: () => Deno.readTextFile(`${folder}/agent.log`),
  };
}

/** Makes the server's management token, where it has none yet. */
async function bootstrap(address: string, secret: string): Promise<void> {
  const response = await fetch(`${address}/v1/acl/bootstrap`, {
    method: "POST",
    body: JSON.stringify({ BootstrapSecret: secret }),
  });
  const text = await response.text();
  if (!response.ok && !/already done/.test(text)) throw new Error(`ACL bootstrap: ${text}`);
}

import { type CallOptions, Channel, ChannelCredentials, Metadata } from "@grpc/grpc-js";
import type { Client, ServiceError } from "@grpc/grpc-js";
import { magicCookie } from "../../src/plugin/environment.ts";
import { BasePluginClient } from "../../src/gen/hashicorp/nomad/plugins/base/proto/base.ts";
import { DriverClient } from "../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { HealthClient } from "../../src/gen/grpc/health/v1/health.ts";
import {
  GRPCBrokerClient,
  GRPCControllerClient,
  GRPCStdioClient,
} from "../../src/gen/plugin/plugin.ts";
import { fileURLToPath } from "node:url";

/** The executable that `make plugin` puts into dist/. */
export const pluginPath = fileURLToPath(new URL("../../dist/nomad-driver-ecs", import.meta.url));

/** A plugin process that has shaken hands. */
export type PluginProcess = {
  readonly pid: number;
  /** The fields of the handshake line. */
  readonly handshake: string[];
  /** Milliseconds from the start of the process to the handshake. */
  readonly startup: number;
  /** A new connection with all clients; close it when done. */
  connect(credentials?: ChannelCredentials): PluginConnection;
  /** What the process has logged so far, a JSON object each; its runtime may warn in plain text. */
  logs(): Record<string, unknown>[];
  /** All that standard error has held so far. */
  logText(): string;
  kill(signal: Deno.Signal): void;
  /** Resolves when the process has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** What standard output held besides the handshake; once the process has ended. */
  rest(): Promise<string>;
  /** Kills the process if it still runs. */
  close(): Promise<void>;
};

/** Clients of one connection to a plugin. */
export type PluginConnection = {
  readonly base: BasePluginClient;
  readonly driver: DriverClient;
  readonly health: HealthClient;
  readonly controller: GRPCControllerClient;
  readonly stdio: GRPCStdioClient;
  readonly broker: GRPCBrokerClient;
  close(): void;
};

/** Starts the plugin as a Nomad agent does. Rejects when it ends without a handshake. */
export async function startPlugin(
  env: Record<string, string> = {},
  { executable = pluginPath, stderr = "read" }: {
    executable?: string;
    /** Whether anybody reads the log meanwhile. */
    stderr?: "read" | "unread";
  } = {},
): Promise<PluginProcess> {
  // A plugin that is killed leaves its socket's folder, which goes with this one.
  const folder = await Deno.makeTempDir({ prefix: "plugin-" });
  const started = performance.now();
  const process = new Deno.Command(executable, {
    env: { [magicCookie.name]: magicCookie.value, PLUGIN_UNIX_SOCKET_DIR: folder, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let log = "";
  const logging = stderr === "read"
    ? gather(process.stderr, (text) => log += text)
    : Promise.resolve();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) {
      await logging;
      await Deno.remove(folder, { recursive: true });
      throw new Error(`the plugin ended without a handshake: ${line}${log}`);
    }
    line += value;
  }
  const startup = performance.now() - started;
  const [first = "", ...others] = line.split("\n");
  const handshake = first.split("|");
  const [, , network, address] = handshake;
  const target = network === "unix" ? `unix:${address}` : `${address}`;
  return {
    pid: process.pid,
    handshake,
    startup,
    status: process.status,
    kill: (signal) => process.kill(signal),
    logs: () =>
      log.split("\n").filter((text) => text.startsWith("{")).map((text) => JSON.parse(text)),
    logText: () => log,
    connect: (credentials = ChannelCredentials.createInsecure()) => connect(target, credentials),
    rest: async () => {
      let rest = others.join("\n");
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        rest += next.value;
      }
      return rest;
    },
    close: async () => {
      try {
        process.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended already
      }
      await process.status;
      await logging;
      if (stderr === "unread") await process.stderr.cancel();
      await reader.cancel();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function connect(target: string, credentials: ChannelCredentials): PluginConnection {
  // All services over one connection, as go-plugin's host has them, and it is no other test's.
  const channelOverride = new Channel(target, credentials, {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.default_authority": "localhost",
    "grpc.ssl_target_name_override": "localhost",
  });
  const options = { channelOverride };
  const clients = {
    base: new BasePluginClient(target, credentials, options),
    driver: new DriverClient(target, credentials, options),
    health: new HealthClient(target, credentials, options),
    controller: new GRPCControllerClient(target, credentials, options),
    stdio: new GRPCStdioClient(target, credentials, options),
    broker: new GRPCBrokerClient(target, credentials, options),
  };
  return {
    ...clients,
    close: () => channelOverride.close(),
  };
}

/** A unary call as a promise. */
export function call<Request, Response>(
  client: Client,
  // Of an overloaded method, the last signature is what types are inferred from.
  method: (
    request: Request,
    metadata: Metadata,
    options: Partial<CallOptions>,
    callback: (error: ServiceError | null, response: Response) => void,
  ) => unknown,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) =>
    method.call(
      client,
      request,
      new Metadata(),
      {},
      (error, response) => error === null ? resolve(response) : reject(error),
    )
  );
}

async function gather(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

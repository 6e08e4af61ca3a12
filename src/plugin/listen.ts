import type { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Transport } from "./environment.ts";

/** A server that listens. */
export type Listening = {
  readonly network: "unix" | "tcp";
  /** A socket's path, or `host:port`. */
  readonly address: string;
  /** Removes what listening left in the file system. May be called more than once. */
  remove(): void;
};

/** Binds the server where the host asks. Rejects when no address there can be had. */
export async function listen(
  server: Server,
  transport: Transport,
  credentials: ServerCredentials,
): Promise<Listening> {
  switch (transport.kind) {
    case "unix":
      return await listenUnix(server, transport, credentials);
    case "tcp":
      return await listenTcp(server, transport, credentials);
  }
}

async function listenUnix(
  server: Server,
  { folder, group }: Extract<Transport, { kind: "unix" }>,
  credentials: ServerCredentials,
): Promise<Listening> {
  // A folder of its own, mode 0700: nobody else can reach the socket even before it has a mode.
  const own = await Deno.makeTempDir({
    prefix: "nomad-driver-ecs-",
    ...(folder === undefined ? {} : { dir: folder }),
  }).catch((cause) => {
    const where = folder === undefined ? "TMPDIR" : `PLUGIN_UNIX_SOCKET_DIR=${folder}`;
    throw new Error(`${where}: no folder for the socket can be made there: ${cause}`, { cause });
  });
  const remove = () => {
    try {
      Deno.removeSync(own, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const path = `${own}/plugin.sock`;
  try {
    await bind(server, `unix:${path}`, credentials);
    if (group !== undefined) {
      const id = await groupId(group);
      await Deno.chown(path, null, id);
      await Deno.chmod(path, 0o660);
      await Deno.chown(own, null, id);
      await Deno.chmod(own, 0o750);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { network: "unix", address: path, remove };
}

async function listenTcp(
  server: Server,
  { minPort, maxPort }: Extract<Transport, { kind: "tcp" }>,
  credentials: ServerCredentials,
): Promise<Listening> {
  let refusal: unknown;
  for (let port = minPort; port <= maxPort; port++) {
    try {
      const bound = await bind(server, `127.0.0.1:${port}`, credentials);
      return { network: "tcp", address: `127.0.0.1:${bound}`, remove: () => {} };
    } catch (error) {
      refusal = error;
    }
  }
  throw new Error(`no port from ${minPort} to ${maxPort} on 127.0.0.1 can be bound: ${refusal}`);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) =>
    server.bindAsync(
      address,
      credentials,
      (error, port) => error === null ? resolve(port) : reject(error),
    )
  );
}

async function groupId(group: string): Promise<number> {
  if (/^[0-9]+$/.test(group)) return Number(group);
  const lines = (await Deno.readTextFile("/etc/group")).split("\n");
  const fields = lines.map((line) => line.split(":")).find(([name]) => name === group);
  const id = Number(fields?.[2]);
  if (fields === undefined || !Number.isInteger(id)) {
    throw new Error(`PLUGIN_UNIX_SOCKET_GROUP=${group}: /etc/group has no such group`);
  }
  return id;
}

import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import type { Transport } from "./environment.ts";
import { makeSocketFolder, socketIn } from "./socket_folder.ts";

/** A server that listens. */
export type Listening = {
  readonly network: "unix" | "tcp";
  /** A socket's path, or `host:port`. */
  readonly address: string;
  /** How many connections it has accepted. */
  accepted(): number;
  /** Connects to it. Returns what closes the connection; rejects where none can be had. */
  connect(): Promise<() => void>;
  /** Listens anew at the same address. Open connections stay open. */
  renew(): Promise<void>;
  /** Removes what listening left in the file system. May be called more than once. */
  remove(): void;
};

/** Receives an accepted connection. */
export type OnConnection = (connection: Socket) => void;

/** Listens where the host asks. Rejects when no address there is free. */
export async function listen(
  transport: Transport,
  onConnection: OnConnection,
): Promise<Listening> {
  switch (transport.kind) {
    case "unix":
      return await listenUnix(transport, onConnection);
    case "tcp":
      return await listenTcp(transport, onConnection);
  }
}

async function listenUnix(
  transport: Extract<Transport, { kind: "unix" }>,
  onConnection: OnConnection,
): Promise<Listening> {
  const folder = await makeSocketFolder(transport);
  const path = socketIn(folder.path);
  const door = openDoor(onConnection);
  const open = async () => {
    await door.open({ path });
    await folder.share(path);
  };
  try {
    await open();
  } catch (error) {
    folder.remove();
    throw error;
  }
  return {
    network: "unix",
    address: path,
    accepted: door.accepted,
    connect: () => connect({ transport: "unix", path }),
    renew: open,
    remove: folder.remove,
  };
}

/** Tries the ports in order; a range that begins with 0 leaves the choice to the system. */
async function listenTcp(
  { minPort, maxPort }: Extract<Transport, { kind: "tcp" }>,
  onConnection: OnConnection,
): Promise<Listening> {
  let refusal: unknown;
  const host = "127.0.0.1";
  const door = openDoor(onConnection);
  for (let port = minPort; port <= maxPort; port++) {
    try {
      const bound = await door.open({ host, port });
      return {
        network: "tcp",
        address: `${host}:${bound}`,
        accepted: door.accepted,
        connect: () => connect({ transport: "tcp", hostname: host, port: bound }),
        renew: async () => {
          await door.open({ host, port: bound });
        },
        remove: () => {},
      };
    } catch (error) {
      refusal = error;
    }
  }
  throw new Error(`no port from ${minPort} to ${maxPort} on ${host} can be bound: ${refusal}`);
}

/** A listening server that can be exchanged for another at the same address. */
type Door = {
  /** Listens, in place of the server before. Returns the port, 0 where there is none. */
  open(address: ListenOptions): Promise<number>;
  accepted(): number;
};

function openDoor(onConnection: OnConnection): Door {
  let current: Server | undefined;
  let accepted = 0;
  return {
    accepted: () => accepted,
    open: async (address) => {
      // Accepted connections belong to gRPC and outlive the listening server.
      current?.close();
      current = undefined;
      const server = createServer({ noDelay: true }, (connection) => {
        accepted += 1;
        onConnection(connection);
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once("error", reject);
      server.listen(address, resolve);
      await promise;
      server.off("error", reject);
      current = server;
      const bound = server.address();
      return typeof bound === "object" && bound !== null ? bound.port : 0;
    },
  };
}

async function connect(
  address: Deno.ConnectOptions | Deno.UnixConnectOptions,
): Promise<() => void> {
  const connection =
    await (address.transport === "unix" ? Deno.connect(address) : Deno.connect(address));
  return () => connection.close();
}

import type { Transport } from "./environment.ts";

/** A folder that holds only the plugin's socket. */
export type SocketFolder = {
  readonly path: string;
  /** Lets the host's group, where it names one, use the socket at `path`. */
  share(path: string): Promise<void>;
  /** Removes the folder. May be called more than once. */
  remove(): void;
};

/** Bytes of a socket's path: the system's field for it has 104 (macOS) or 108, with a zero at its end. */
const longestPath = 103;
/** The highest group id; the number above it means "leave it as it is" to chown. */
const lastGroup = 2 ** 32 - 2;

/**
 * Makes the folder where the host asks, with mode 0700, so that nobody else can reach the socket before
 * it has its own mode. Where the path does not fit into the handshake or a socket's address, the folder is
 * in /tmp. Rejects where no folder can be made, and for a group that does not exist.
 */
export async function makeSocketFolder(
  { folder, group }: Extract<Transport, { kind: "unix" }>,
): Promise<SocketFolder> {
  const id = group === undefined ? undefined : await groupId(group);
  const path = await makeFolder(folder);
  return {
    path,
    share: async (socket) => {
      if (id === undefined) return;
      await Deno.chown(socket, null, id);
      await Deno.chmod(socket, 0o660);
      await Deno.chown(path, null, id);
      await Deno.chmod(path, 0o750);
    },
    remove: () => {
      try {
        Deno.removeSync(path, { recursive: true });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}

/** The socket's path in its folder. */
export function socketIn(folder: string): string {
  return `${folder}/plugin.sock`;
}

async function makeFolder(wanted: string | undefined): Promise<string> {
  const prefix = "nomad-driver-ecs-";
  const made = await Deno.makeTempDir({ prefix, ...(wanted === undefined ? {} : { dir: wanted }) })
    .catch((cause) => {
      const where = wanted === undefined ? "TMPDIR" : `PLUGIN_UNIX_SOCKET_DIR=${wanted}`;
      throw new Error(`${where}: no folder for the socket can be made there: ${cause}`, { cause });
    });
  if (canBeTold(socketIn(made))) return made;
  await Deno.remove(made);
  return await Deno.makeTempDir({ prefix, dir: "/tmp" });
}

/** Whether a path fits into a field of the handshake, which `|` separates, and a socket's address. */
function canBeTold(path: string): boolean {
  // deno-lint-ignore no-control-regex -- a line feed would end the handshake
  return !/[|\x00-\x1f]/.test(path) && new TextEncoder().encode(path).length <= longestPath;
}

async function groupId(group: string): Promise<number> {
  const refused = (why: string) => new Error(`PLUGIN_UNIX_SOCKET_GROUP=${group}: ${why}`);
  const isNumber = /^[0-9]+$/.test(group);
  const id = Number(isNumber ? group : await idOfName(group));
  if (Number.isNaN(id)) throw refused("/etc/group has no such group");
  if (!Number.isInteger(id) || id > lastGroup) {
    throw refused(`a group's id must be from 0 to ${lastGroup}`);
  }
  return id;
}

/** The id of a group by its name, in digits, from /etc/group; undefined where it is not there. */
async function idOfName(group: string): Promise<string | undefined> {
  const lines = (await Deno.readTextFile("/etc/group")).split("\n");
  const fields = lines.map((line) => line.split(":")).find(([name]) => name === group);
  return fields?.[2];
}

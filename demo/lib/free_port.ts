/**
 * Ports a server may be given: below Linux's default range for outgoing connections
 * (net.ipv4.ip_local_port_range), so that no connection takes one while its server is down.
 */
const serverPorts = { first: 15_000, count: 15_000 };
/** Ports that one user of this module has to itself, the first of which shows others that it has them. */
const blockSize = 300;

/**
 * The first port of this module's own block, which is listened on for as long as the module lives: a test of
 * another file, or another demo, gives out ports of another block. A server's port stays its own also while
 * the server is not up yet, or down for a while.
 */
const block = reserveBlock();
let given = 0;

function reserveBlock(): number {
  const blocks = serverPorts.count / blockSize;
  const start = Math.floor(Math.random() * blocks);
  for (let at = 0; at < blocks; at++) {
    const port = serverPorts.first + (start + at) % blocks * blockSize;
    if (listenOn(port) !== undefined) return port;
  }
  const { first, count } = serverPorts;
  throw new Error(`no ${blockSize} free ports between ${first} and ${first + count - 1}`);
}

/** A TCP port of loopback that was free a moment ago, other than the last 298 that this gave out. */
export function freePort(): number {
  for (let attempt = 1; attempt < blockSize; attempt++) {
    const port = block + 1 + given++ % (blockSize - 1);
    const listener = listenOn(port);
    if (listener === undefined) continue;
    listener.close();
    return port;
  }
  throw new Error(`no free port between ${block + 1} and ${block + blockSize - 1}`);
}

/** Undefined where somebody else listens there. */
function listenOn(port: number): Deno.Listener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

/** A child process whose output goes to a file. */
export type LoggedProcess = {
  readonly pid: number;
  readonly logFile: string;
  kill(signal: Deno.Signal): void;
  readonly status: Promise<Deno.CommandStatus>;
  /** Sends SIGTERM, and SIGKILL when that has not ended it within `patience` milliseconds. */
  end(patience?: number): Promise<void>;
};

/** Starts a program with its output appended to `logFile`. */
export function startLogged(
  command: string,
  { args, env, logFile }: { args: string[]; env: Record<string, string>; logFile: string },
): LoggedProcess {
  const process = new Deno.Command("sh", {
    // The shell only opens the file: exec leaves the program itself under this pid.
    args: ["-c", `exec "$@" >>"$LOG_FILE" 2>&1`, "sh", command, ...args],
    env: { ...env, LOG_FILE: logFile },
    stdin: "null",
  }).spawn();
  const kill = (signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
  };
  return {
    pid: process.pid,
    logFile,
    kill,
    status: process.status,
    end: async (patience = 10_000) => {
      kill("SIGTERM");
      const timer = setTimeout(() => kill("SIGKILL"), patience);
      await process.status;
      clearTimeout(timer);
    },
  };
}

/**
 * Polls until `look` gives a value. Rejects after `seconds`, with what `look` last threw if it did.
 * For what tells nobody when it happens.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { seconds = 60, every = 100 }: { seconds?: number; every?: number } = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  let trouble: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await look();
      if (value !== undefined) return value;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(
    `not within ${seconds} s: ${what}${trouble === undefined ? "" : ` (${trouble})`}`,
  );
}

/**
 * Ports a server may be given: below Linux's default range for outgoing connections
 * (net.ipv4.ip_local_port_range), so that no connection takes one while its server is down.
 */
const SERVER_PORTS = { first: 15_000, count: 15_000 };
const givenPorts = new Set<number>();

/** A TCP port of loopback that was free a moment ago and that this process has not given out. */
export function freePort(): number {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const port = SERVER_PORTS.first + Math.floor(Math.random() * SERVER_PORTS.count);
    if (givenPorts.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) continue;
      throw error;
    }
    givenPorts.add(port);
    return port;
  }
  const { first, count } = SERVER_PORTS;
  throw new Error(`no free port between ${first} and ${first + count - 1}`);
}

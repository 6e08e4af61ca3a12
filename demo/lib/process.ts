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
 * Runs a script in a session of its own, with this process's output, and answers its exit status.
 * Ctrl-C reaches all of a terminal's processes at once, and with agents and ECS gone nothing could
 * be stopped through them: so the signal is passed on to the script alone. The script's standard
 * input ends with this process.
 */
export async function runApart(script: string, args: string[]): Promise<number> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "-A", script, ...args],
    stdin: "piped",
    detached: true,
  }).spawn();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => process.kill(signal));
  }
  return (await process.status).code;
}

/** Aborts when a signal asks this process to end, and when the one that ran it apart has gone. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error("interrupted"));
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", interrupt);
  Deno.stdin.readable.pipeTo(new WritableStream()).finally(interrupt);
  return interrupted.signal;
}

/** What `work` gives, or the signal's reason as soon as it aborts. */
export function unless<T>(interrupted: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(interrupted.reason);
    if (interrupted.aborted) abort();
    else interrupted.addEventListener("abort", abort, { once: true });
  });
  return Promise.race([work, aborted]);
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

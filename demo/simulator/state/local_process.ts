/** A local process that leads a session of its own, so that a signal reaches its children too. */
export type LocalProcess = {
  readonly child: Deno.ChildProcess;
  /** The exit code, or 128 and the number of the signal that ended the process, as in a shell. */
  readonly exitCode: Promise<number>;
  /** Sends a signal to the process and all its children. It does nothing once they are gone. */
  signal(signal: Deno.Signal): void;
  /** Sends a signal to the process and none of its children. */
  signalFirst(signal: Deno.Signal): void;
};

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/**
 * Starts a program with this environment, and with nothing else of the simulator's own.
 *
 * @throws what `Deno.Command` throws if `setsid` cannot be run.
 */
export function startProcess(
  [program = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  output: "piped" | "null",
): LocalProcess {
  const child = new Deno.Command("setsid", {
    args: ["--wait", program, ...args],
    clearEnv: true,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/", ...environment },
    stdin: "null",
    stdout: output,
    stderr: output,
  }).spawn();
  return {
    child,
    exitCode: child.status.then(({ code, signal }) =>
      signal === null ? code : 128 + (signalNumbers[signal] ?? 0)
    ),
    // After setsid the process leads a group. A negative id names the group.
    signal: (signal) => send(signal, [-child.pid, child.pid]),
    signalFirst: (signal) => send(signal, [child.pid]),
  };
}

/** Sends a signal to the first of these that there is. */
function send(signal: Deno.Signal, pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, signal);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
    }
  }
}

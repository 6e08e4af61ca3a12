import { type Libc, loadLibc, type Master, openMaster } from "./libc.ts";

/** A command that runs on a pseudo-terminal. */
export type Terminal = {
  readonly master: Master;
  /** Ends the command and all that it started. */
  kill(): Promise<void>;
  /** Resolves when all of it has ended. */
  readonly ended: Promise<void>;
};

/** What a command is started with. */
export type TerminalOptions = {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Called when the command signals process 1 of its container. */
  readonly signalled: (signal: string) => void;
};

/** Starts commands on pseudo-terminals. */
export type Terminals = {
  /** Throws an `Error` if the command cannot be executed. */
  start(options: TerminalOptions): Promise<Terminal>;
  /** Call it when the last terminal has ended. */
  close(): void;
};

/** Signals that process 1 hands on. */
const signals = ["HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "WINCH", "CONT"];

/**
 * Process 1 of the command's own process namespace stands for that of the container: it reports the
 * signals that it gets as lines. The command has a session of its own with the terminal, so that
 * Ctrl-C reaches the command alone. The namespace ends with the command, and so do its children.
 */
const init = `
for signal in ${signals.join(" ")}; do trap "echo $signal" $signal; done
echo ready
env -u SIMULATED_TERMINAL --default-signal=INT,QUIT setsid --ctty --wait "$@" <>"$SIMULATED_TERMINAL" >&0 2>&1 &
while :; do
  wait $!
  kill -0 $! 2>/dev/null || exit 0
done`;

/** Makes it. libc is loaded with the first terminal. */
export function createTerminals(): Terminals {
  let libc: Libc | undefined;
  let isolation: Promise<readonly string[]> | undefined;
  return {
    start: async (options) => {
      const path = options.environment["PATH"] ?? defaultPath;
      const [program = ""] = options.words;
      await findProgram(program, path);
      libc ??= loadLibc();
      isolation ??= findIsolation();
      const way = await isolation;
      const master = openMaster(libc);
      if (way[0] === "setpriv") await Deno.chown(master.slave, unprivileged, null);
      return run(master, way, options);
    },
    close: () => {
      libc?.close();
      libc = undefined;
    },
  };
}

/** The user `nobody`. */
const unprivileged = 65_534;
const defaultPath = "/usr/local/bin:/usr/bin:/bin";

function run(
  master: Master,
  isolation: readonly string[],
  { words, environment, signalled }: TerminalOptions,
): Terminal {
  const [command = "sh", ...args] = isolation;
  const child = new Deno.Command(command, {
    args: [...args, "sh", "-c", init, "init", ...words],
    clearEnv: true,
    env: {
      PATH: defaultPath,
      HOME: "/",
      LANG: "C.UTF-8",
      ...environment,
      TERM: "xterm-256color",
      SIMULATED_TERMINAL: master.slave,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const ready = Promise.withResolvers<void>();
  const heard = hear(child.stdout, (line) => {
    if (line === "ready") ready.resolve();
    if (signals.includes(line)) signalled(`SIG${line}`);
  }).then(ready.resolve);
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
  };
  return {
    master,
    // Process 1 is bound to die with its parent only once it runs.
    kill: () => ready.promise.then(kill),
    ended: Promise.all([child.status, heard]).then(master.closeSlave),
  };
}

async function hear(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}

/**
 * How a command is kept away from this machine's process 1: by a process namespace; where the system
 * allows none, by a user that may signal nobody else's processes.
 */
async function findIsolation(): Promise<readonly string[]> {
  const ways = [
    ["unshare", "--pid", "--fork", "--kill-child=SIGKILL"],
    ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child=SIGKILL"],
    ["setpriv", `--reuid=${unprivileged}`, "--clear-groups"],
  ];
  for (const way of ways) {
    const [command = "", ...args] = way;
    const { success } = await new Deno.Command(command, {
      args: [...args, "true"],
      stdout: "null",
      stderr: "null",
    }).output().catch(() => ({ success: false }));
    if (success) return way;
  }
  if (Deno.uid() === 0) {
    throw new Error("commands cannot be kept away from this machine's own process 1");
  }
  return ["env"];
}

/** Throws an `Error` in the words of the SSM agent where a program cannot be executed. */
async function findProgram(program: string, path: string): Promise<void> {
  const places = program.includes("/")
    ? [program]
    : path.split(":").map((at) => `${at}/${program}`);
  for (const place of places) {
    const { isFile, mode } = await Deno.stat(place).catch(() => ({ isFile: false, mode: 0 }));
    if (isFile && ((mode ?? 0) & 0o111) !== 0) return;
  }
  throw new Error(
    program.includes("/")
      ? `Failed to start pty: fork/exec ${program}: no such file or directory`
      : `Failed to start pty: exec: "${program}": executable file not found in $PATH`,
  );
}

import { unless } from "./process.ts";

/** What a command printed, standard error after standard output, and its exit code. */
export type Printed = { readonly code: number; readonly output: string };

/** Where commands run. */
export type Shell = {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly interrupted: AbortSignal;
};

/** Runs a line of shell to its end. An interruption ends the command, and rejects. */
export async function runLine(
  { folder, env, interrupted }: Shell,
  line: string,
): Promise<Printed> {
  const child = new Deno.Command("sh", {
    args: ["-c", line],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const finished = child.output();
  try {
    const { code, stdout, stderr } = await unless(interrupted, finished);
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    endQuietly(child);
    await finished;
    throw error;
  }
}

/** What a command has printed to standard output so far. */
export type Followed = {
  text(): string;
  /** Resolves once the command has printed all. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
};

/** Reads what a command prints until it ends or `stop` is called. For commands that follow. */
export function follow({ folder, env }: Omit<Shell, "interrupted">, line: string): Followed {
  const child = new Deno.Command("sh", {
    // exec leaves the command itself under the pid that is ended.
    args: ["-c", `exec ${line}`],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  const ended = (async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) text += part;
  })();
  return {
    text: () => text,
    ended,
    stop: async () => {
      endQuietly(child);
      await child.status;
      await ended;
    },
  };
}

function endQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended already
  }
}

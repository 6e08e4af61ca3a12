import { systemClock } from "../clock.ts";
import { systemFiles } from "../files.ts";
import { exitCodes } from "./exit_codes.ts";
import type { Host, Output } from "./host.ts";
import { runCli } from "./main.ts";

/** Runs a person's command on this machine. Resolves to the exit status. */
export async function startCli(
  args: readonly string[],
  given: Pick<Host, "version" | "environment" | "connectAws" | "connectNomad">,
): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error("the person has ended the command"));
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    return await runCli({
      ...given,
      readFile: Deno.readTextFile,
      files: systemFiles,
      clock: systemClock,
      random: Math.random,
      stdout: outputTo(Deno.stdout),
      stderr: outputTo(Deno.stderr),
      signal: interrupted.signal,
    }, args);
  } catch (error) {
    // The reader has had enough, as `head` has.
    if (error instanceof Deno.errors.BrokenPipe) return exitCodes.ok;
    throw error;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

function outputTo(stream: typeof Deno.stdout | typeof Deno.stderr): Output {
  return {
    isTerminal: stream.isTerminal(),
    write: async (text) => {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(await stream.write(rest));
    },
  };
}

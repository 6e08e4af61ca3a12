import { connectAws } from "../aws/client.ts";
import { type AwsHost, endpointIn } from "../aws/host.ts";
import { identityOf, simulatePassRole } from "../aws/identity.ts";
import { systemClock } from "../clock.ts";
import { systemFiles } from "../files.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import { Ended, type Host, type Keyboard, type Output } from "./host.ts";
import { runCli } from "./main.ts";

/** Runs a person's command on this machine. Resolves to the exit status. */
export async function startCli(
  args: readonly string[],
  { awsHost, ...given }: Pick<Host, "version" | "environment" | "connectNomad"> & {
    readonly awsHost: AwsHost;
  },
): Promise<number> {
  const personsHost = withEndpoints(awsHost, given.environment);
  const interrupted = new AbortController();
  const ignore = listenToSignals((exitCode) => {
    // A second signal is for a person who does not want to wait for the end.
    if (interrupted.signal.aborted) Deno.exit(exitCode);
    interrupted.abort(new Ended("the person has ended the command", exitCode));
  });
  try {
    return await runCli({
      ...given,
      connectAws: (target) => connectAws(target, awsHost),
      identify: (target, signal) => identityOf(target, personsHost, signal),
      simulatePassRole: (target, asked, signal) =>
        simulatePassRole(target, personsHost, asked, signal),
      readFile: Deno.readTextFile,
      files: systemFiles,
      clock: systemClock,
      random: Math.random,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      stdin: keyboard,
      // A command goes on without a reader, and keeps its own exit status. One that waits for more, as with
      // --watch, ends by this signal.
      stdout: standardOutput(() =>
        interrupted.abort(new Ended("nobody reads any more", exitCodes.ok))
      ),
      // Where errors cannot be told, the exit status still is.
      stderr: outputTo(Deno.stderr, () => {}),
      signal: interrupted.signal,
    }, args);
  } finally {
    ignore();
  }
}

/** Calls back with the exit status of each signal that ends a command. Returns a function that removes the listener. */
function listenToSignals(onSignal: (exitCode: number) => void): () => void {
  const statuses: [Deno.Signal, number][] = [
    ["SIGINT", exitCodes.interrupted],
    ["SIGTERM", exitCodes.terminated],
    ["SIGHUP", exitCodes.hungUp],
  ];
  // Windows has the first only.
  const listeners = statuses.slice(0, Deno.build.os === "windows" ? 1 : undefined).map(
    ([signal, exitCode]) => ({ signal, listener: () => onSignal(exitCode) }),
  );
  for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
  };
}

const keyboard: Keyboard = {
  isTerminal: Deno.stdin.isTerminal(),
  pieces: () => Deno.stdin.readable,
  enterRaw: () => {
    Deno.stdin.setRaw(true);
    return () => Deno.stdin.setRaw(false);
  },
  size: () => {
    try {
      return Deno.consoleSize();
    } catch {
      // No terminal.
      return undefined;
    }
  },
  onResize: (listener) => {
    // Windows has no such signal.
    if (Deno.build.os === "windows") return () => {};
    Deno.addSignalListener("SIGWINCH", listener);
    return () => Deno.removeSignalListener("SIGWINCH", listener);
  },
};

/** STS and IAM where the environment has them, as the SDK's own clients find them. */
function withEndpoints(host: AwsHost, environment: Host["environment"]): AwsHost {
  const of = (service: string) => endpointIn(environment, service);
  return { ...host, endpoints: { ...host.endpoints, sts: of("STS"), iam: of("IAM") } };
}

/**
 * Standard output, which tells when its reader has gone. Rejects with a `CliError` where it cannot be written to,
 * as where a disk is full.
 */
function standardOutput(onGone: () => void): Output {
  return outputTo(Deno.stdout, (error) => {
    if (error instanceof Deno.errors.BrokenPipe) return onGone();
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`cannot write to standard output: ${why}`, exitCodes.found, {
      cause: error,
    });
  });
}

/** Writes to a stream until that fails, which is told once. */
function outputTo(
  stream: typeof Deno.stdout | typeof Deno.stderr,
  onFailure: (error: unknown) => void,
): Output {
  let isGone = false;
  return {
    isTerminal: stream.isTerminal(),
    write: async (data) => {
      let rest = typeof data === "string" ? new TextEncoder().encode(data) : data;
      while (rest.length > 0 && !isGone) {
        const written = await stream.write(rest).catch((error) => {
          isGone = true;
          onFailure(error);
          return 0;
        });
        rest = rest.subarray(written);
      }
    },
  };
}

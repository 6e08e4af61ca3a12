import type { LogSink } from "./log.ts";

/** A sink that never waits for its reader. */
export type PatientSink = LogSink & {
  /** Resolves once everything that was kept is written, or cannot be. */
  written(): Promise<void>;
};

/** Most characters of lines that are kept while nobody reads, besides those being written. */
export const queueLimit = 1024 * 1024;

/**
 * A sink over a pipe that may block its writer, as standard error does when an agent hangs or has died.
 * Calls go on, and lines are kept up to a bound. Further lines are dropped; `lost` gives the line that
 * says how many.
 */
export function createPatientSink(
  write: (bytes: Uint8Array) => Promise<number>,
  lost: (lines: number) => string,
): PatientSink {
  let queue: string[] = [];
  let size = 0;
  let dropped = 0;
  let writing: Promise<void> | undefined;

  const next = (): string => {
    const text = queue.join("") + (dropped === 0 ? "" : lost(dropped));
    queue = [];
    size = 0;
    dropped = 0;
    return text;
  };

  const writeAll = async (): Promise<void> => {
    while (queue.length > 0) {
      let rest = new TextEncoder().encode(next());
      while (rest.length > 0) rest = rest.subarray(await write(rest));
    }
  };

  const start = () => {
    // The pipe is closed: nobody can be told.
    writing = writeAll().catch(() => {}).then(() => {
      writing = undefined;
      if (queue.length > 0) start();
    });
  };

  return {
    write: (line) => {
      if (size + line.length > queueLimit) {
        dropped += 1;
        return;
      }
      queue.push(line);
      size += line.length;
      if (writing === undefined) start();
    },
    written: async () => {
      while (writing !== undefined) await writing;
    },
  };
}

/** Standard error. */
export function stderrSink(now: () => Date): PatientSink {
  return createPatientSink(
    (bytes) => Deno.stderr.write(bytes),
    (lines) =>
      JSON.stringify({
        "@level": "warn",
        "@message": "lines of the log were dropped because nobody read them",
        "@module": "ecs",
        "@timestamp": now().toISOString().replace("Z", "000Z"),
        lines,
      }) + "\n",
  );
}

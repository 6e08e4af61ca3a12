import { joined } from "../../src/bytes.ts";
import type { LogDisk, Pipe } from "../../src/logs/disk.ts";

/**
 * What becomes of a FIFO's bytes:
 * - `reads`: its reader writes them to the log file at once, as Nomad's `logmon`;
 * - `sleeps`: they stay in the FIFO, and its reader may wake;
 * - `deaf`: they stay in it for good, as all its writers had gone;
 * - `none`: nobody has it open.
 */
export type ReaderState = "reads" | "sleeps" | "deaf" | "none";

/** A disk with the FIFOs and log files of tasks, whose readers a test decides about. */
export type FakeDisk = LogDisk & {
  readonly files: Map<string, Uint8Array>;
  /** Sets what all readers do. One that reads takes what stands in its FIFO. */
  readers(state: ReaderState): void;
  /** Ends the process that writes: readers that it had are deaf. */
  killWriter(): void;
  /** A file's text. */
  text(path: string): string;
  /** Makes every call fail with this error; undefined for none. */
  fault: Error | undefined;
};

/** Bytes that a FIFO holds. */
const capacity = 65_536;

/** Makes an empty disk, on which every path that ends with `.fifo` is a FIFO. */
export function createFakeDisk(): FakeDisk {
  const files = new Map<string, Uint8Array>();
  const pipes = new Map<string, Uint8Array>();
  let state: ReaderState = "reads";
  const fileOf = (fifo: string) => fifo.replace(/\/\.([^/]+)\.fifo$/, "/$1.0");
  const append = (path: string, bytes: Uint8Array) =>
    files.set(path, joined(files.get(path) ?? new Uint8Array(), bytes));
  const drain = (path: string): Uint8Array => {
    const bytes = pipes.get(path) ?? new Uint8Array();
    pipes.set(path, new Uint8Array());
    return bytes;
  };
  const read = () => {
    if (state !== "reads") return;
    for (const path of pipes.keys()) append(fileOf(path), drain(path));
  };
  const fileAt = (path: string): Uint8Array => {
    const bytes = files.get(path);
    if (bytes === undefined) throw codedError("ENOENT", path);
    return bytes;
  };
  const checked = <T>(work: () => T): Promise<T> =>
    disk.fault === undefined
      ? new Promise((resolve) => resolve(work()))
      : Promise.reject(disk.fault);
  const open = (path: string): Pipe | "no reader" => {
    if (state === "none") return "no reader";
    if (!pipes.has(path)) pipes.set(path, new Uint8Array());
    return {
      write: (bytes) => {
        if (state === "none") return "no reader";
        const held = pipes.get(path) ?? new Uint8Array();
        const taken = bytes.subarray(0, capacity - held.length);
        pipes.set(path, joined(held, taken));
        read();
        return taken.length;
      },
      close: () => {},
    };
  };

  const disk: FakeDisk = {
    files,
    fault: undefined,
    readers: (next) => {
      state = next;
      read();
    },
    killWriter: () => state = pipes.size > 0 ? "deaf" : state,
    text: (path) => new TextDecoder().decode(files.get(path)),
    openPipe: (path) => checked(() => open(path)),
    touchPipe: (path) => {
      if (disk.fault !== undefined) throw disk.fault;
      if (open(path) === "no reader") throw codedError("ENXIO", path);
    },
    drainPipe: (path) => checked(() => drain(path)),
    list: (folder) =>
      checked(() =>
        [...files.keys()].filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1))
      ),
    size: (path) => checked(() => files.get(path)?.length),
    read: (path, offset, most) => checked(() => fileAt(path).slice(offset, offset + most)),
    append: (path, bytes) => checked(() => void append(path, bytes)),
    empty: (path) =>
      checked(() => {
        fileAt(path);
        files.set(path, new Uint8Array());
      }),
    readText: (path) =>
      checked(() => {
        const bytes = files.get(path);
        return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
      }),
    replaceText: (path, text) =>
      checked(() => void files.set(path, new TextEncoder().encode(text))),
  };
  return disk;
}

/** An error as the system has it. */
function codedError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

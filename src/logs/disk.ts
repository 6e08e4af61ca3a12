/**
 * The files and FIFOs that logs are written to. What writes logs takes a `LogDisk`, so that a test can
 * own the disk, and the readers of FIFOs.
 *
 * All tasks of an allocation can write to the folder with the FIFOs and log files. A task may put a link
 * to a file of the client there, which the driver, as root, would then read or write for that task. It may
 * put a link in the place of the folder, too. So no link is followed, nothing but a FIFO and a plain file is
 * used, and no byte is read or written before the folder is proven to be no link (`own_folder.ts`). The names
 * and sizes of files are not proven: they decide only about the log of the task itself.
 */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { joined } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import { unlessMissing } from "../files.ts";
import { notOwn, openedInFolder, refuseLinkedFolder } from "./own_folder.ts";

/** A FIFO that is open for writing. */
export type Pipe = {
  /**
   * Writes as many bytes as fit without waiting, in pieces that the FIFO takes whole or not at all.
   * Returns how many; `no reader` where nobody has the FIFO open for reading.
   */
  write(bytes: Uint8Array): number | "no reader";
  close(): void;
};

/** What is done with files and FIFOs. Nothing here waits for a reader. */
export type LogDisk = {
  /** Opens a FIFO for writing. Rejects where that cannot be, as where there is no such file. */
  openPipe(path: string): Promise<Pipe | "no reader">;
  /**
   * Opens a FIFO for writing and closes it, for a reader that waits for the first writer. Throws where that
   * cannot be.
   */
  touchPipe(path: string): void;
  /** Takes out what stands in a FIFO and nobody has read. */
  drainPipe(path: string): Promise<Uint8Array>;
  /** Names of the files in a folder. */
  list(folder: string): Promise<string[]>;
  /** Bytes of a file; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** A file's bytes from an offset on, at most `most` of them. */
  read(path: string, offset: number, most: number): Promise<Uint8Array>;
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Takes all bytes out of a file. Rejects where there is no such file. */
  empty(path: string): Promise<void>;
  /** A file's text; undefined where there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** Writes a file in place of the one that was there, in full or not at all. */
  replaceText(path: string, text: string): Promise<void>;
};

/**
 * Most bytes that a FIFO takes whole or not at all: Linux's PIPE_BUF. Deno's `writeSync` repeats a write that
 * was cut short, and throws EAGAIN without a word of what it has written.
 */
const wholeWrite = 4_096;
/** Most bytes that stand in a FIFO, by far: Linux's default is 64 KB, and its limit 1 MB. */
const mostInPipe = 4 * 1024 ** 2;

/** The machine's own files. */
export function systemLogDisk(clock: Clock): LogDisk {
  return { ...plainFiles, ...provenFiles(clock) };
}

/** What is done with FIFOs and log files, each proven to be in the folder that its path names. */
function provenFiles(
  clock: Clock,
): Pick<LogDisk, "openPipe" | "touchPipe" | "drainPipe" | "read" | "append" | "empty"> {
  const fifo = (path: string, access: number) =>
    openedInFolder(path, clock, { open: () => openFifo(path, access), close: closeSync });
  const file = (path: string, access: number) =>
    openedInFolder(path, clock, {
      open: () => openFile(path, access),
      close: (file) => file.close(),
    });
  return {
    openPipe: async (path) => {
      try {
        return pipeOf(await fifo(path, constants.O_WRONLY));
      } catch (error) {
        if (codeOf(error) === "ENXIO") return "no reader";
        throw error;
      }
    },
    // No byte is written, so that this needs no proof and does not wait for one.
    touchPipe: (path) => {
      refuseLinkedFolder(path);
      closeSync(openFifo(path, constants.O_WRONLY));
    },
    drainPipe: async (path) => {
      const fd = await fifo(path, constants.O_RDONLY);
      try {
        return drained(fd);
      } finally {
        closeSync(fd);
      }
    },
    read: async (path, offset, most) => {
      await using opened = await file(path, constants.O_RDONLY);
      const { size } = await opened.stat();
      const bytes = new Uint8Array(Math.max(0, Math.min(most, size - offset)));
      let length = 0;
      while (length < bytes.length) {
        const left = bytes.length - length;
        const { bytesRead } = await opened.read(bytes, length, left, offset + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.subarray(0, length);
    },
    append: async (path, bytes) => {
      const { O_WRONLY, O_APPEND, O_CREAT } = constants;
      await using opened = await file(path, O_WRONLY | O_APPEND | O_CREAT);
      await opened.writeFile(bytes);
    },
    // Emptied, not removed: a file is removed by its name, which is not proven. Nomad removes the empty ones.
    empty: async (path) => {
      await using opened = await file(path, constants.O_WRONLY);
      await opened.truncate(0);
    },
  };
}

/** What is done with names, and with files in a folder that no task can write to. */
const plainFiles: Pick<LogDisk, "list" | "size" | "readText" | "replaceText"> = {
  list: async (folder) => {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    return names;
  },
  size: (path) =>
    unlessMissing(async () => {
      const { isFile, size } = await Deno.lstat(path);
      if (!isFile) throw notOwn(path, "plain file");
      return size;
    }),
  readText: (path) => unlessMissing(() => Deno.readTextFile(path)),
  replaceText: async (path, text) => {
    const unfinished = `${path}.new`;
    await Deno.writeTextFile(unfinished, text, { mode: 0o600 });
    await Deno.rename(unfinished, path);
  },
};

/** Opens a FIFO without waiting for its other end. Throws for anything else that has its path. */
function openFifo(path: string, access: number): number {
  const fd = openSync(path, access | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw notOwn(path, "FIFO");
}

/** Opens a plain file, with a log file's permissions where it is made. Rejects for anything else. */
async function openFile(path: string, access: number): Promise<FileHandle> {
  // Without O_NONBLOCK, a FIFO in the file's place would hold a thread for ever.
  const file = await open(path, access | constants.O_NONBLOCK | constants.O_NOFOLLOW, 0o644);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notOwn(path, "plain file");
}

/** The bytes that stand in a FIFO. */
function drained(fd: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < mostInPipe;) {
    const piece = new Uint8Array(65_536);
    const read = readWithoutWaiting(fd, piece);
    if (read === 0) break;
    length += read;
    pieces.push(piece.subarray(0, read));
  }
  return joined(...pieces);
}

function pipeOf(fd: number): Pipe {
  return {
    write: (bytes) => {
      let written = 0;
      while (written < bytes.length) {
        const piece = wholeLines(bytes.subarray(written, written + wholeWrite));
        try {
          written += writeSync(fd, piece, 0, piece.length, null);
        } catch (error) {
          const code = codeOf(error);
          if (code === "EAGAIN") break;
          if (code === "EPIPE") return written > 0 ? written : "no reader";
          throw error;
        }
      }
      return written;
    },
    close: () => closeSync(fd),
  };
}

/**
 * The lines that are whole in these bytes; all of them where none is. A process that is killed between two
 * writes then seldom leaves half a line.
 */
function wholeLines(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(10);
  return end < 0 ? bytes : bytes.subarray(0, end + 1);
}

/** Reads what is there; 0 where nothing is. */
function readWithoutWaiting(fd: number, into: Uint8Array): number {
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return 0;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}

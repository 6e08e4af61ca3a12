import type { Clock } from "../clock.ts";
import type { LogDisk, Pipe } from "./disk.ts";
import {
  bytesBetween,
  endOf,
  type LogmonFiles,
  logmonFiles,
  pathOf,
  type Place,
  textBehind,
} from "./logmon_files.ts";

const none = new Uint8Array();

/** How far an output was written: so many bytes after a place in Nomad's log files. */
export type Written = { readonly base: Place; readonly bytes: number };

/** Most bytes that are written at one time. */
const mostAtOnce = 64 * 1024;
/** Milliseconds between two looks at whether what was written has arrived. */
const lookInterval = 200;
/**
 * Milliseconds for which nothing arrives of what was written before the reader counts as deaf. A `logmon`
 * that reads writes to its file each 100 ms.
 */
const deafAfter = 3_000;
/** Milliseconds after which a deaf reader is tried again: an agent's restart gives the task a new one. */
const retryPipe = 60_000;
/** Size at which another file is begun, and how many are kept, while `logmon` does neither: its defaults. */
const fileLimit = 10 * 1024 ** 2;
const mostFiles = 10;
/** Milliseconds in which a `logmon` that has bytes to write writes some. */
const settleTime = 500;
/** Looks after which a file that still grows is taken as it is: somebody else writes to it. */
const mostLooks = 20;

/**
 * The way from the driver to what `nomad alloc logs` shows, for one output of a task: Nomad's FIFO, which
 * its `logmon` reads.
 *
 * When the last writer of a FIFO is gone, as when the plugin's process is killed, `logmon` keeps the FIFO
 * open, and reads no more of it until the task or the agent is restarted. So a process that follows another
 * one checks that the bytes it writes arrive in the log files. Bytes that do not arrive are taken back out
 * of the FIFO, and the process appends them to the log files itself.
 */
export class Delivery {
  readonly #fifo: string;
  readonly #files: LogmonFiles | undefined;
  readonly #disk: LogDisk;
  readonly #clock: Clock;
  #pipe: Pipe | undefined;
  #isClosed = false;
  /** Whether the reader of the FIFO may be deaf. */
  #isSuspect = false;
  /** When a deaf reader is tried again, in monotonic milliseconds; undefined while the FIFO is used. */
  #retryAt: number | undefined;
  #base: Place = { index: 0, offset: 0 };
  /** Bytes after `#base`, besides the unproven ones. */
  #bytes = 0;
  /** Bytes that were written to the FIFO of a reader that may be deaf. */
  #unproven: Uint8Array = none;
  /** Those of the unproven bytes that were taken out of the FIFO, and are in no log file yet. */
  #takenBack: Uint8Array = none;

  constructor(fifo: string, disk: LogDisk, clock: Clock) {
    this.#fifo = fifo;
    this.#files = logmonFiles(fifo);
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Begins a task's run, whose output comes after all that stands in the log files. */
  async begin(): Promise<void> {
    if (this.#files !== undefined) this.#base = await endOf(this.#disk, this.#files);
  }

  /**
   * Goes on where an earlier process ended. Resolves to the bytes that it delivered after `written`;
   * undefined where the log files no longer tell.
   */
  async resume(written: Written): Promise<Uint8Array | undefined> {
    if (this.#files === undefined) return new Uint8Array();
    const { base, bytes } = written;
    await this.#settled(this.#files);
    // A deaf reader has left these bytes in the FIFO. Those after `written` are read and delivered again.
    const unread = await this.#disk.drainPipe(this.#fifo);
    const end = await endOf(this.#disk, this.#files);
    const arrived = await bytesBetween(this.#disk, this.#files, base, end) ?? bytes;
    const lost = unread.subarray(0, Math.max(0, bytes - arrived));
    if (lost.length > 0) await this.#append(this.#files, lost, () => this.#bytes = 0);
    const tail = await textBehind(this.#disk, this.#files, base, bytes);
    await this.begin();
    this.#isSuspect = true;
    return tail;
  }

  /** How far it was written. */
  written(): Written {
    return { base: this.#base, bytes: this.#bytes };
  }

  /** Bytes that were written to the FIFO and may never arrive. `written` does not count them. */
  unproven(): Uint8Array {
    return this.#unproven;
  }

  /** Counts from what has arrived by now, as older log files are removed. */
  async rebase(): Promise<void> {
    if (this.#files === undefined || this.#bytes === 0) return;
    const end = await endOf(this.#disk, this.#files);
    const arrived = await bytesBetween(this.#disk, this.#files, this.#base, end);
    // A file that is gone was full, and what followed in it has arrived.
    if (arrived !== undefined && (arrived <= 0 || arrived > this.#bytes)) return;
    this.#base = end;
    this.#bytes -= arrived ?? this.#bytes;
  }

  /**
   * Writes what can be written now. `taken` is called with the number of bytes, at the moment from which
   * `written` and `unproven` count them. It is not called where the reader has no room.
   */
  async write(bytes: Uint8Array, taken: (bytes: number) => void): Promise<void> {
    const piece = bytes.subarray(0, mostAtOnce);
    // The disk has failed before it was known where these bytes have gone.
    if (this.#unproven.length > 0 && this.#files !== undefined) await this.#prove(this.#files);
    if (this.#retryAt !== undefined && this.#clock.monotonic() >= this.#retryAt) {
      this.#retryAt = undefined;
    }
    if (this.#retryAt !== undefined && this.#files !== undefined) {
      await this.#append(this.#files, piece, () => taken(piece.length));
      return;
    }
    this.#writePipe(this.#pipe ?? await this.#open(), piece, taken);
    if (this.#unproven.length > 0 && this.#files !== undefined) await this.#prove(this.#files);
  }

  /**
   * Ends the output. A FIFO that was never opened is opened for a moment: else `logmon` would wait for a
   * writer, and Nomad for `logmon`.
   */
  close(): void {
    this.#isClosed = true;
    try {
      if (this.#pipe === undefined) this.#disk.touchPipe(this.#fifo);
      else this.#pipe.close();
    } catch {
      // The allocation's directory is gone, and the reader with it.
    }
    this.#pipe = undefined;
  }

  async #open(): Promise<Pipe | undefined> {
    const opened = await this.#disk.openPipe(this.#fifo);
    if (opened === "no reader") return undefined;
    if (!this.#isClosed) return this.#pipe = opened;
    opened.close();
    return undefined;
  }

  #writePipe(
    pipe: Pipe | undefined,
    piece: Uint8Array,
    taken: (bytes: number) => void,
  ): void {
    // After `no reader` the FIFO stays open: it may hold what the next reader is to have.
    const written = pipe?.write(piece) ?? 0;
    if (written === "no reader" || written === 0) return;
    if (this.#isSuspect && this.#files !== undefined) this.#unproven = piece.slice(0, written);
    else this.#bytes += written;
    taken(written);
  }

  /** Waits until what was written has arrived, or takes it back and goes another way. */
  async #prove(files: LogmonFiles): Promise<void> {
    if (this.#takenBack.length === 0) {
      if (await this.#arrives(files)) {
        this.#isSuspect = false;
        this.#settleUnproven(0);
        return;
      }
      this.#takenBack = await this.#disk.drainPipe(this.#fifo);
      this.#settleUnproven(this.#takenBack.length);
      if (this.#takenBack.length === 0) return;
      this.#retryAt = this.#clock.monotonic() + retryPipe;
    }
    await this.#append(files, this.#takenBack, () => this.#unproven = this.#takenBack = none);
  }

  /** Whether all that was written arrives. Waits as long as bytes keep arriving. */
  async #arrives(files: LogmonFiles): Promise<boolean> {
    const wanted = this.#bytes + this.#unproven.length;
    let seen = 0;
    let since = this.#clock.monotonic();
    while (this.#clock.monotonic() - since < deafAfter) {
      await this.#clock.sleep(lookInterval);
      const end = await endOf(this.#disk, files);
      const arrived = await bytesBetween(this.#disk, files, this.#base, end) ?? wanted;
      if (arrived >= wanted) return true;
      if (arrived > seen) since = this.#clock.monotonic();
      seen = Math.max(seen, arrived);
    }
    return false;
  }

  /** Counts the unproven bytes as written, but for the last `unread` of them. */
  #settleUnproven(unread: number): void {
    const done = Math.max(0, this.#unproven.length - unread);
    this.#bytes += done;
    this.#unproven = unread === 0 ? none : this.#unproven.slice(done);
  }

  async #append(files: LogmonFiles, bytes: Uint8Array, taken: () => void): Promise<void> {
    let { index, offset } = await endOf(this.#disk, files);
    if (offset >= fileLimit) {
      index += 1;
      await this.#disk.empty(pathOf(files, index - mostFiles)).catch(() => {}); // there were fewer
    }
    await this.#disk.append(pathOf(files, index), bytes);
    this.#bytes += bytes.length;
    taken();
  }

  /** Waits until `logmon` has written to its file all that it has read of an earlier process's bytes. */
  async #settled(files: LogmonFiles): Promise<void> {
    let before = await endOf(this.#disk, files);
    for (let looks = 0; looks < mostLooks; looks++) {
      await this.#clock.sleep(settleTime);
      const end = await endOf(this.#disk, files);
      if (end.index === before.index && end.offset === before.offset) return;
      before = end;
    }
  }
}

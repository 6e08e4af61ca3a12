import { joined } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type Delivered, deliveredIn } from "./delivered.ts";
import { Delivery, type Written } from "./delivery.ts";
import type { LogDisk } from "./disk.ts";
import { lineBytes } from "./lines.ts";

/** Bytes that wait for the reader of an output before its streams are read no further. */
export const mostWaiting = 256 * 1024;
/** Bytes that wait for readers over all outputs before each of them keeps no more than its own part. */
export const mostWaitingInAll = 32 * 1024 ** 2;
/** Bytes that an output may keep even then: else outputs without a reader would hold up those with one. */
const ownPart = 16 * 1024;
/** Milliseconds for which an output is full before its task's user is told. */
const patience = 30_000;
/** Milliseconds until a reader without room is tried again: at first, and at most. */
const firstWait = 20;
const longestWait = 1_000;

/** The line that tells of log files which no longer show what an earlier process has written. */
const unknownTail =
  "[nomad-driver-ecs] The driver was restarted, and log files that tell how far it had come have been " +
  "removed: lines may stand here twice";

/** How far an output was written, and what was to follow. */
export type OutputState = Written & {
  /** What waits for the reader. */
  readonly waiting: Uint8Array;
};

/** Bytes that wait for readers, over all outputs of the process. */
export type WaitingInAll = { bytes: number };

/** How long a reader without room is waited for next, and whether writing has failed. */
type Retry = { wait: number; hasFailed: boolean };

/** Standard output or standard error of a task, with what waits for its reader. */
export class Output {
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onRoom: () => void;
  readonly #onStuck: () => void;
  readonly #inAll: WaitingInAll;
  /** Since when it is full, in monotonic milliseconds; undefined where it is not. */
  #fullSince: number | undefined;
  #takenAt = -Infinity;
  #waiting: Uint8Array[] = [];
  #length = 0;
  #isPumping = false;
  #isClosed = false;
  #delivered: Delivered | undefined;

  constructor(
    { fifo, disk, clock, log, inAll, onRoom, onStuck }: {
      readonly fifo: string;
      readonly disk: LogDisk;
      readonly clock: Clock;
      readonly log: Logger;
      readonly inAll: WaitingInAll;
      /** Called when an output that was full has room again. */
      readonly onRoom: () => void;
      /** Called each time that nobody has taken a byte of a full output for 30 s. */
      readonly onStuck: () => void;
    },
  ) {
    this.#delivery = new Delivery(fifo, disk, clock);
    this.#clock = clock;
    this.#log = log;
    this.#inAll = inAll;
    this.#onRoom = onRoom;
    this.#onStuck = onStuck;
  }

  /**
   * Begins a task's run, or goes on where an earlier process ended. What is added from now on is left out
   * where that process has delivered it, until `settle`.
   */
  async open(earlier: OutputState | undefined): Promise<void> {
    if (earlier === undefined) return await this.#delivery.begin();
    const { waiting, ...written } = earlier;
    const tail = await this.#delivery.resume(written);
    if (tail !== undefined) this.#delivered = deliveredIn(tail);
    this.add(waiting);
    if (tail === undefined) this.add(lineBytes(unknownTail, undefined));
  }

  /** Tells that all lines which an earlier process may have delivered were added again. */
  settle(): void {
    const rest = this.#delivered?.rest();
    this.#delivered = undefined;
    if (rest !== undefined) this.add(rest);
  }

  isFull(): boolean {
    return this.#length >= (this.#inAll.bytes >= mostWaitingInAll ? ownPart : mostWaiting);
  }

  /** Whether all bytes that were added are delivered. */
  isEmpty(): boolean {
    return this.#length === 0 && this.#delivery.unproven().length === 0;
  }

  /** Whether bytes wait of which nobody has taken any since a time in monotonic milliseconds. */
  isStuckSince(time: number): boolean {
    return this.#length > 0 && this.#takenAt < time;
  }

  /** Adds whole lines, which the caller has seen to have room. */
  add(lines: Uint8Array): void {
    const bytes = this.#delivered?.missing(lines) ?? lines;
    if (this.#delivered?.isEmpty()) this.#delivered = undefined;
    if (bytes.length === 0 || this.#isClosed) return;
    this.#waiting.push(bytes);
    this.#grow(bytes.length);
    if (!this.#isPumping) this.#pump();
  }

  state(): OutputState {
    const waiting = joined(this.#delivery.unproven(), ...this.#waiting);
    return { ...this.#delivery.written(), waiting };
  }

  /** Counts from what has arrived by now. */
  rebase(): Promise<void> {
    return this.#delivery.rebase();
  }

  /** Ends the output, with what still waits. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#grow(-this.#length);
    this.#delivery.close();
  }

  /** Writes until nothing waits. What is added from that very moment on begins it anew. */
  async #pump(): Promise<void> {
    this.#isPumping = true;
    const retry: Retry = { wait: firstWait, hasFailed: false };
    try {
      while (this.#length > 0) await this.#writeSome(retry);
    } catch (error) {
      this.#log.error("the writing of logs ended", { error });
    } finally {
      this.#isPumping = false;
    }
  }

  /** Writes what there is room for, or waits for room. */
  async #writeSome(retry: Retry): Promise<void> {
    let isWritten = false;
    try {
      if (this.#waiting.length > 1) this.#waiting = [joined(...this.#waiting)];
      const [bytes = new Uint8Array()] = this.#waiting;
      await this.#delivery.write(bytes, (written) => {
        isWritten = true;
        this.#take(written);
      });
    } catch (error) {
      if (!retry.hasFailed) this.#log.warn("a log cannot be written", { error });
      retry.hasFailed = true;
    }
    if (this.#isClosed) return;
    if (isWritten) {
      retry.wait = firstWait;
    } else {
      await this.#clock.sleep(retry.wait);
      retry.wait = Math.min(longestWait, retry.wait * 2);
      this.#lookIfStuck();
    }
  }

  #lookIfStuck(): void {
    const now = this.#clock.monotonic();
    this.#fullSince = this.isFull() ? this.#fullSince ?? now : undefined;
    if (this.#fullSince === undefined) return;
    if (now - this.#fullSince < patience) return;
    this.#fullSince = now;
    this.#onStuck();
  }

  #grow(bytes: number): void {
    this.#length += bytes;
    this.#inAll.bytes += bytes;
  }

  #take(written: number): void {
    if (this.#isClosed) return;
    const wasFull = this.isFull();
    const [first = new Uint8Array(), ...others] = this.#waiting;
    const rest = first.subarray(written);
    this.#waiting = rest.length > 0 ? [rest, ...others] : others;
    this.#grow(-written);
    this.#fullSince = undefined;
    this.#takenAt = this.#clock.monotonic();
    if (wasFull && !this.isFull()) this.#onRoom();
  }
}

import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type Checkpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { LogDisk } from "./disk.ts";
import { isReadToEnd, isTooLate, usualWait } from "./end_of_log.ts";
import { lineBytes } from "./lines.ts";
import { Output, type WaitingInAll } from "./output.ts";
import { positionAt } from "./position.ts";
import { encodePositions } from "./position_tag.ts";
import type { Reader } from "./reader.ts";
import { firstPositions } from "./first_positions.ts";
import type { LogRequest } from "./log_request.ts";
import { shortestInterval } from "./read_intervals.ts";
import type { LogSource } from "./source.ts";
import { type FollowedStream, followedStream, type StreamSink, type Trouble } from "./stream.ts";
import { type Reason, stuckText, type Tell, troubleText, unreadText } from "./trouble_text.ts";

/** What the logs of all tasks share. */
export type TaskLogServices = {
  readonly readerOf: (source: LogSource) => Reader;
  readonly disk: LogDisk;
  readonly clock: Clock;
  readonly log: Logger;
  readonly inAll: WaitingInAll;
};

/** Milliseconds between two looks at whether the logs were read to their end. */
const endLook = 500;

/**
 * The logs of one task, from its containers' streams to Nomad's FIFOs. A class, since there may be
 * thousands at rest.
 */
export class TaskLog implements StreamSink {
  /** Tells the task's user something. */
  tell: Tell;
  readonly #request: LogRequest;
  readonly #services: TaskLogServices;
  readonly #prepared: Promise<void>;
  #streams: readonly FollowedStream[] = none;
  #stdout: Output | undefined;
  #stderr: Output | undefined;
  /** Streams that were not read yet since this process resumed the logs. */
  #unsettled: readonly FollowedStream[] = none;
  /** Reasons of which the task's user was told. */
  #reported: readonly Reason[] = none;
  #phase: "preparing" | "ready" | "following" | "over" = "preparing";
  #isBegun = false;
  #isChanged = true;
  /** Resolves when the last checkpoint is written. */
  #written = Promise.resolve();
  #listeners: readonly (() => void)[] = none;
  /** Ends the waiting for the last lines; undefined before the ECS task's end. */
  #ending: AbortController | undefined;

  constructor(request: LogRequest, tell: Tell, services: TaskLogServices) {
    this.tell = tell;
    this.#request = request;
    this.#services = services;
    this.#prepared = this.#prepare().catch((error) => {
      services.log.warn("the logs of a task cannot be shown", { stdout: request.stdout, error });
    });
  }

  /** Tells that containers run, or have run: their streams are read from now on. */
  begin(): void {
    this.#isBegun = true;
    if (this.#phase !== "ready") return;
    this.#phase = "following";
    for (const stream of this.#streams) {
      stream.dueAt = this.#services.clock.monotonic();
      this.#readerOf(stream).add(stream);
    }
  }

  /**
   * Reads no more until `begin`. Returns how far the logs were shown, for the allocation that the ECS task
   * is left to; undefined where that is not known.
   */
  pause(): string | undefined {
    const isKnown = this.#isSettled() && this.#outputs().every(([, output]) => output.isEmpty());
    if (this.#phase === "following") {
      this.#phase = "ready";
      for (const stream of this.#streams) this.#readerOf(stream).remove(stream);
    }
    return isKnown ? encodePositions(this.#streams.map(({ position }) => position)) : undefined;
  }

  /**
   * Tells that the ECS task has ended. Its logs are read to their end, for at most 30 s, unless `ran` tells
   * that no container has run.
   */
  end(ran: boolean): void {
    if (this.#ending !== undefined || this.#phase === "over") return;
    this.#ending = new AbortController();
    if (!ran) return this.close();
    this.#readToEnd(this.#ending.signal)
      .catch((error) => this.#services.log.error("the rest of a log was not read", { error }))
      .finally(() => this.close());
  }

  /** Calls back once when the logs have ended, at once if they have. Returns a function that removes the listener. */
  onEnd(listener: () => void): () => void {
    if (this.#phase === "over") {
      listener();
      return () => {};
    }
    this.#listeners = this.#listeners.concat(listener);
    return () => this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Ends the logs now. */
  close(): void {
    if (this.#phase === "over") return;
    if (this.#isSettled()) this.#write(this.#checkpoint());
    this.pause();
    this.#phase = "over";
    this.#ending?.abort();
    // An output without a stream, too: else its reader waits for a writer, and Nomad for the reader.
    for (const name of ["stdout", "stderr"] as const) this.#outputOf(name).close();
    const listeners = this.#listeners;
    this.#listeners = none;
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        this.#services.log.error("a fault of the logs of a task", { error });
      }
    }
  }

  isOver(): boolean {
    return this.#phase === "over";
  }

  /** Writes a checkpoint where something has changed. Does not reject. */
  async save(): Promise<void> {
    if (!this.#isChanged || !this.#isSettled()) return;
    this.#isChanged = false;
    try {
      for (const [, output] of this.#outputs()) await output.rebase();
    } catch (error) {
      this.#services.log.debug("Nomad's log files cannot be read", { error });
    }
    await this.#write(this.#checkpoint());
  }

  accept({ source }: FollowedStream, message: string): "taken" | "full" {
    const output = this.#outputOf(source.output);
    if (this.#phase !== "following" || output.isFull()) return "full";
    output.add(lineBytes(message, source.label));
    this.#isChanged = true;
    return "taken";
  }

  isFull({ source }: FollowedStream): boolean {
    return this.#outputOf(source.output).isFull();
  }

  onTrouble({ source }: FollowedStream, trouble: Trouble): void {
    this.#tellOnce(trouble.kind, troubleText(trouble, source, this.#request.taskRegion));
  }

  #tellOnce(reason: Reason, text: string): void {
    if (this.#reported.includes(reason)) return;
    this.#reported = this.#reported.concat(reason);
    this.tell(text);
  }

  /**
   * Settles the outputs once all streams were read again: then no line is left that an earlier process may
   * have delivered. Streams that cannot be read are not waited for: no checkpoint would ever be written.
   */
  onRead(stream: FollowedStream): void {
    if (this.#unsettled.length === 0) return;
    this.#unsettled = this.#unsettled.filter((other) =>
      other !== stream && other.state !== "missing" && other.trouble?.kind !== "refused"
    );
    if (this.#unsettled.length > 0) return;
    for (const [, output] of this.#outputs()) output.settle();
  }

  /**
   * Whether this process may replace the checkpoint of an earlier one. Until all streams were read again,
   * only the earlier checkpoint tells where the lines that were delivered after it begin in the log files.
   */
  #isSettled(): boolean {
    const isPrepared = this.#phase === "ready" || this.#phase === "following";
    return isPrepared && this.#unsettled.length === 0;
  }

  async #prepare(): Promise<void> {
    const { disk, clock } = this.#services;
    const now = clock.now();
    const { own, positions, undelivered } = await firstPositions(disk, this.#request, now);
    this.#streams = this.#request.sources.map((source, at) =>
      followedStream({
        source,
        sink: this,
        position: positions[at] ?? positionAt(now),
        now: clock.monotonic(),
      })
    );
    if (own !== undefined) this.#unsettled = this.#streams;
    for (const { source } of this.#streams) this.#outputOf(source.output);
    for (const [name, output] of this.#outputs()) {
      await output.open(own?.outputs.get(name));
      output.add(undelivered.get(name) ?? new Uint8Array());
    }
    if (this.#phase === "over") return;
    this.#phase = "ready";
    await this.save();
    if (this.#isBegun) this.begin();
  }

  #readerOf({ source }: FollowedStream): Reader {
    return this.#services.readerOf(source);
  }

  #outputOf(name: LogSource["output"]): Output {
    if (name === "stdout") return this.#stdout ??= this.#newOutput(name);
    return this.#stderr ??= this.#newOutput(name);
  }

  #newOutput(name: LogSource["output"]): Output {
    const onRoom = () => this.#readOn(name);
    const onStuck = () => this.#tellOnce(name, stuckText(name));
    return new Output({ ...this.#services, fifo: this.#request[name], onRoom, onStuck });
  }

  #outputs(): readonly (readonly [LogSource["output"], Output])[] {
    return [
      ...(this.#stdout === undefined ? none : [["stdout", this.#stdout] as const]),
      ...(this.#stderr === undefined ? none : [["stderr", this.#stderr] as const]),
    ];
  }

  /** Has the streams read on whose output was full. */
  #readOn(name: LogSource["output"]): void {
    for (const stream of this.#streams) {
      if (this.#phase !== "following" || stream.source.output !== name) continue;
      stream.dueAt = this.#services.clock.monotonic();
      this.#readerOf(stream).wake();
    }
  }

  /** Reads the last lines, until nothing new has come for a while, or the time is up. */
  async #readToEnd(signal: AbortSignal): Promise<void> {
    const { clock } = this.#services;
    const ended = clock.monotonic();
    await Promise.race([this.#prepared, clock.sleep(usualWait, signal)]);
    this.begin();
    if (this.#phase !== "following") return;
    for (const stream of this.#streams) {
      stream.isEnding = true;
      stream.interval = shortestInterval;
      stream.dueAt = ended;
      this.#readerOf(stream).wake();
    }
    const isDone = () =>
      this.#streams.every((stream) => isReadToEnd(stream, ended, clock.monotonic())) &&
      this.#outputs().every(([, output]) => output.isEmpty());
    const isLate = () => isTooLate(this.#streams, ended, clock.monotonic());
    while (this.#phase === "following" && !isDone() && !isLate()) {
      await clock.sleep(endLook, signal);
    }
    if (this.#phase !== "following") return;
    for (const [name, output] of this.#outputs()) {
      if (output.isStuckSince(ended)) this.#tellOnce(name, stuckText(name));
    }
    for (const stream of this.#streams) {
      const { source, trouble } = stream;
      const why = unreadText(stream, ended);
      const isRead = trouble?.kind === "outage" && why === undefined;
      if (trouble !== undefined && !isRead) this.onTrouble(stream, trouble);
      if (why !== undefined) this.#outputOf(source.output).add(lineBytes(why, source.label));
    }
  }

  #checkpoint(): Checkpoint {
    return {
      outputs: new Map(this.#outputs().map(([name, output]) => [name, output.state()])),
      positions: new Map(this.#streams.map(({ source, position }) => [source.stream, position])),
    };
  }

  /** Writes a checkpoint once the one before is written: both go through the same unfinished file. */
  #write(checkpoint: Checkpoint): Promise<void> {
    const { checkpoint: path } = this.#request;
    const { disk, log } = this.#services;
    if (path === undefined) return Promise.resolve();
    // Encoded now: the positions move on while the write before is under way, the outputs' states do not.
    const text = encodeCheckpoint(checkpoint);
    return this.#written = this.#written
      .then(() => disk.replaceText(path, text))
      .catch((error) => log.debug("a log's checkpoint cannot be written", { path, error }));
  }
}

const none: readonly never[] = [];

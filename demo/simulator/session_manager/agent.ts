import { decrypt, type SessionKeys } from "./encryption.ts";
import { type Frame, payloadTypes, type ReadFrame, readFrame } from "./frame.ts";
import {
  answerMs,
  continueHandshake,
  createHandshake,
  type Handshake,
  handshakeRequest,
  randomChallenge,
} from "./handshake.ts";
import {
  acknowledge,
  closeChannel,
  createPublisher,
  isPublishing,
  type Link,
  publish,
  type Publisher,
  resend,
} from "./publisher.ts";
import { createReceiving, receive } from "./receiving.ts";
import { noteAcknowledged } from "./sending.ts";
import { shellWords } from "./shell_words.ts";
import type { ChannelHabits } from "./sessions.ts";
import type { Terminal, Terminals } from "./terminal.ts";
import { readUtf8 } from "./utf8_reader.ts";

/** The SSM agent of a container, for one session. */
export type Agent = {
  /** A client is connected: the agent publishes to it from now on. */
  connect(link: Link): void;
  /** The client has gone. The command runs on. */
  disconnect(link: Link): void;
  /** A binary message of the client. */
  take(bytes: Uint8Array): void;
  /** Stops or continues publishing, as the service asks for. */
  pause(paused: "paused" | "published"): void;
  /** Ends the command, and the session with it. */
  terminate(): void;
  /** Whether the command has its terminal: input is taken from then on. */
  isReady(): boolean;
  /** Messages of the client whose payload has another digest than they say. */
  wrongDigests(): number;
  /** Resolves when the session has ended and its terminal is closed. */
  readonly ended: Promise<void>;
};

/** What an agent is started with. */
export type AgentOptions = {
  readonly sessionId: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly terminals: Terminals;
  readonly habits: ChannelHabits;
  readonly speed: () => number;
  readonly signalled: (signal: string) => void;
  /** Encrypts the session with this key; undefined: it is not encrypted. */
  readonly encryption: {
    readonly kmsKeyId: string;
    /** The keys of a data key, which belongs to a context with this random text or without one. */
    readonly keysOf: (sealed: string, random: string | undefined) => SessionKeys | undefined;
  } | undefined;
};

/** Bytes of output in a message. */
const chunkBytes = 1_024;
/** Milliseconds between two looks for messages to send again, whatever the speed: so is the network. */
const resendMs = 100;
/** Most milliseconds that the acknowledgement of the last output is waited for. */
const lastAcknowledgementMs = 2_000;
/** Milliseconds after each chunk of output, before output is read first, and before a failed start. */
const chunkMs = 1;
const firstReadMs = 1_000;
const failedStartMs = 2_000;

type State = {
  readonly options: AgentOptions;
  readonly publisher: Publisher;
  readonly receiving: ReturnType<typeof createReceiving>;
  terminal: Terminal | undefined;
  handshake: Handshake | undefined;
  readonly random: string;
  readonly over: AbortController;
  /** Why the session has ended, for the client. */
  reason: string;
  /** What comes in is taken one after another. */
  queue: Promise<void>;
  wake: (() => void) | undefined;
  wrongDigests: number;
};

/** Starts an agent for a session. */
export function startAgent(options: AgentOptions): Agent {
  const publisher = createPublisher(options.sessionId, options.habits);
  const state: State = {
    options,
    publisher,
    receiving: createReceiving(),
    terminal: undefined,
    handshake: options.encryption === undefined ? undefined : createHandshake(),
    random: randomChallenge(),
    over: new AbortController(),
    reason: "",
    queue: Promise.resolve(),
    wake: undefined,
    wrongDigests: 0,
  };
  return {
    connect: (link) => {
      publisher.link?.close();
      publisher.link = link;
      state.wake?.();
    },
    disconnect: (link) => {
      if (publisher.link === link) publisher.link = undefined;
    },
    take: (bytes) => {
      state.queue = state.queue.then(() => takeMessage(state, bytes)).catch((error) => {
        state.reason = String(error);
        state.over.abort();
      });
    },
    pause: (paused) => {
      publisher.paused = paused === "paused";
      state.wake?.();
    },
    terminate: () => state.over.abort(),
    isReady: () => state.terminal !== undefined,
    wrongDigests: () => state.wrongDigests,
    ended: runSession(state),
  };
}

async function runSession(state: State): Promise<void> {
  const { over, options } = state;
  const resending = setInterval(() => resend(state.publisher), resendMs);
  over.signal.addEventListener("abort", () => state.wake?.());
  try {
    if (options.encryption !== undefined) {
      publish(state.publisher, handshakeRequest(options.encryption.kmsKeyId, state.random));
      await until(state, () => state.handshake?.state === "done", answerMs);
      if (state.handshake?.state !== "done" && state.reason === "") {
        state.reason =
          "Handshake timed out. Please ensure that you have the latest version of the " +
          "session manager plugin.";
      }
    }
    if (!over.signal.aborted && state.reason === "") await runCommand(state);
    await until(
      state,
      () => state.publisher.sending.unacknowledged.length === 0,
      lastAcknowledgementMs,
    );
  } finally {
    clearInterval(resending);
    over.abort();
  }
  closeChannel(state.publisher, state.reason);
}

async function runCommand(state: State): Promise<void> {
  const { options, over } = state;
  let terminal: Terminal;
  try {
    const words = shellWords(options.command);
    terminal = await options.terminals.start({
      words: words.length === 0 ? ["sh"] : words,
      environment: options.environment,
      signalled: options.signalled,
    });
  } catch (error) {
    // A client that connects at once still hears why, however fast time passes.
    await until(state, () => isPublishing(state.publisher), failedStartMs);
    await sleep(state, failedStartMs);
    state.reason = `Unable to start command: ${error instanceof Error ? error.message : error}\n`;
    return;
  }
  state.terminal = terminal;
  over.signal.addEventListener("abort", terminal.kill, { once: true });
  if (over.signal.aborted) terminal.kill();
  await sleep(state, firstReadMs);
  await pump(state, terminal);
  terminal.kill();
  await terminal.ended;
  state.terminal = undefined;
  terminal.master.close();
}

/** Publishes the output of a terminal until its command has ended. */
async function pump(state: State, { master }: Terminal): Promise<void> {
  let held: Uint8Array = new Uint8Array();
  let chunks = 0;
  while (true) {
    await until(state, () => isPublishing(state.publisher), Infinity);
    const chunk = await master.read(chunkBytes);
    if (chunk === undefined) return;
    const split = readUtf8(held, chunk);
    held = split.held;
    if (split.sent.length > 0) {
      publish(state.publisher, { payloadType: payloadTypes.output, payload: split.sent });
    }
    chunks += 1;
    // A pause of a millisecond after each chunk, shared by many where time passes faster.
    if (chunks % Math.max(1, Math.floor(state.options.speed())) === 0) {
      await new Promise((resolve) => setTimeout(resolve, chunkMs));
    }
  }
}

async function takeMessage(state: State, bytes: Uint8Array): Promise<void> {
  let frame: ReadFrame;
  try {
    frame = readFrame(bytes);
  } catch {
    return; // the agent drops what it cannot read
  }
  if (frame.digest === "wrong") state.wrongDigests += 1;
  switch (frame.type) {
    case "acknowledge": {
      const { AcknowledgedMessageSequenceNumber: sequence } = JSON.parse(
        new TextDecoder().decode(frame.payload),
      );
      noteAcknowledged(state.publisher.sending, performance.now(), Number(sequence));
      state.wake?.();
      return;
    }
    case "input_stream_data":
      state.publisher.paused = false; // any input ends a pause
      await receive(state.receiving, frame, {
        process: (next) => takeInput(state, next),
        acknowledge: (next) => acknowledge(state.publisher, next),
      });
      state.wake?.();
      return;
    default:
      return;
  }
}

async function takeInput(state: State, frame: Frame): Promise<boolean> {
  const { encryption } = state.options;
  if (state.handshake !== undefined && state.handshake.state !== "done") {
    const step = continueHandshake(
      state.handshake,
      frame,
      (sealed, acknowledged) => encryption?.keysOf(sealed, acknowledged ? state.random : undefined),
    );
    if (step.kind === "next") {
      state.handshake = step.handshake;
      state.publisher.keys = step.handshake.keys;
      publish(state.publisher, step.send);
    }
    if (step.kind === "failed") {
      state.reason = step.reason;
      state.over.abort();
    }
    // Input before the end of the handshake is acknowledged and thrown away.
    return true;
  }
  const { terminal } = state;
  if (terminal === undefined) return false;
  const { keys } = state.publisher;
  switch (frame.payloadType) {
    case payloadTypes.output:
      await terminal.master.write(
        keys === undefined ? frame.payload : decrypt(keys.fromClient, frame.payload),
      );
      return true;
    case payloadTypes.size: {
      const { cols, rows } = JSON.parse(new TextDecoder().decode(frame.payload));
      terminal.master.resize({ columns: Number(cols), rows: Number(rows) });
      return true;
    }
    default:
      return true;
  }
}

/** Waits for a condition, which what comes in may meet, for at most so long or until the end. */
async function until(state: State, met: () => boolean, mostMs: number): Promise<void> {
  const deadline = performance.now() + mostMs;
  while (!met() && !state.over.signal.aborted && performance.now() < deadline) {
    const { promise, resolve } = Promise.withResolvers<void>();
    state.wake = resolve;
    const timer = mostMs === Infinity
      ? undefined
      : setTimeout(resolve, deadline - performance.now());
    await promise;
    clearTimeout(timer);
  }
}

/** Waits for milliseconds of the simulator's clock, or until the end. */
function sleep(state: State, ms: number): Promise<void> {
  return until(state, () => false, ms / state.options.speed());
}

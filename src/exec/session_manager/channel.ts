/**
 * One Session Manager session: what a client writes goes to the command's terminal, what the terminal
 * shows comes back in order, through connections that may be cut and made anew.
 *
 * @example
 * ```ts
 * const channel = await openDataChannel(session, { connect, resume, clock, ... });
 * await channel.write(new TextEncoder().encode("ls\n"));
 * const end = await channel.ended; // { kind: "closed", reason: "" }
 * ```
 */
import type { Clock } from "../../clock.ts";
import {
  acknowledgedSequence,
  acknowledgement,
  closingReason,
  openChannel,
  terminalSize,
} from "./contents.ts";
import type { SessionCipher } from "./encryption.ts";
import { decodeFrame, encodeFrame, type Frame, payloadTypes } from "./frame.ts";
import { answerChallenge, answerHandshake, type MakeKey } from "./handshake.ts";
import { createIncoming, type Incoming } from "./incoming.ts";
import { createOutgoing, type Outgoing } from "./outgoing.ts";

/** Where a session's data channel is, and what opens it. The token is a secret. */
export type Session = { readonly url: string; readonly token: string };

/** A connection of a data channel. */
export type Connection = {
  send(message: string | Uint8Array): void;
  close(): void;
};

/** Told what comes over a connection. */
export type ConnectionListener = {
  onMessage(message: Uint8Array): void;
  /** Told once that the connection is no more. */
  onCut(reason: string): void;
};

/** What a channel needs of its surroundings. */
export type ChannelContext = {
  readonly connect: (session: Session, listener: ConnectionListener) => Promise<Connection>;
  /** A new token for a session whose connection was cut; undefined where the session is over. */
  readonly resume: () => Promise<Session | undefined>;
  readonly makeKey: MakeKey;
  readonly onOutput: (stream: "output" | "error", bytes: Uint8Array) => void;
  readonly clock: Clock;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** Ends the channel where it is; the session itself goes on until it is terminated. */
  readonly signal: AbortSignal;
};

/** How a channel came to its end. */
export type ChannelEnd =
  /** The service closed it; the reason is empty where the command has ended. */
  | { readonly kind: "closed"; readonly reason: string }
  /** It was cut and could not be resumed, so the command may run on. */
  | { readonly kind: "lost"; readonly reason: string };

/** An open data channel. */
export type DataChannel = {
  /** Sends input. Resolves when there is room for more; rejects once the channel has ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** Tells the size of the client's terminal. */
  resize(size: { columns: number; rows: number }): void;
  readonly ended: Promise<ChannelEnd>;
};

/** Bytes of one message of input: what Session Manager's own client sends at a time. */
export const chunkLength = 1_024;
/** Unacknowledged bytes above which `write` waits. */
export const roomLimit = 64 * 1_024;
/** Attempts to resume a session that was cut. */
const resumeAttempts = 5;
/** Milliseconds before each attempt to resume, after the first. */
const resumePause = 1_000;

const flagsOfAcknowledgement = 3;

type State = {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly clientId: string;
  connection: Connection | undefined;
  cipher: SessionCipher | undefined;
  /** Input is held while the agent and the client shake hands, as the agent would throw it away. */
  handshake: "none" | "under way";
  /** Messages of the agent are taken in one after the other: a handshake's answer takes time. */
  work: Promise<void>;
  end: ChannelEnd | undefined;
  /** Called when room, the handshake or the end may have changed. */
  changed: PromiseWithResolvers<void>;
  resending: "no" | "yes";
};

/** Opens the channel of a session. Rejects where the first connection cannot be made. */
export async function openDataChannel(
  session: Session,
  context: ChannelContext,
): Promise<DataChannel> {
  const ended = Promise.withResolvers<ChannelEnd>();
  const state: State = {
    incoming: createIncoming(),
    outgoing: createOutgoing(),
    clientId: context.newId(),
    connection: undefined,
    cipher: undefined,
    handshake: "none",
    work: Promise.resolve(),
    end: undefined,
    changed: Promise.withResolvers(),
    resending: "no",
  };
  const finish = (end: ChannelEnd) => {
    if (state.end !== undefined) return;
    state.end = end;
    state.connection?.close();
    notify(state);
    ended.resolve(end);
  };
  context.signal.addEventListener(
    "abort",
    () => finish({ kind: "lost", reason: "the session was given up" }),
    { once: true },
  );
  await connectTo(session, state, context, finish);
  if (context.signal.aborted) finish({ kind: "lost", reason: "the session was given up" });
  return {
    ended: ended.promise,
    write: (bytes) => write(bytes, state, context, finish),
    resize: (size) => {
      if (state.end !== undefined) return;
      send(payloadTypes.size, terminalSize(size), state, context, finish);
    },
  };
}

type Finish = (end: ChannelEnd) => void;

async function connectTo(
  session: Session,
  state: State,
  context: ChannelContext,
  finish: Finish,
): Promise<void> {
  const listener: ConnectionListener = {
    onMessage: (message) => receive(message, state, context, finish),
    onCut: (reason) => {
      state.connection = undefined;
      if (state.end === undefined) resume(reason, state, context, finish);
    },
  };
  const connection = await context.connect(session, listener);
  if (state.end !== undefined) return connection.close();
  state.connection = connection;
  connection.send(openChannel({
    requestId: context.newId(),
    clientId: state.clientId,
    token: session.token,
  }));
  // What the agent has acknowledged meanwhile it drops by its number.
  for (const { bytes } of state.outgoing.all()) connection.send(bytes);
  notify(state);
}

async function resume(
  reason: string,
  state: State,
  context: ChannelContext,
  finish: Finish,
): Promise<void> {
  let last = reason;
  for (let attempt = 0; attempt < resumeAttempts; attempt++) {
    if (attempt > 0) await context.clock.sleep(resumePause, context.signal);
    if (state.end !== undefined) return;
    try {
      const session = await context.resume();
      if (session === undefined) break;
      return await connectTo(session, state, context, finish);
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
  }
  finish({ kind: "lost", reason: last });
}

function receive(message: Uint8Array, state: State, context: ChannelContext, finish: Finish): void {
  if (state.end !== undefined) return;
  const decoded = decodeFrame(message);
  // A broken message is not acknowledged, so the agent sends it again.
  if (decoded.kind !== "frame") return;
  const { frame } = decoded;
  switch (frame.type) {
    case "acknowledge": {
      const sequence = acknowledgedSequence(frame.payload);
      if (sequence !== undefined) state.outgoing.acknowledged(sequence, context.clock.monotonic());
      return notify(state);
    }
    case "channel_closed": {
      const end: ChannelEnd = { kind: "closed", reason: closingReason(frame.payload) };
      // What came before it is handed on first.
      state.work = state.work.then(() => finish(end));
      return;
    }
    case "output_stream_data": {
      const { acknowledge, deliver } = state.incoming.accept(frame);
      for (const next of deliver) {
        if (next.payloadType === payloadTypes.handshakeRequest) state.handshake = "under way";
        state.work = state.work.then(() => take(next, state, context, finish)).catch((error) =>
          finish({ kind: "lost", reason: error instanceof Error ? error.message : String(error) })
        );
      }
      if (acknowledge === "yes") state.connection?.send(acknowledgementOf(frame, context));
      return;
    }
    // The service may ask a client to pause. Its agent resends nothing for it, and messages that are
    // not acknowledged are kept here, so going on loses nothing.
    case "pause_publication":
    case "start_publication":
    case "input_stream_data":
      return;
  }
}

function acknowledgementOf(frame: Frame, { newId, clock }: ChannelContext): Uint8Array {
  return encodeFrame({
    type: "acknowledge",
    sequence: 0,
    flags: flagsOfAcknowledgement,
    id: newId(),
    createdAt: clock.now(),
    payloadType: payloadTypes.none,
    payload: acknowledgement(frame),
  });
}

async function take(
  frame: Frame,
  state: State,
  context: ChannelContext,
  finish: Finish,
): Promise<void> {
  const open = (payload: Uint8Array) => state.cipher?.decrypt(payload) ?? payload;
  switch (frame.payloadType) {
    case payloadTypes.output:
      return context.onOutput("output", open(frame.payload));
    case payloadTypes.standardError:
      return context.onOutput("error", open(frame.payload));
    case payloadTypes.handshakeRequest: {
      const { response, cipher } = await answerHandshake(frame.payload, context.makeKey);
      state.cipher = cipher;
      return send(payloadTypes.handshakeResponse, response, state, context, finish);
    }
    case payloadTypes.encryptionChallengeRequest: {
      const response = answerChallenge(frame.payload, state.cipher);
      return send(payloadTypes.encryptionChallengeResponse, response, state, context, finish);
    }
    case payloadTypes.handshakeComplete:
      state.handshake = "none";
      return notify(state);
    default:
      return;
  }
}

async function write(
  bytes: Uint8Array,
  state: State,
  context: ChannelContext,
  finish: Finish,
): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += chunkLength) {
    while (
      state.end === undefined &&
      (state.handshake === "under way" || state.outgoing.size() >= roomLimit)
    ) {
      await state.changed.promise;
    }
    if (state.end !== undefined) throw new Error("the session has ended");
    const piece = bytes.subarray(at, at + chunkLength);
    const sealed = state.cipher?.encrypt(piece) ?? piece;
    send(payloadTypes.output, sealed, state, context, finish);
  }
}

function send(
  payloadType: number,
  payload: Uint8Array,
  state: State,
  context: ChannelContext,
  finish: Finish,
): void {
  const bytes = encodeFrame({
    type: "input_stream_data",
    sequence: state.outgoing.next(),
    flags: 0,
    id: context.newId(),
    createdAt: context.clock.now(),
    payloadType,
    payload,
  });
  state.outgoing.sent(bytes, context.clock.monotonic());
  state.connection?.send(bytes);
  resendWhatIsDue(state, context, finish);
}

/** Sends again what is not acknowledged in time, until nothing is left to wait for. */
async function resendWhatIsDue(
  state: State,
  { clock, signal }: ChannelContext,
  finish: Finish,
): Promise<void> {
  if (state.resending === "yes") return;
  state.resending = "yes";
  for (;;) {
    const dueAt = state.outgoing.dueAt();
    if (dueAt === undefined || state.end !== undefined) break;
    if (state.connection === undefined) {
      await state.changed.promise;
      continue;
    }
    const pause = dueAt - clock.monotonic();
    if (pause > 0) {
      await clock.sleep(pause, signal);
      if (signal.aborted) break;
      continue;
    }
    const message = state.outgoing.resend(clock.monotonic());
    if (message === "lost") {
      finish({ kind: "lost", reason: "the container's agent acknowledges nothing any more" });
      break;
    }
    if (message !== undefined) state.connection.send(message.bytes);
  }
  state.resending = "no";
}

function notify(state: State): void {
  const { changed } = state;
  state.changed = Promise.withResolvers();
  changed.resolve();
}

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
import type { ConnectionListener } from "../../aws/session_socket.ts";
import {
  acknowledgedSequence,
  acknowledgement,
  closingReason,
  openChannel,
  terminalSize,
} from "./contents.ts";
import {
  type ChannelContext,
  type ChannelEnd,
  type Finish,
  type Session,
  type State,
} from "./context.ts";
import { decodeFrame, encodeFrame, type Frame, payloadTypes } from "./frame.ts";
import { answerChallenge, answerHandshake } from "./handshake.ts";
import { createIncoming } from "./incoming.ts";
import { createOutgoing } from "./unacknowledged.ts";
import { notify, send, write } from "./sending.ts";

/** An open data channel. */
export type DataChannel = {
  /** Sends input. Resolves when there is room for more; rejects once the channel has ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** Tells the size of the client's terminal. */
  resize(size: { columns: number; rows: number }): void;
  readonly ended: Promise<ChannelEnd>;
};

/** Attempts to resume a session that was cut. */
const resumeAttempts = 5;
/** Milliseconds before each attempt to resume, after the first. */
const resumePause = 1_000;

const flagsOfAcknowledgement = 3;

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
    isShaken: false,
    work: Promise.resolve(),
    end: undefined,
    changed: Promise.withResolvers(),
    isResending: false,
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
  // The agent may have taken some of these already: it knows them by their number, and drops them.
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
      // Messages that came before the end are handed on before it.
      state.work = state.work.then(() => finish(end));
      return;
    }
    case "output_stream_data": {
      const { acknowledge, deliver } = state.incoming.accept(frame);
      for (const next of deliver) {
        if (next.payloadType === payloadTypes.handshakeRequest) state.handshake = "under way";
        const handle = async () => {
          await take(next, state, context, finish);
          state.incoming.handled(next);
          if (next === frame) state.connection?.send(acknowledgementOf(frame, context));
        };
        state.work = state.work.then(handle).catch((error) =>
          finish({ kind: "lost", reason: error instanceof Error ? error.message : String(error) })
        );
      }
      if (acknowledge === "now") state.connection?.send(acknowledgementOf(frame, context));
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

function acknowledgementOf(
  frame: Frame,
  { newId, clock }: ChannelContext,
): Uint8Array<ArrayBuffer> {
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
      return await context.onOutput("output", open(frame.payload));
    case payloadTypes.standardError:
      return await context.onOutput("error", open(frame.payload));
    case payloadTypes.handshakeRequest: {
      // A handshake costs calls to ECS and KMS. Their rates are shared by all tasks.
      if (state.isShaken) throw new Error("the container's agent shakes hands twice");
      state.isShaken = true;
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

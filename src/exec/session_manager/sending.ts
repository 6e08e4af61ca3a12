/**
 * What a client sends: in chunks, held while the two shake hands or the command takes nothing.
 * `unacknowledged.ts` says when a message is sent again.
 */
import type { ChannelContext, Finish, State } from "./context.ts";
import { encodeFrame, payloadTypes } from "./frame.ts";

/** Bytes of one message of input: what Session Manager's own client sends at a time. */
export const chunkLength = 1_024;
/** Unacknowledged bytes above which `write` waits. */
export const roomLimit = 64 * 1_024;

/** Sends input. Rejects once the channel has ended. */
export async function write(
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

/** Sends one payload, and has it sent again until it is acknowledged. */
export function send(
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
  if (state.isResending) return;
  state.isResending = true;
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
  state.isResending = false;
}

/** Wakes whoever waits for the channel to change. */
export function notify(state: State): void {
  const { changed } = state;
  state.changed = Promise.withResolvers();
  changed.resolve();
}

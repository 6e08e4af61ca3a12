import { encrypt, type SessionKeys } from "./encryption.ts";
import { type Frame, type MessageType, payloadTypes, writeFrame } from "./frame.ts";
import type { Message } from "./handshake.ts";
import { createSending, dueAgain, noteSent, type Sending } from "./sending.ts";
import type { ChannelHabits } from "./sessions.ts";

/** A client's connection. */
export type Link = { send(bytes: Uint8Array<ArrayBuffer>): void; close(): void };

/** What an agent sends to the client of its session. */
export type Publisher = {
  readonly sessionId: string;
  readonly habits: ChannelHabits;
  readonly sending: Sending;
  /** Undefined while no client is connected. */
  link: Link | undefined;
  paused: boolean;
  /** Undefined: output is not encrypted. */
  keys: SessionKeys | undefined;
};

/** Makes a publisher without a client. */
export function createPublisher(sessionId: string, habits: ChannelHabits): Publisher {
  return {
    sessionId,
    habits,
    sending: createSending(),
    link: undefined,
    paused: false,
    keys: undefined,
  };
}

/** Whether messages go out now. Without a client the service pauses the agent. */
export function isPublishing({ paused, link }: Publisher): boolean {
  return !paused && link !== undefined;
}

/** Sends a message of stream data, or keeps it until messages go out again. */
export function publish(publisher: Publisher, { payloadType, payload }: Message): void {
  const { keys, sending } = publisher;
  const sealed = keys !== undefined && payloadType === payloadTypes.output
    ? encrypt(keys.toClient, payload)
    : payload;
  const bytes = noteSent(
    sending,
    performance.now(),
    (sequence) => frameOf("output_stream_data", { sequence, payloadType, payload: sealed }),
  );
  if (isPublishing(publisher)) deliver(publisher, bytes);
}

/** Sends the oldest message again that was not acknowledged in time. */
export function resend(publisher: Publisher): void {
  if (!isPublishing(publisher)) return;
  const bytes = dueAgain(publisher.sending, performance.now());
  if (bytes !== undefined) deliver(publisher, bytes);
}

/** Acknowledges a message of the client, late where a test asks for it. */
export function acknowledge(publisher: Publisher, { type, id, sequence }: Frame): void {
  const payload = json({
    AcknowledgedMessageType: type,
    AcknowledgedMessageId: id,
    AcknowledgedMessageSequenceNumber: sequence,
    IsSequentialMessage: true,
  });
  const bytes = frameOf("acknowledge", { sequence: 0, payloadType: 0, payload, flags: 3 });
  const { ackDelayMs } = publisher.habits;
  if (ackDelayMs === 0) deliver(publisher, bytes);
  else setTimeout(() => deliver(publisher, bytes), ackDelayMs);
}

/** Tells the client why the session is over, and closes the connection. */
export function closeChannel(publisher: Publisher, reason: string): void {
  const { sessionId, link } = publisher;
  const payload = json({
    MessageType: "channel_closed",
    MessageId: crypto.randomUUID(),
    DestinationId: sessionId,
    SessionId: sessionId,
    SchemaVersion: 1,
    CreatedDate: new Date().toISOString(),
    Output: reason,
  });
  link?.send(frameOf("channel_closed", { sequence: 0, payloadType: 0, payload }));
  link?.close();
  publisher.link = undefined;
}

function deliver({ link }: Publisher, bytes: Uint8Array): void {
  link?.send(Uint8Array.from(bytes));
}

function frameOf(
  type: MessageType,
  { sequence, payloadType, payload, flags }: {
    sequence: number;
    payloadType: number;
    payload: Uint8Array;
    flags?: number;
  },
): Uint8Array<ArrayBuffer> {
  return writeFrame({
    type,
    sequence,
    flags: flags ?? (type === "output_stream_data" && sequence === 0 ? 1 : 0),
    id: crypto.randomUUID(),
    createdAt: Date.now(),
    payloadType,
    payload,
  });
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

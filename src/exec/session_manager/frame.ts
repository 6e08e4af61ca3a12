/**
 * One binary message of the Session Manager data channel: a header of 116 bytes, big endian, the
 * payload's length, and the payload. Source: aws/session-manager-plugin, src/message.
 */
import { createHash } from "node:crypto";
import { uuidText } from "../../bytes.ts";

/** A message of the data channel. */
export type Frame = {
  readonly type: FrameType;
  /** Number in its direction, from 0. Acknowledgements carry 0. */
  readonly sequence: number;
  /** Bit 0: first of its direction; bit 1: the last. An acknowledgement has both. */
  readonly flags: number;
  /** UUID in its text form. */
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
};

/** Types of messages that a client sends or gets. */
export const frameTypes = [
  "input_stream_data",
  "output_stream_data",
  "acknowledge",
  "channel_closed",
  "start_publication",
  "pause_publication",
] as const;
/** Type of a message. */
export type FrameType = typeof frameTypes[number];

/** What a payload is. Numbers 10 and above 12 belong to sessions that ECS Exec does not open. */
export const payloadTypes = {
  none: 0,
  output: 1,
  error: 2,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encryptionChallengeRequest: 8,
  encryptionChallengeResponse: 9,
  standardError: 11,
  exitCode: 12,
} as const;

/** A message was decoded, or this is why it cannot be one. */
export type DecodedFrame =
  | { readonly kind: "frame"; readonly frame: Frame }
  /** A type that a client has no use for. */
  | { readonly kind: "other"; readonly type: string }
  | { readonly kind: "broken"; readonly reason: string };

/** Bytes before the payload's length. The header's own first field says the same. */
const headerLength = 116;
const schemaVersion = 1;
const at = {
  type: 4,
  schema: 36,
  created: 40,
  sequence: 48,
  flags: 56,
  id: 64,
  digest: 80,
  payloadType: 112,
  payloadLength: headerLength,
  payload: headerLength + 4,
} as const;
const typeLength = 32;
const idLength = 16;
const digestLength = 32;

/** Encodes a message. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const { payload } = frame;
  const bytes = new Uint8Array(at.payload + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headerLength);
  bytes.set(new TextEncoder().encode(frame.type.padEnd(typeLength, " ")), at.type);
  view.setUint32(at.schema, schemaVersion);
  view.setBigUint64(at.created, BigInt(Math.trunc(frame.createdAt)));
  view.setBigInt64(at.sequence, BigInt(frame.sequence));
  view.setBigUint64(at.flags, BigInt(frame.flags));
  bytes.set(idBytes(frame.id), at.id);
  bytes.set(sha256(payload), at.digest);
  view.setUint32(at.payloadType, frame.payloadType);
  view.setUint32(at.payloadLength, payload.byteLength);
  bytes.set(payload, at.payload);
  return bytes;
}

/** Decodes a message. Its payload is a view of `bytes`. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const broken = (reason: string): DecodedFrame => ({ kind: "broken", reason });
  if (bytes.byteLength < at.payload) return broken(`${bytes.byteLength} bytes are no header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== headerLength) return broken(`header length ${view.getUint32(0)}`);
  const type = new TextDecoder().decode(bytes.subarray(at.type, at.type + typeLength))
    .replace(/^[\0 ]+|[\0 ]+$/g, "");
  if (!isFrameType(type)) return { kind: "other", type };
  const length = view.getUint32(at.payloadLength);
  const payload = bytes.subarray(at.payload);
  if (payload.byteLength !== length) {
    return broken(`${payload.byteLength} bytes of payload where ${length} are announced`);
  }
  const sequence = view.getBigInt64(at.sequence);
  if (sequence < 0n || sequence > BigInt(Number.MAX_SAFE_INTEGER)) {
    return broken(`sequence number ${sequence}`);
  }
  // The service's own messages about publication carry no digest.
  const isSigned = type !== "start_publication" && type !== "pause_publication" && length > 0;
  const digest = bytes.subarray(at.digest, at.digest + digestLength);
  if (isSigned && !equal(digest, sha256(payload))) return broken("the payload's digest is another");
  return {
    kind: "frame",
    frame: {
      type,
      sequence: Number(sequence),
      flags: Number(view.getBigUint64(at.flags)),
      id: idText(bytes.subarray(at.id, at.id + idLength)),
      createdAt: Number(view.getBigUint64(at.created)),
      payloadType: view.getUint32(at.payloadType),
      payload,
    },
  };
}

function isFrameType(text: string): text is FrameType {
  return (frameTypes as readonly string[]).includes(text);
}

/** The wire has a UUID's second half first. */
function idBytes(text: string): Uint8Array {
  const hex = text.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`${text} is no UUID`);
  return swapHalves(Uint8Array.fromHex(hex));
}

function idText(bytes: Uint8Array): string {
  return uuidText(swapHalves(bytes));
}

function swapHalves(bytes: Uint8Array): Uint8Array {
  const half = idLength / 2;
  const swapped = new Uint8Array(idLength);
  swapped.set(bytes.subarray(half), 0);
  swapped.set(bytes.subarray(0, half), half);
  return swapped;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}

import { createHash } from "node:crypto";

/** Types of messages on a data channel. */
export const messageTypes = [
  "input_stream_data",
  "output_stream_data",
  "acknowledge",
  "channel_closed",
  "start_publication",
  "pause_publication",
] as const;
export type MessageType = typeof messageTypes[number];

/** What a message of stream data carries. */
export const payloadTypes = {
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encryptionChallengeRequest: 8,
  encryptionChallengeResponse: 9,
} as const;

/** One binary message of a data channel. */
export type Frame = {
  readonly type: MessageType;
  readonly sequence: number;
  /** Bit 0: the first message. Bit 1: the last one. */
  readonly flags: number;
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
};

/** A frame that was read. The SSM agent takes a payload with another digest too. */
export type ReadFrame = Frame & { readonly digest: "right" | "wrong" };

/** Bytes before the payload's length; the header's own length is its first field. */
const headerLength = 116;
const schemaVersion = 1;

/** Writes a frame. All numbers are big endian. */
export function writeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerLength + 4 + frame.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headerLength);
  bytes.set(new TextEncoder().encode(frame.type.padEnd(32, " ")), 4);
  view.setUint32(36, schemaVersion);
  view.setBigUint64(40, BigInt(Math.floor(frame.createdAt)));
  view.setBigInt64(48, BigInt(frame.sequence));
  view.setBigUint64(56, BigInt(frame.flags));
  bytes.set(idBytes(frame.id), 64);
  bytes.set(digest(frame.payload), 80);
  view.setUint32(112, frame.payloadType);
  view.setUint32(headerLength, frame.payload.length);
  bytes.set(frame.payload, headerLength + 4);
  return bytes;
}

/** Reads a frame. Throws an `Error` for what is none. */
export function readFrame(bytes: Uint8Array): ReadFrame {
  if (bytes.length < headerLength + 4) throw new Error(`a frame has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = view.getUint32(0);
  if (header !== headerLength) throw new Error(`a frame's header has ${header} bytes`);
  // The name is padded with blanks or NUL, on either side.
  const name = new TextDecoder().decode(bytes.subarray(4, 36)).replaceAll(/[\0 ]/g, "");
  const type = messageTypes.find((candidate) => candidate === name);
  if (type === undefined) throw new Error(`no message type ${name}`);
  const length = view.getUint32(header);
  const payload = bytes.slice(header + 4, header + 4 + length);
  if (payload.length !== length) throw new Error(`a payload of ${length} bytes is cut short`);
  const sum = digest(payload);
  return {
    type,
    sequence: Number(view.getBigInt64(48)),
    flags: Number(view.getBigUint64(56)),
    id: idText(bytes.subarray(64, 80)),
    createdAt: Number(view.getBigUint64(40)),
    payloadType: view.getUint32(112),
    payload,
    digest: bytes.subarray(80, 112).every((byte, index) => byte === sum[index]) ? "right" : "wrong",
  };
}

/** A UUID on the wire: its last eight bytes come first. */
function idBytes(id: string): Uint8Array {
  const bytes = Uint8Array.from(
    id.replaceAll("-", "").match(/../g) ?? [],
    (hex) => parseInt(hex, 16),
  );
  return Uint8Array.from([...bytes.subarray(8), ...bytes.subarray(0, 8)]);
}

function idText(bytes: Uint8Array): string {
  const hex = [...bytes.subarray(8), ...bytes.subarray(0, 8)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function digest(payload: Uint8Array): Uint8Array {
  return createHash("sha256").update(payload).digest();
}

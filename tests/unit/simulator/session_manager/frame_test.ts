import { assertEquals, assertThrows } from "@std/assert";
import { readFrame, writeFrame } from "../../../../demo/simulator/session_manager/frame.ts";

const frame = {
  type: "input_stream_data",
  sequence: 258,
  flags: 1,
  id: "00112233-4455-6677-8899-aabbccddeeff",
  createdAt: 0x01_02_03_04_05,
  payloadType: 3,
  payload: new TextEncoder().encode('{"cols":1}'),
} as const;

/** Bytes of a frame as hex. */
function hex(bytes: Uint8Array, from: number, length: number): string {
  return [...bytes.subarray(from, from + length)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("a frame has its fields at the places of the protocol, big endian", () => {
  const bytes = writeFrame(frame);
  assertEquals(bytes.length, 130);
  assertEquals(hex(bytes, 0, 4), "00000074");
  assertEquals(new TextDecoder().decode(bytes.subarray(4, 36)), "input_stream_data".padEnd(32));
  assertEquals(hex(bytes, 36, 4), "00000001");
  assertEquals(hex(bytes, 40, 8), "0000000102030405");
  assertEquals(hex(bytes, 48, 8), "0000000000000102");
  assertEquals(hex(bytes, 56, 8), "0000000000000001");
  assertEquals(hex(bytes, 64, 16), "8899aabbccddeeff0011223344556677");
  assertEquals(hex(bytes, 112, 4), "00000003");
  assertEquals(hex(bytes, 116, 4), "0000000a");
  assertEquals(new TextDecoder().decode(bytes.subarray(120)), '{"cols":1}');
});

Deno.test("the digest of an empty and of a full payload is its SHA-256", () => {
  const empty = writeFrame({ ...frame, payload: new Uint8Array() });
  assertEquals(
    hex(empty, 80, 32),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});

Deno.test("a frame is read as it was written, with padding on either side of its type", () => {
  assertEquals(readFrame(writeFrame(frame)), { ...frame, digest: "right" });
  const left = writeFrame(frame);
  left.set(new TextEncoder().encode("input_stream_data".padStart(32, "\0")), 4);
  assertEquals(readFrame(left).type, "input_stream_data");
});

Deno.test("a wrong digest is told and not refused", () => {
  const bytes = writeFrame(frame);
  bytes[80] = (bytes[80] ?? 0) ^ 1;
  assertEquals(readFrame(bytes).digest, "wrong");
});

Deno.test("what is no frame is refused", () => {
  const bytes = writeFrame(frame);
  const refusal = (changed: Uint8Array) => assertThrows(() => readFrame(changed), Error).message;
  assertEquals(refusal(bytes.subarray(0, 50)), "a frame has 50 bytes");
  assertEquals(refusal(bytes.subarray(0, 125)), "a payload of 10 bytes is cut short");
  assertEquals(
    refusal(Uint8Array.from(bytes, (byte, at) => at === 3 ? 1 : byte)),
    "a frame's header has 1 bytes",
  );
  assertEquals(
    refusal(Uint8Array.from(bytes, (byte, at) => at === 4 ? 65 : byte)),
    "no message type Anput_stream_data",
  );
});

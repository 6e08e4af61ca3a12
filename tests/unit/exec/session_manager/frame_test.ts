import { assertEquals } from "@std/assert";
import {
  decodeFrame,
  encodeFrame,
  type Frame,
} from "../../../../src/exec/session_manager/frame.ts";

const frame: Frame = {
  type: "input_stream_data",
  sequence: 258,
  flags: 1,
  id: "00112233-4455-6677-8899-aabbccddeeff",
  createdAt: 1_700_000_000_000,
  payloadType: 1,
  payload: new TextEncoder().encode("ls\n"),
};

Deno.test("a message is laid out as Session Manager reads it", () => {
  const bytes = encodeFrame(frame);
  const hex = (from: number, to: number) => bytes.subarray(from, to).toHex();
  assertEquals(bytes.byteLength, 123);
  assertEquals(hex(0, 4), "00000074");
  assertEquals(new TextDecoder().decode(bytes.subarray(4, 36)), "input_stream_data".padEnd(32));
  assertEquals(hex(36, 40), "00000001");
  assertEquals(hex(40, 48), "0000018bcfe56800");
  assertEquals(hex(48, 56), "0000000000000102");
  assertEquals(hex(56, 64), "0000000000000001");
  // The second half of the UUID comes first.
  assertEquals(hex(64, 80), "8899aabbccddeeff0011223344556677");
  // SHA-256 of "ls\n", as sha256sum prints it.
  assertEquals(hex(80, 112), "e9fe7e88e89d532379960402db8f9458194dae772aa5fda5a12806c22215f0ff");
  assertEquals(hex(112, 116), "00000001");
  assertEquals(hex(116, 120), "00000003");
  assertEquals(hex(120, 123), "6c730a");
});

Deno.test("a message is decoded as it was encoded", () => {
  assertEquals(decodeFrame(encodeFrame(frame)), { kind: "frame", frame });
});

Deno.test("a type padded with NUL on either side is read, as some clients write it", () => {
  const bytes = encodeFrame(frame);
  const name = new TextEncoder().encode("acknowledge");
  bytes.fill(0, 4, 36);
  bytes.set(name, 36 - name.byteLength);
  const decoded = decodeFrame(bytes);
  assertEquals(decoded.kind === "frame" ? decoded.frame.type : decoded, "acknowledge");
});

Deno.test("a message that is damaged is told as broken, whatever is damaged", async (t) => {
  const change = (edit: (bytes: Uint8Array) => Uint8Array | void) => {
    const bytes = encodeFrame(frame);
    return decodeFrame(edit(bytes) ?? bytes).kind;
  };
  const cases: [string, (bytes: Uint8Array) => Uint8Array | void][] = [
    ["nothing", () => new Uint8Array()],
    ["half a header", (bytes) => bytes.subarray(0, 60)],
    ["another header length", (bytes) => void (bytes[3] = 115)],
    ["a payload cut short", (bytes) => bytes.subarray(0, 121)],
    ["a payload with more behind it", (bytes) => new Uint8Array([...bytes, 1])],
    ["a changed payload", (bytes) => void (bytes[120] = 0)],
    ["a negative sequence number", (bytes) => void (bytes[48] = 0xff)],
    ["a length of 4 GB", (bytes) => void bytes.fill(0xff, 116, 120)],
  ];
  for (const [name, edit] of cases) {
    await t.step(name, () => assertEquals(change(edit), "broken"));
  }
});

Deno.test("a type that a client has no use for is told by its name", () => {
  const bytes = encodeFrame(frame);
  bytes.set(new TextEncoder().encode("agent_session_state".padEnd(32)), 4);
  assertEquals(decodeFrame(bytes), { kind: "other", type: "agent_session_state" });
});

Deno.test("messages about publication need no digest", () => {
  const bytes = encodeFrame({ ...frame, type: "pause_publication" });
  bytes.fill(0, 80, 112);
  assertEquals(decodeFrame(bytes).kind, "frame");
});

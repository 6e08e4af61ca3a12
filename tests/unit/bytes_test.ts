import { assertEquals } from "@std/assert";
import { createTail, fromBase64, joined, uuidOf, uuidText } from "../../src/bytes.ts";

Deno.test("parts are joined in order", () => {
  const all = joined(Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3));
  assertEquals([...all], [1, 2, 3]);
});

Deno.test("base64 is read, and what is none is undefined", () => {
  assertEquals(fromBase64("AP8="), Uint8Array.of(0, 255));
  assertEquals(fromBase64("AP8*"), undefined);
});

Deno.test("a UUID has its hyphens", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, at) => at);
  assertEquals(uuidText(bytes), "00010203-0405-0607-0809-0a0b0c0d0e0f");
});

Deno.test("16 random bytes make a UUID of version 4", () => {
  assertEquals(uuidOf(new Uint8Array(16).fill(255)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  assertEquals(uuidOf(new Uint8Array(16)), "00000000-0000-4000-8000-000000000000");
});

Deno.test("a tail keeps the last bytes, in however many pieces they come", () => {
  const tail = createTail(3);
  assertEquals(tail.bytes(), new Uint8Array());
  for (let byte = 0; byte < 100; byte++) tail.add(Uint8Array.of(byte));
  assertEquals(tail.bytes(), Uint8Array.of(97, 98, 99));
  tail.add(Uint8Array.of(1, 2, 3, 4, 5));
  tail.add(new Uint8Array());
  assertEquals(tail.bytes(), Uint8Array.of(3, 4, 5));
});

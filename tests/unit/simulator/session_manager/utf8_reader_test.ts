import { assertEquals } from "@std/assert";
import { readUtf8 } from "../../../../demo/simulator/session_manager/utf8_reader.ts";

/** Reads chunks one after another. Returns what was sent of each, and what is held at the end. */
function read(...chunks: number[][]): { sent: number[][]; held: number[] } {
  let held: Uint8Array = new Uint8Array();
  const sent = chunks.map((chunk) => {
    const split = readUtf8(held, Uint8Array.from(chunk));
    held = split.held;
    return [...split.sent];
  });
  return { sent, held: [...held] };
}
const euro = [0xe2, 0x82, 0xac];

Deno.test("valid text passes as it is", () => {
  const text = [...new TextEncoder().encode("a é € 😀")];
  assertEquals(read(text), { sent: [text], held: [] });
});

Deno.test("a character that is cut is sent with the next chunk", () => {
  assertEquals(read([97, ...euro.slice(0, 2)], [euro[2] ?? 0]), { sent: [[97], euro], held: [] });
});

Deno.test("an invalid byte passes alone where more than three bytes follow it", () => {
  assertEquals(read([0xff, 97, 98, 99]), { sent: [[0xff, 97, 98, 99]], held: [] });
});

Deno.test("an invalid byte within the last three is held, and lost at the end", () => {
  assertEquals(read([97, 0xff, 98]), { sent: [[97]], held: [0xff, 98] });
});

Deno.test("of a replacement character only the first byte is sent", () => {
  assertEquals(read([0xef, 0xbf, 0xbd, 97]), { sent: [[0xef, 97]], held: [] });
});

Deno.test("overlong forms and surrogates are invalid", () => {
  assertEquals(read([0xc0, 0x80, 97, 98, 99]).sent, [[0xc0, 0x80, 97, 98, 99]]);
  assertEquals(read([0xed, 0xa0, 0x80, 97]), { sent: [[0xed]], held: [0xa0, 0x80, 97] });
});

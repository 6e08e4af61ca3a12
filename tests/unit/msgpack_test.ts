import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeMsgpack } from "../../src/msgpack.ts";

/** Bytes in a row: numbers as they are, and texts. */
function bytes(...parts: (number | number[])[]): Uint8Array {
  return new Uint8Array(parts.flat());
}

const word = (value: number) => [24, 16, 8, 0].map((shift) => value >>> shift & 0xff);

Deno.test("what Nomad and other encoders write is read as it was written", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array(),
      fc.array(tie("any"), { maxLength: 40 }),
      fc.dictionary(fc.string().filter((key) => key !== "__proto__"), tie("any"), {
        maxKeys: 40,
        noNullPrototype: true,
      }),
    ),
  })).any;
  fc.assert(fc.property(value, (sent) => assertEquals(decodeMsgpack(encode(sent)), sent)));
});

Deno.test("a list or map that declares more than there is costs no memory and is refused", () => {
  const billion = word(1_000_000_000);
  assertThrows(() => decodeMsgpack(bytes(0xdd, billion)), Error, "1000000000 values");
  assertThrows(() => decodeMsgpack(bytes(0xdf, billion)), Error, "2000000000 values");
  // Each list fits into what follows it, but not all of them.
  const nested = bytes(...Array(20).fill([0xdc, 0, 50]), Array(60).fill(0xc0));
  assertThrows(() => decodeMsgpack(nested), Error, "bytes are left");
});

Deno.test("texts, binary data and numbers that are cut short are refused", () => {
  for (const [name, type] of Object.entries({ str: 0xdb, bin: 0xc6, ext: 0xc9 })) {
    assertThrows(
      () => decodeMsgpack(bytes(type, word(2 ** 31), 1)),
      Error,
      "end within a value",
      name,
    );
  }
  for (const type of [0xca, 0xcb, 0xcf, 0xd3, 0xd8, 0xda, 0xdc, 0xde, 0xa5]) {
    assertThrows(() => decodeMsgpack(bytes(type, 0)), Error, undefined, type.toString(16));
  }
  assertThrows(() => decodeMsgpack(bytes()), Error);
  assertThrows(() => decodeMsgpack(bytes(0xc0, 0xc0)), Error);
  assertThrows(() => decodeMsgpack(bytes(0xc1)), Error);
});

Deno.test("what is nested deeper than any configuration, or has more values, is refused", () => {
  const nested = (depth: number) => bytes(Array(depth).fill(0x91), 0xc0);
  assert(Array.isArray(decodeMsgpack(nested(30))));
  assertThrows(() => decodeMsgpack(nested(1_000_000)), Error, "nested");
  const many = bytes(0xdd, word(1_000_000), Array(1_000_000).fill(0xc0));
  assertThrows(() => decodeMsgpack(many), Error, "values");
});

Deno.test("any bytes are decoded or refused", () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Valid msgpack with some bytes changed.
    fc.tuple(fc.jsonValue(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })).map(
      ([value, changes]) => {
        const encoded = encode(value);
        for (const [at, byte] of changes) encoded[at % encoded.length] = byte;
        return encoded;
      },
    ),
  );
  fc.assert(
    fc.property(garbage, (input) => {
      try {
        decodeMsgpack(input);
      } catch (error) {
        assert(error instanceof Error && error.message.length < 200);
      }
    }),
    { numRuns: 3_000 },
  );
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isDeeperThan, isLongerThan } from "../../../src/config/size.ts";

Deno.test("what is said to be longer than a limit has a longer JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(200), (value, limit) => {
      if (isLongerThan(value, limit)) assert(JSON.stringify(value).length > limit);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("counting ends at the limit, whatever comes after it", () => {
  const trap = new Proxy({}, {
    ownKeys: () => {
      throw new Error("looked at");
    },
  });
  assertEquals(isLongerThan([trap, "x".repeat(100)], 99), true);
});

Deno.test("texts, names, binary data and entries count, and what is not set does not", () => {
  assertEquals(isLongerThan({ ab: "x".repeat(10) }, 18), true);
  assertEquals(isLongerThan({ ab: "x".repeat(10) }, 19), false);
  assertEquals(isLongerThan({ a: null, b: undefined }, 2), false);
  assertEquals(isLongerThan(new Uint8Array(100), 99), true);
  assertEquals(isLongerThan(Array(100).fill(null), 99), true);
  assertEquals(isLongerThan(Array(34).fill({}), 99), true);
});

Deno.test("depth counts lists and maps within one another", () => {
  assertEquals(isDeeperThan("a", 0), false);
  assertEquals(isDeeperThan({ a: [{ b: 1 }] }, 3), false);
  assertEquals(isDeeperThan({ a: [{ b: 1 }] }, 2), true);
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  assertEquals(isDeeperThan(deep, 32), true);
});

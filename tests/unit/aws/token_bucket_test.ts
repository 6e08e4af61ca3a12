import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { filled, fullBucket, untilToken, withTaken } from "../../../src/aws/token_bucket.ts";

const limit = { burst: 100, perSecond: 20 };

Deno.test("a bucket starts full, and holds no more than its burst", () => {
  const bucket = filled(fullBucket(limit, 0), limit, 3_600_000);
  assertEquals(bucket, { tokens: 100, at: 3_600_000 });
});

Deno.test("an empty bucket has a token after a second's part, and not before", () => {
  const empty = { tokens: 0, at: 0 };
  assertEquals(untilToken(empty, limit), 50);
  assertAlmostEquals(untilToken(filled(empty, limit, 49), limit), 1, 1e-6);
  assertEquals(untilToken(filled(empty, limit, 50), limit), 0);
});

Deno.test("a clock that goes back fills nothing", () => {
  assertEquals(filled({ tokens: 3, at: 1_000 }, limit, 0).tokens, 3);
});

Deno.test("tokens that are put back make no more than a full bucket", () => {
  assertEquals(withTaken({ tokens: 99.5, at: 0 }, limit, -1).tokens, 100);
});

Deno.test("no span of time sees more calls than the burst and what came back in it", () => {
  fc.assert(fc.property(
    fc.record({
      burst: fc.integer({ min: 1, max: 100 }),
      perSecond: fc.double({ min: 0.1, max: 50, noNaN: true }),
    }),
    fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 }),
    (limit, pauses) => {
      let bucket = fullBucket(limit, 0);
      let now = 0;
      const granted: number[] = [];
      for (const pause of pauses) {
        now += pause;
        bucket = filled(bucket, limit, now);
        while (untilToken(bucket, limit) === 0) {
          bucket = withTaken(bucket, limit);
          granted.push(now);
        }
      }
      for (let from = 0; from < granted.length; from += 7) {
        for (let to = from; to < granted.length; to += 5) {
          const seconds = ((granted[to] ?? 0) - (granted[from] ?? 0)) / 1_000;
          assert(to - from + 1 <= limit.burst + seconds * limit.perSecond + 1e-3);
        }
      }
    },
  ));
});

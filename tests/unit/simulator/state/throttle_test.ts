import { assertEquals } from "@std/assert";
import { type Bucket, type Category, noQuotas } from "../../../../demo/simulator/state/quotas.ts";
import {
  createThrottle,
  readRefusals,
  resetRefusals,
  takeTokens,
} from "../../../../demo/simulator/state/throttle.ts";

const bucket: Bucket = { burst: 3, perSecond: 2 };

function throttle(...categories: Category[]) {
  return createThrottle(new Map(categories.map((category) => [category, bucket])));
}
const one = { region: "us-east-1", category: "tag-modify", now: 0, speed: 1 } as const;

Deno.test("a bucket admits its burst at once, and then as many a second as it is filled with", () => {
  const buckets = throttle("tag-modify");
  const admitted = (now: number) => {
    let count = 0;
    while (takeTokens(buckets, { ...one, now })) count += 1;
    return count;
  };
  assertEquals([0, 400, 500, 1_000, 1_900, 60_000].map(admitted), [3, 0, 1, 1, 1, 3]);
});

Deno.test("a refused request takes no token", () => {
  const buckets = throttle("tag-modify");
  assertEquals(takeTokens(buckets, { ...one, tokens: 4 }), false);
  assertEquals(takeTokens(buckets, { ...one, tokens: 3 }), true);
});

Deno.test("each region and each category has a bucket of its own", () => {
  const buckets = throttle("tag-modify", "tag-read");
  const take = (more: object) => takeTokens(buckets, { ...one, tokens: 3, ...more });
  assertEquals(
    [take({}), take({}), take({ region: "eu-west-1" }), take({ category: "tag-read" })],
    [
      true,
      false,
      true,
      true,
    ],
  );
});

Deno.test("speed fills a bucket faster, and a clock set back does not empty it", () => {
  const buckets = throttle("tag-modify");
  takeTokens(buckets, { ...one, now: 10_000, tokens: 2 });
  assertEquals(takeTokens(buckets, { ...one, now: 0 }), true);
  assertEquals(takeTokens(buckets, { ...one, now: 4 }), false);
  assertEquals(takeTokens(buckets, { ...one, now: 9, speed: 100 }), true);
});

Deno.test("a category without a bucket is unlimited", () => {
  const buckets = createThrottle(noQuotas);
  assertEquals(takeTokens(buckets, { ...one, tokens: 1e9 }), true);
});

Deno.test("what was admitted and refused is counted by category until the counts are reset", () => {
  const buckets = throttle("tag-modify");
  for (let call = 0; call < 5; call++) takeTokens(buckets, one);
  takeTokens(buckets, { ...one, category: "tag-read" });
  assertEquals(readRefusals(buckets), {
    "tag-modify": { admitted: 3, refused: 2 },
    "tag-read": { admitted: 1, refused: 0 },
  });
  resetRefusals(buckets);
  assertEquals(readRefusals(buckets), {});
});

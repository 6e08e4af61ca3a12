import { bucketIn, type Category, defaultQuotas, type Quotas } from "./quotas.ts";

/** The token buckets of one account, and what they admitted and refused. */
export type Throttle = {
  quotas: Quotas;
  /** Tokens that a bucket had at a time in milliseconds, by `<region>/<category>`. */
  readonly levels: Map<string, { readonly tokens: number; readonly at: number }>;
  readonly admitted: Map<Category, number>;
  readonly refused: Map<Category, number>;
};

/** Makes full buckets. */
export function createThrottle(quotas: Quotas = defaultQuotas): Throttle {
  return { quotas, levels: new Map(), admitted: new Map(), refused: new Map() };
}

/**
 * Takes tokens out of a bucket, all of them or none. False: there are not as many, and the request is
 * refused. A bucket starts full and fills all the time, not once a second.
 *
 * @example
 * ```ts
 * const throttle = createThrottle();
 * takeTokens(throttle, { region: "us-east-1", category: "tag-modify", now: clock(), speed: 1 });
 * ```
 */
export function takeTokens(
  { quotas, levels, admitted, refused }: Throttle,
  { region, category, tokens = 1, now, speed }: {
    region: string;
    category: Category;
    tokens?: number;
    /** Milliseconds, by any clock. */
    now: number;
    /** How many times faster than on AWS the bucket fills. */
    speed: number;
  },
): boolean {
  const quota = quotas.get(category);
  if (quota !== undefined) {
    const bucket = bucketIn(quota, region);
    const key = `${region}/${category}`;
    const level = levels.get(key) ?? { tokens: bucket.burst, at: now };
    // A clock that was set back fills nothing.
    const seconds = Math.max(0, now - level.at) / 1_000 * speed;
    const filled = Math.min(bucket.burst, level.tokens + seconds * bucket.perSecond);
    const enough = filled >= tokens;
    levels.set(key, { tokens: enough ? filled - tokens : filled, at: now });
    if (!enough) {
      refused.set(category, (refused.get(category) ?? 0) + 1);
      return false;
    }
  }
  admitted.set(category, (admitted.get(category) ?? 0) + 1);
  return true;
}

/** What a category has admitted and refused since the counts were reset. */
export type Refusals = { readonly admitted: number; readonly refused: number };

/** Counts of each category that was asked for. */
export function readRefusals({ admitted, refused }: Throttle): Record<string, Refusals> {
  const asked = new Set([...admitted.keys(), ...refused.keys()]);
  return Object.fromEntries([...asked].map((category) => [category, {
    admitted: admitted.get(category) ?? 0,
    refused: refused.get(category) ?? 0,
  }]));
}

/** Counts from zero again. The buckets stay as full as they are. */
export function resetRefusals({ admitted, refused }: Throttle): void {
  admitted.clear();
  refused.clear();
}

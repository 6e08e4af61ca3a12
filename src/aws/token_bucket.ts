/** How AWS limits calls: a bucket of tokens, one for each call, that fills all the time. */
export type Limit = {
  /** Tokens of a full bucket: calls that may be made at once. At least 1. */
  readonly burst: number;
  /** Tokens that come back each second. More than 0. */
  readonly perSecond: number;
};

/** A bucket that held `tokens` at `at`, in monotonic milliseconds. */
export type TokenBucket = { readonly tokens: number; readonly at: number };

/** A token may be short by this much, as sums of fractions are. */
const rounding = 1e-6;

/** A full bucket. */
export function fullBucket({ burst }: Limit, now: number): TokenBucket {
  return { tokens: burst, at: now };
}

/** The bucket at `now`. A time that goes back fills nothing. */
export function filled(bucket: TokenBucket, { burst, perSecond }: Limit, now: number): TokenBucket {
  const seconds = Math.max(0, now - bucket.at) / 1_000;
  return { tokens: Math.min(burst, bucket.tokens + seconds * perSecond), at: now };
}

/**
 * Milliseconds until a filled bucket has a token; 0 if it has one.
 *
 * @example
 * ```ts
 * const limit = { burst: 100, perSecond: 20 };
 * const bucket = filled(fullBucket(limit, 0), limit, 0);
 * untilToken(bucket, limit); // 0
 * untilToken({ tokens: 0, at: 0 }, limit); // 50
 * ```
 */
export function untilToken({ tokens }: TokenBucket, { perSecond }: Limit): number {
  return tokens >= 1 - rounding ? 0 : (1 - tokens) / perSecond * 1_000;
}

/** A filled bucket with `count` tokens taken out, or put back where `count` is negative. */
export function withTaken({ tokens, at }: TokenBucket, { burst }: Limit, count = 1): TokenBucket {
  return { tokens: Math.min(burst, Math.max(0, tokens - count)), at };
}

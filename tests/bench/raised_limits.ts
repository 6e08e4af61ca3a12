import { apiLimits } from "../../src/config/api_limits.ts";
import { awsLimits, limitOf } from "../../src/aws/rate_limits.ts";

/**
 * `api_limits` of an account that had everything raised, by this many times: for a simulator that runs
 * so many times faster than AWS.
 */
export function raisedLimits(times: number): Record<string, { burst: number; per_second: number }> {
  const { share: _, ...buckets } = apiLimits.fields;
  const probe = { burst: NaN, per_second: NaN };
  const categories = Object.keys(awsLimits) as (keyof typeof awsLimits)[];
  return Object.fromEntries(
    Object.keys(buckets).flatMap((option) => {
      const category = categories.find((name) =>
        Number.isNaN(limitOf(name, { [option]: probe }).burst)
      );
      if (category === undefined) return [];
      const { burst, perSecond } = awsLimits[category];
      return [[option, { burst: Math.min(10_000, burst * times), per_second: perSecond * times }]];
    }),
  );
}

import type { Limit } from "./token_bucket.ts";

/**
 * What AWS counts together when it limits the rate of calls in an account and region. A launch takes
 * a token of its own category besides RunTask's.
 */
export type Category =
  | "cluster reads"
  | "cluster resource reads"
  | "cluster resource writes"
  | "task definition reads"
  | "task definition writes"
  | "tag writes"
  | "Fargate launches"
  | "Fargate Spot launches"
  | "other launches"
  | "EC2 reads"
  | "sessions"
  | "log reads"
  | "metric reads";

/**
 * The token buckets of an account in a region that had none of them raised. Sources: Amazon ECS API
 * reference, "Request throttling"; Amazon ECS developer guide, "AWS Fargate throttling quotas";
 * Amazon EC2 API reference, "Request throttling", for calls that are neither filtered nor paginated.
 */
export const awsLimits: { readonly [C in Category]: Limit } = {
  "cluster reads": { burst: 50, perSecond: 20 },
  "cluster resource reads": { burst: 100, perSecond: 20 },
  "cluster resource writes": { burst: 100, perSecond: 40 },
  "task definition reads": { burst: 50, perSecond: 20 },
  "task definition writes": { burst: 20, perSecond: 1 },
  "tag writes": { burst: 20, perSecond: 10 },
  "Fargate launches": { burst: 100, perSecond: 20 },
  "Fargate Spot launches": { burst: 100, perSecond: 20 },
  // AWS has no such bucket: RunTask and StopTask share "cluster resource writes", and a refusal lowers the
  // first category of a call. With this one, a refused launch outside Fargate does not slow down stops.
  "other launches": { burst: 100, perSecond: 40 },
  "EC2 reads": { burst: 50, perSecond: 10 },
  // AWS publishes no number for these: a modest one.
  sessions: { burst: 20, perSecond: 5 },
  // FilterLogEvents. AWS publishes a rate and no burst, and does not raise it.
  "log reads": { burst: 10, perSecond: 10 },
  // GetMetricData: AWS allows 500 a second (CloudWatch user guide, "CloudWatch service quotas"). The
  // driver leaves most of them to dashboards and alarms: one call reads the metrics of 250 tasks.
  "metric reads": { burst: 50, perSecond: 50 },
};

/** Rates of FilterLogEvents in the regions where it is another. Source: CloudWatch Logs user guide, quotas. */
const logReadsIn: { readonly [region: string]: number | undefined } = {
  "us-east-1": 25,
  "ap-northeast-3": 5,
  "ap-southeast-3": 5,
  "ca-west-1": 5,
  "eu-central-1": 5,
  "il-central-1": 5,
};

/** What an account may have had raised, by category in the words of an option: `tag_writes`. */
export type RaisedLimits = {
  readonly [option: string]: { readonly burst: number; readonly per_second: number } | undefined;
};

/**
 * The bucket of a category in a region: AWS's published one, unless the account had it raised. Where the
 * region is not known, it is the one of most regions.
 */
export function limitOf(category: Category, raised: RaisedLimits, region?: string): Limit {
  const limit = raised[category.toLowerCase().replaceAll(" ", "_")];
  if (limit !== undefined) return { burst: limit.burst, perSecond: limit.per_second };
  const regional = category === "log reads" && region !== undefined
    ? logReadsIn[region]
    : undefined;
  return regional === undefined ? awsLimits[category] : { burst: regional, perSecond: regional };
}

/** What of a RunTask tells the kind of launch. */
export type LaunchInput = {
  readonly launchType?: string | undefined;
  readonly capacityProviderStrategy?: readonly { readonly capacityProvider: string | undefined }[];
};

/** The categories that a RunTask may launch in. A refusal is blamed on the first one first. */
export function launchesOf(
  { launchType, capacityProviderStrategy = [] }: LaunchInput,
): readonly [Category, ...Category[]] {
  if (launchType === "FARGATE") return ["Fargate launches"];
  const providers = new Set(
    capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider),
  );
  const onDemand = providers.has("FARGATE");
  // Which of the two ECS chooses is not known beforehand.
  if (providers.has("FARGATE_SPOT")) {
    return onDemand ? ["Fargate Spot launches", "Fargate launches"] : ["Fargate Spot launches"];
  }
  return [onDemand ? "Fargate launches" : "other launches"];
}

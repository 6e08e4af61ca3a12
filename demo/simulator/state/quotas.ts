/** A token bucket: how many tokens it holds, and how many come back each second. */
export type Bucket = {
  readonly burst: number;
  readonly perSecond: number;
  /** Requests a second, and at once, in regions with another quota. */
  readonly regions?: Readonly<Record<string, number>>;
};

type Quota = Bucket & { readonly actions: readonly string[] };

/**
 * AWS's request quotas. Each bucket is shared by all actions of its category, by account and region.
 * Source: Amazon ECS API reference, "Request throttling"; the launch quotas: Amazon ECS developer
 * guide, "AWS Fargate throttling quotas". A launch takes one token for each task.
 *
 * The developer guide also names a rate of 20 RunTask calls a second for Fargate. AWS's launch rate
 * of 100 tasks at once contradicts it, so it is not here: `POST /_sim/quotas` can set a lower rate.
 */
export const awsQuotas = {
  "cluster-modify": {
    actions: [
      "CreateCluster",
      "DeleteCluster",
      "PutClusterCapacityProviders",
      "UpdateCluster",
      "UpdateClusterSettings",
    ],
    burst: 20,
    perSecond: 1,
  },
  "cluster-read": { actions: ["DescribeClusters", "ListClusters"], burst: 50, perSecond: 20 },
  "task-definition-modify": {
    actions: ["DeregisterTaskDefinition", "RegisterTaskDefinition"],
    burst: 20,
    perSecond: 1,
  },
  "task-definition-read": {
    actions: ["DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"],
    burst: 50,
    perSecond: 20,
  },
  "task-definition-delete": { actions: ["DeleteTaskDefinitions"], burst: 5, perSecond: 1 },
  "capacity-provider-modify": {
    actions: ["CreateCapacityProvider", "DeleteCapacityProvider", "UpdateCapacityProvider"],
    burst: 10,
    perSecond: 1,
  },
  "capacity-provider-read": { actions: ["DescribeCapacityProviders"], burst: 50, perSecond: 20 },
  "tag-modify": { actions: ["TagResource", "UntagResource"], burst: 20, perSecond: 10 },
  "tag-read": { actions: ["ListTagsForResource"], burst: 50, perSecond: 20 },
  "setting-modify": {
    actions: ["DeleteAccountSetting", "PutAccountSetting", "PutAccountSettingDefault"],
    burst: 10,
    perSecond: 1,
  },
  "setting-read": { actions: ["ListAccountSettings"], burst: 50, perSecond: 20 },
  "cluster-resource-modify": {
    actions: [
      "DeleteAttributes",
      "DeregisterContainerInstance",
      "ExecuteCommand",
      "PutAttributes",
      "RunTask",
      "StartTask",
      "StopTask",
      "UpdateContainerAgent",
      "UpdateContainerInstancesState",
    ],
    burst: 100,
    perSecond: 40,
  },
  "cluster-resource-read": {
    actions: [
      "DescribeContainerInstances",
      "DescribeTasks",
      "ListAttributes",
      "ListContainerInstances",
      "ListTasks",
    ],
    burst: 100,
    perSecond: 20,
  },
  "service-modify": {
    actions: ["CreateService", "DeleteService", "UpdateService"],
    burst: 50,
    perSecond: 5,
  },
  "service-read": { actions: ["DescribeServices", "ListServices"], burst: 100, perSecond: 20 },
  "task-protection": {
    actions: ["GetTaskProtection", "UpdateTaskProtection"],
    burst: 200,
    perSecond: 80,
  },
  // Amazon EC2 API reference, "Request throttling": non-mutating actions.
  "ec2-read": { actions: ["DescribeNetworkInterfaces"], burst: 100, perSecond: 20 },
  // CloudWatch Logs user guide, "CloudWatch Logs quotas". They cannot be raised.
  "logs-filter": {
    actions: ["FilterLogEvents"],
    burst: 10,
    perSecond: 10,
    regions: {
      "us-east-1": 25,
      "ap-northeast-3": 5,
      "ap-southeast-3": 5,
      "ca-west-1": 5,
      "eu-central-1": 5,
      "il-central-1": 5,
    },
  },
  "logs-get": {
    actions: ["GetLogEvents"],
    burst: 25,
    perSecond: 25,
    regions: {
      "us-west-2": 10,
      "ap-northeast-3": 10,
      "ap-southeast-3": 10,
      "ca-west-1": 10,
      "eu-central-1": 10,
      "eu-west-1": 10,
      "il-central-1": 10,
      "eu-west-3": 30,
    },
  },
  "logs-describe-streams": { actions: ["DescribeLogStreams"], burst: 25, perSecond: 25 },
  "logs-describe-groups": { actions: ["DescribeLogGroups"], burst: 10, perSecond: 10 },
  "logs-create-stream": { actions: ["CreateLogStream"], burst: 50, perSecond: 50 },
  "logs-put": { actions: ["PutLogEvents"], burst: 5_000, perSecond: 5_000 },
  // CloudWatch user guide, "CloudWatch service quotas".
  "metric-data": { actions: ["GetMetricData"], burst: 500, perSecond: 500 },
  "metric-list": { actions: ["ListMetrics"], burst: 25, perSecond: 25 },
  "fargate-launch": { actions: [], burst: 100, perSecond: 20 },
  "fargate-spot-launch": { actions: [], burst: 100, perSecond: 20 },
} as const satisfies Record<string, Quota>;

/** A group of actions that share a bucket. */
export type Category = keyof typeof awsQuotas;

/** The bucket of each category. A category without one is unlimited. */
export type Quotas = ReadonlyMap<Category, Bucket>;

/** All categories. */
export const categories = Object.keys(awsQuotas) as Category[];

/** AWS's quotas for an account that had none raised. */
export const defaultQuotas: Quotas = new Map(
  categories.map((category) => {
    const { actions: _actions, ...bucket }: Quota = awsQuotas[category];
    return [category, bucket];
  }),
);

/** Every category unlimited. */
export const noQuotas: Quotas = new Map();

const categoryByAction: ReadonlyMap<string, Category> = new Map(
  categories.flatMap((category) => awsQuotas[category].actions.map((action) => [action, category])),
);

/** The bucket of a category in a region. */
export function bucketIn(bucket: Bucket, region: string): Bucket {
  const inRegion = bucket.regions?.[region];
  return inRegion === undefined ? bucket : { burst: inRegion, perSecond: inRegion };
}

/** The category of an operation. Undefined: AWS publishes no quota for it. */
export function categoryOf(operation: string): Category | undefined {
  return categoryByAction.get(operation);
}

/**
 * Quotas with those of a control request in place of the given ones. The request is `"aws"` for
 * AWS's own, `"none"` for no limit, or an object from category to bucket, with null for no limit.
 * Throws an `Error` that names what is wrong.
 */
export function readQuotas(value: unknown, given: Quotas): Quotas {
  if (value === "aws") return defaultQuotas;
  if (value === "none") return noQuotas;
  if (typeof value !== "object" || value === null) {
    throw new Error(`quotas must be "aws", "none" or an object by category`);
  }
  const quotas = new Map(given);
  for (const [name, bucket] of Object.entries(value)) {
    const category = categories.find((candidate) => candidate === name);
    if (category === undefined) {
      throw new Error(`no category ${name}; there are ${categories.join(", ")}`);
    }
    if (bucket === null) quotas.delete(category);
    else quotas.set(category, readBucket(bucket, category));
  }
  return quotas;
}

function readBucket(value: unknown, category: Category): Bucket {
  const { burst, perSecond } = value as Record<string, unknown>;
  const valid = typeof burst === "number" && burst >= 0 && typeof perSecond === "number" &&
    perSecond >= 0;
  if (!valid) throw new Error(`${category} must have numbers burst and perSecond, or be null`);
  return { burst, perSecond };
}

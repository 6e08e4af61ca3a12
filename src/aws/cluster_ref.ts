/** An IAM role that ECS is called through. */
export type Role = {
  readonly arn: string;
  readonly externalId?: string | undefined;
  readonly sessionName?: string | undefined;
};

/** Where an ECS task lives: what a call needs besides the task itself. */
export type Scope = {
  /** AWS region, as `us-east-1`; undefined where the AWS SDK's own sources decide. */
  readonly region: string | undefined;
  /** Cluster name or ARN. */
  readonly cluster: string;
  /** Undefined where the client's own AWS identity is used. */
  readonly role?: Role | undefined;
  /** Profile of the shared files; undefined where the SDK's own sources decide. */
  readonly profile?: string | undefined;
};

/** One ECS task and where it lives. */
export type TaskRef = { readonly arn: string; readonly scope: Scope };

/** A key that two scopes share exactly when they are the same. */
export function scopeKey(scope: Scope): string {
  return `${accountKey(scope)}|${scope.cluster}`;
}

/**
 * A key that two scopes share exactly when they are in one region and are reached as one identity. A
 * session's name makes no other identity: it may well be another for each task.
 */
export function accountKey({ region, role, profile }: Omit<Scope, "cluster">): string {
  return [region, profile, role?.arn, role?.externalId].map((part) => part ?? "").join("|");
}

/** A scope in words, for messages. */
export function describeScope({ region, cluster, role }: Scope): string {
  const how = [region, role === undefined ? undefined : `as ${role.arn}`].filter(Boolean);
  return how.length === 0 ? `cluster ${cluster}` : `cluster ${cluster} (${how.join(", ")})`;
}

/** The parts of a task's ARN. */
export type TaskArn = {
  partition: string;
  region: string;
  account: string;
  /** Undefined in ARNs of the short format, which AWS no longer makes. */
  cluster: string | undefined;
  id: string;
};

/** Parses a task's ARN; undefined where the text is none. */
export function parseTaskArn(arn: string): TaskArn | undefined {
  const match = /^arn:(aws[a-z-]*):ecs:([a-z0-9-]+):([0-9]{12}):task\/(?:([^/\s]+)\/)?([^/\s]+)$/
    .exec(arn);
  if (match === null) return undefined;
  const [, partition = "", region = "", account = "", cluster, id = ""] = match;
  return { partition, region, account, cluster, id };
}

/** The task's page in the AWS console; undefined for what is no task ARN of the long format. */
export function consoleUrl(arn: string): string | undefined {
  const parts = parseTaskArn(arn);
  if (parts?.cluster === undefined) return undefined;
  const { partition, region, cluster, id } = parts;
  const domain = partition === "aws-cn"
    ? "console.amazonaws.cn"
    : partition === "aws-us-gov"
    ? "console.amazonaws-us-gov.com"
    : "console.aws.amazon.com";
  return `https://${region}.${domain}/ecs/v2/clusters/${cluster}/tasks/${id}?region=${region}`;
}

import { consoleOf } from "./partitions.ts";

/** An IAM role that ECS is called through. */
export type Role = {
  readonly arn: string;
  readonly externalId?: string | undefined;
  readonly sessionName?: string | undefined;
};

/** An AWS region and the identity that calls it: each such pair has rate limits of its own. */
export type AccountRef = {
  /** AWS region, as `us-east-1`; undefined where the AWS SDK's own sources decide. */
  readonly region: string | undefined;
  /** Undefined where the client's own AWS identity is used. */
  readonly role?: Role | undefined;
  /** Profile of the shared files; undefined where the SDK's own sources decide. */
  readonly profile?: string | undefined;
};

/** An ECS cluster, and how it is reached. */
export type ClusterRef = AccountRef & {
  /** Cluster name or ARN. */
  readonly name: string;
};

/** One ECS task and its cluster. */
export type TaskRef = { readonly arn: string; readonly cluster: ClusterRef };

/** A key that two references share exactly when they are to the same cluster, reached in the same way. */
export function clusterKey(cluster: ClusterRef): string {
  return `${accountKey(cluster)}|${cluster.name}`;
}

/**
 * A key that two references share exactly when they are to the same region and identity. The session
 * name is left out: jobs may name their sessions, and the identity stays the same.
 */
export function accountKey({ region, role, profile }: AccountRef): string {
  return [region, profile, role?.arn, role?.externalId].map((part) => part ?? "").join("|");
}

/** A cluster in words, for messages: `cluster web (us-east-1)`. */
export function clusterInWords({ region, name, role }: ClusterRef): string {
  const how = [region, role === undefined ? undefined : `as ${role.arn}`].filter(Boolean);
  return how.length === 0 ? `cluster ${name}` : `cluster ${name} (${how.join(", ")})`;
}

/** A task in words, for messages: `arn:... in cluster web (us-east-1)`. */
export function taskInWords({ arn, cluster }: TaskRef): string {
  return `${arn} in ${clusterInWords(cluster)}`;
}

/**
 * Whether two references are to one cluster that is reached in the same way. A cluster may be named by
 * its name or by its ARN. `region` stands for a region that a reference leaves to the AWS SDK.
 */
export function isSameCluster(
  one: ClusterRef,
  other: ClusterRef,
  region: string | undefined,
): boolean {
  const key = (cluster: ClusterRef) => {
    const arn = parseClusterArn(cluster.name);
    return clusterKey({
      ...cluster,
      name: arn?.name ?? cluster.name,
      region: cluster.region ?? arn?.region ?? region,
    });
  };
  return key(one) === key(other);
}

/** The parts of a cluster's ARN. */
export type ClusterArn = { partition: string; region: string; account: string; name: string };

/** Parses a cluster's ARN; undefined where the text is none. */
export function parseClusterArn(arn: string): ClusterArn | undefined {
  const match = /^arn:(aws[a-z-]*):ecs:([a-z0-9-]+):([0-9]{12}):cluster\/([^/\s]{1,255})$/.exec(
    arn,
  );
  if (match === null) return undefined;
  const [, partition = "", region = "", account = "", name = ""] = match;
  return { partition, region, account, name };
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
  const match =
    /^arn:(aws[a-z-]*):ecs:([a-z0-9-]+):([0-9]{12}):task\/(?:([^/\s]{1,255})\/)?([^/\s]{1,255})$/
      .exec(arn);
  if (match === null) return undefined;
  const [, partition = "", region = "", account = "", cluster, id = ""] = match;
  return { partition, region, account, cluster, id };
}

/**
 * Whether a task can be in a cluster of this name or ARN, by what the task's ARN says. An ARN of the short
 * format does not name the cluster.
 */
export function isInCluster({ region, account, cluster }: TaskArn, name: string): boolean {
  const arn = parseClusterArn(name);
  if (arn !== undefined && (arn.region !== region || arn.account !== account)) return false;
  return cluster === undefined || cluster === (arn?.name ?? name);
}

/**
 * The task's page in the AWS console. Undefined for what is no task ARN of the long format, and in a partition
 * whose console is not known.
 */
export function consoleUrl(arn: string): string | undefined {
  const parts = parseTaskArn(arn);
  if (parts?.cluster === undefined) return undefined;
  const { partition, region, cluster, id } = parts;
  const domain = consoleOf(partition);
  if (domain === undefined) return undefined;
  return `https://${region}.${domain}/ecs/v2/clusters/${cluster}/tasks/${id}?region=${region}`;
}

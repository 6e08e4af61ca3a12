import { must } from "./show.ts";

/*
 * What AWS takes for a value, as checks of options. Each answers what the value must be, in words that
 * follow "must", or undefined where it is that. Limits are those of the ECS API reference.
 */

/** `family`, `family:revision` or the ARN of either. */
export function taskDefinition(text: string): string | undefined {
  const name = /^[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$/;
  const arn =
    /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition\/[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$/;
  return name.test(text) || arn.test(text)
    ? undefined
    : `be "family", "family:revision" or a task definition's ARN`;
}

/** A task definition's family. */
export function family(text: string): string | undefined {
  return isName(text) ? undefined : "be a family: 1 to 255 letters, digits, - and _";
}

/** A container's or a volume's name. */
export function containerName(text: string): string | undefined {
  return isName(text) ? undefined : "be a name: 1 to 255 letters, digits, - and _";
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,255}$/.test(text);
}

/** A port mapping's name. */
export function portName(text: string): string | undefined {
  return /^[a-z0-9_][a-z0-9_-]{0,63}$/.test(text)
    ? undefined
    : "be a port's name: 1 to 64 lower-case letters, digits, - and _, and no - first";
}

/** The refusal of MiB reserved for a container that are more than its hard limit; else undefined. */
export function memoryReservation(
  memory: number | undefined,
  reservation: number | undefined,
): string | undefined {
  return memory === undefined || reservation === undefined || reservation <= memory
    ? undefined
    : must(`be at most memory = ${memory}`, reservation);
}

/** A cluster's name or ARN. */
export function cluster(text: string): string | undefined {
  const arn = /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster\/[A-Za-z0-9_-]{1,255}$/;
  return isName(text) || arn.test(text) ? undefined : "be an ECS cluster's name or ARN";
}

/** The region that a cluster's ARN names. */
export function regionOfCluster(cluster: string | undefined): string | undefined {
  return /^arn:aws[a-z-]*:ecs:([a-z0-9-]+):/.exec(cluster ?? "")?.[1];
}

/** A region beside a cluster's ARN. */
export function regionBesideCluster(
  { cluster, region }: { cluster: string | undefined; region: string | undefined },
): string | undefined {
  const own = regionOfCluster(cluster);
  return own === undefined || region === undefined || region === own
    ? undefined
    : `be "${own}", as in cluster = "${cluster}", or be left out`;
}

/** A region, as `us-east-1`. */
export function region(text: string): string | undefined {
  return /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/.test(text)
    ? undefined
    : `be an AWS region such as "us-east-1"`;
}

/** An IAM role's ARN. */
export function roleArn(text: string): string | undefined {
  return /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,576}$/.test(text)
    ? undefined
    : `be an IAM role's ARN such as "arn:aws:iam::123456789012:role/name"`;
}

/** An IAM role's ARN, or its name in the task's own account. */
export function roleNameOrArn(text: string): string | undefined {
  return /^[\w+=,.@-]{1,64}$/.test(text) || roleArn(text) === undefined
    ? undefined
    : `be an IAM role's name, or its ARN such as "arn:aws:iam::123456789012:role/name"`;
}

/** A Fargate platform version. */
export function platformVersion(text: string): string | undefined {
  return /^(LATEST|[0-9]+\.[0-9]+\.[0-9]+)$/.test(text)
    ? undefined
    : `be "LATEST" or a Fargate platform version such as "1.4.0"`;
}

/**
 * The ARN of a file of environment variables in S3. ContainerDefinition.environmentFiles: "The file must
 * have a .env file extension"; one that is named `.env` alone, as many are, has it.
 */
export function environmentFile(text: string): string | undefined {
  return /^arn:aws[a-z-]*:s3:::[a-z0-9.-]{3,63}\/.*\.env$/.test(text)
    ? undefined
    : `be the ARN of an S3 object that ends in .env, such as "arn:aws:s3:::bucket/path/file.env"`;
}

/** A URL of http or https. */
export function endpoint(text: string): string | undefined {
  return url(text, "https://ecs.us-east-1.amazonaws.com");
}

/** An HTTP URL; `example` is one. */
export function url(text: string, example: string): string | undefined {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "")
    ? undefined
    : `be a URL such as "${example}"`;
}

/** A tag that AWS takes and that is not the driver's own. */
export function tag(key: string, value: string): string | undefined {
  const allowed = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;
  const characters = "letters, digits, spaces and + - = . _ : / @";
  if (/^nomad:/i.test(key)) {
    return `not have a key that begins with "nomad:", as the driver's own do`;
  }
  if (/^aws:/i.test(key)) return `not have a key that begins with "aws:", as AWS's own do`;
  if (key.length < 1 || key.length > 128) return "have a key of 1 to 128 characters";
  if (!allowed.test(key)) return `have a key of ${characters} only`;
  if (value.length > 256) return "have a value of at most 256 characters";
  if (!allowed.test(value)) return `have a value of ${characters} only`;
  return undefined;
}

/** Tags that are not written as in AWS's API. */
export function tagNames(tags: Readonly<Record<string, string>>): string | undefined {
  const isPair = tags["key"] !== undefined && tags["value"] !== undefined &&
    Object.keys(tags).length === 2;
  return isPair ? `be written as { "name" = "value" }, and not as in AWS's API` : undefined;
}

/** The first value that stands a second time in a list; undefined where each stands once. */
export function twice<T>(values: readonly T[]): T | undefined {
  const seen = new Set<T>();
  for (const value of values) {
    if (seen.has(value)) return value;
    seen.add(value);
  }
  return undefined;
}

/*
 * What AWS takes for a value, as checks of a field: each answers what is wrong, in words that follow
 * the value, or undefined. Limits are those of the ECS API reference.
 */

/** Up to `limit` entries. */
export function atMost(limit: number): (items: readonly string[]) => string | undefined {
  return (items) =>
    items.length > limit ? `has ${items.length} entries; at most ${limit} are allowed` : undefined;
}

/** Up to `limit` characters. */
export function upTo(limit: number): (text: string) => string | undefined {
  return (text) =>
    text.length > limit ? `has ${text.length} characters; at most ${limit} are allowed` : undefined;
}

/** `family`, `family:revision` or the ARN of either. */
export function taskDefinition(text: string): string | undefined {
  const name = /^[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$/;
  const arn =
    /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition\/[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$/;
  return name.test(text) || arn.test(text)
    ? undefined
    : `is not a task definition; use "family", "family:revision" or a task definition's ARN`;
}

/** A task definition's family. */
export function family(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,255}$/.test(text)
    ? undefined
    : "is not a family; use 1 to 255 letters, digits, - and _";
}

/** A container's or a volume's name. */
export function containerName(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,255}$/.test(text)
    ? undefined
    : "is not a name; use 1 to 255 letters, digits, - and _";
}

/** A port mapping's name. */
export function portName(text: string): string | undefined {
  return /^[a-z0-9_][a-z0-9_-]{0,63}$/.test(text)
    ? undefined
    : "is not a port's name; use up to 64 lower-case letters, digits, - and _";
}

/** What is wrong with the MiB that are kept for a container. */
export function memoryReservation(
  memory: number | undefined,
  reservation: number | undefined,
): string | undefined {
  return memory === undefined || reservation === undefined || reservation <= memory
    ? undefined
    : `= ${reservation} is more than memory = ${memory}; it must be at most that`;
}

/** A cluster's name or ARN. */
export function cluster(text: string): string | undefined {
  const name = /^[A-Za-z0-9_-]{1,255}$/;
  const arn = /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster\/[A-Za-z0-9_-]{1,255}$/;
  return name.test(text) || arn.test(text)
    ? undefined
    : "is not an ECS cluster; use its name or its ARN";
}

/** The region that a cluster's ARN names. */
export function regionOfCluster(cluster: string | undefined): string | undefined {
  return /^arn:aws[a-z-]*:ecs:([a-z0-9-]+):/.exec(cluster ?? "")?.[1];
}

/** What is wrong with a region beside a cluster's ARN. */
export function regionAgainst(
  { cluster, region }: { cluster: string | undefined; region: string | undefined },
): string | undefined {
  const own = regionOfCluster(cluster);
  return own === undefined || region === undefined || region === own
    ? undefined
    : `= "${region}" contradicts cluster = "${cluster}"; leave it out or set it to "${own}"`;
}

/** A region, as `us-east-1`. */
export function region(text: string): string | undefined {
  return /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/.test(text)
    ? undefined
    : `is not an AWS region; write it as "us-east-1"`;
}

/** An IAM role's ARN. */
export function roleArn(text: string): string | undefined {
  return /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,576}$/.test(text)
    ? undefined
    : `is not an IAM role's ARN; write it as "arn:aws:iam::123456789012:role/name"`;
}

/** An IAM role's ARN, or its name in the task's own account. */
export function roleNameOrArn(text: string): string | undefined {
  return /^[\w+=,.@-]{1,64}$/.test(text) ? undefined : roleArn(text);
}

/** A Fargate platform version. */
export function platformVersion(text: string): string | undefined {
  return /^(LATEST|[0-9]+\.[0-9]+\.[0-9]+)$/.test(text)
    ? undefined
    : `is not a platform version; use "LATEST" or a version as "1.4.0"`;
}

/** The ARN of an object in S3. */
export function s3Object(text: string): string | undefined {
  return /^arn:aws[a-z-]*:s3:::[a-z0-9.-]{3,63}\/.+$/.test(text)
    ? undefined
    : `is not the ARN of an S3 object; write it as "arn:aws:s3:::bucket/path/file.env"`;
}

/** A URL of http or https. */
export function endpoint(text: string): string | undefined {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "")
    ? undefined
    : `is not a URL; write it as "https://ecs.us-east-1.amazonaws.com"`;
}

/** Tags that AWS takes and that are not the driver's own. */
export function tags(map: Readonly<Record<string, string>>): string | undefined {
  const allowed = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;
  const characters = "letters, digits, spaces and + - = . _ : / @";
  for (const [key, value] of Object.entries(map)) {
    const named = JSON.stringify(key);
    if (key === "key" && map["value"] !== undefined && Object.keys(map).length === 2) {
      return 'is written as AWS\'s API has it; write { "name" = "value" }';
    }
    if (/^nomad:/i.test(key)) return `has the key ${named}; the driver sets all "nomad:" tags`;
    if (/^aws:/i.test(key)) return `has the key ${named}; AWS keeps "aws:" to itself`;
    if (key.length < 1 || key.length > 128) return `has the key ${named}; 1 to 128 characters`;
    if (!allowed.test(key)) return `has the key ${named}; allowed are ${characters}`;
    if (value.length > 256) return `has a value of over 256 characters for ${named}`;
    if (!allowed.test(value)) return `has a value for ${named} beyond ${characters}`;
  }
  return undefined;
}

import { AwsError, clientException, invalidParameter } from "./aws_error.ts";

/** The JSON object of a request, or an object inside it. */
export type Input = Readonly<Record<string, unknown>>;

/** Reads an optional string. */
export function optionalString(input: Input, key: string): string | undefined {
  const value = input[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw serialization(`${key} must be a string`);
  return value;
}

/** Reads a string. Refuses an absent or empty one, with the error that the service has for it. */
export function requiredString(
  input: Input,
  key: string,
  message: string,
  errorOf: (message: string) => AwsError = invalidParameter,
): string {
  const value = optionalString(input, key);
  if (value === undefined || value === "") throw errorOf(message);
  return value;
}

/** Reads an optional list of strings. */
export function strings(input: Input, key: string): string[] {
  const value = input[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw serialization(`${key} must be a list of strings`);
  }
  return value as string[];
}

/** Reads an optional list of objects. */
export function objects(input: Input, key: string): Input[] {
  const value = input[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "object" || item === null)) {
    throw serialization(`${key} must be a list of structures`);
  }
  return value as Input[];
}

/** Reads an optional object. */
export function object(input: Input, key: string): Input | undefined {
  const value = input[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw serialization(`${key} must be a structure`);
  }
  return value as Input;
}

/** Reads an optional whole number within bounds. */
export function integer(
  input: Input,
  key: string,
  bounds: { min: number; max: number },
): number | undefined {
  const value = input[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw serialization(`${key} must be a number`);
  if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
    throw invalidParameter(`${key} must be between ${bounds.min} and ${bounds.max}`);
  }
  return value;
}

/**
 * Reads an optional whole number of a task definition, within bounds. `what` names it in the refusal,
 * which is a ClientException: RegisterTaskDefinition has no InvalidParameterException for this.
 */
export function setting(
  input: Input,
  key: string,
  { min, max = Infinity, what }: { min: number; max?: number; what: string },
): number | undefined {
  const value = input[key];
  if (typeof value !== "number") return undefined;
  if (value >= min && value <= max) return value;
  throw clientException(
    max === Infinity
      ? `${what} must be at least ${min}.`
      : `${what} must be between ${min} and ${max}.`,
  );
}

/** Reads an optional string that has to be one of `words`. */
export function word<T extends string>(
  input: Input,
  key: string,
  words: readonly T[],
): T | undefined {
  const value = optionalString(input, key);
  if (value === undefined) return undefined;
  const found = words.find((candidate) => candidate === value);
  if (found === undefined) {
    throw invalidParameter(`${key} must be one of ${words.join(", ")}, and not ${value}`);
  }
  return found;
}

/** Reads an optional list of strings, each of which has to be one of `all`. */
export function words<T extends string>(input: Input, key: string, all: readonly T[]): T[] {
  return strings(input, key).map((value) => {
    const found = all.find((candidate) => candidate === value);
    if (found === undefined) {
      throw invalidParameter(`${key} must be of ${all.join(", ")}, and not ${value}`);
    }
    return found;
  });
}

/** Reads an optional boolean. */
export function bool(input: Input, key: string): boolean | undefined {
  const value = input[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw serialization(`${key} must be a boolean`);
  return value;
}

/** One tag. */
export type Tag = { key: string; value: string };

/**
 * Reads tags. Refuses more than 50, a key of other than 1 to 128 characters, a value of more than 256
 * characters, a key given twice, and a key of AWS.
 */
export function tagsOf(input: Input): Tag[] {
  const read = objects(input, "tags").map((tag) => ({
    key: optionalString(tag, "key") ?? "",
    value: optionalString(tag, "value") ?? "",
  }));
  if (read.length > 50) throw invalidParameter("The maximum number of tags is 50.");
  const allowed = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;
  for (const { key, value } of read) {
    if (key.length < 1 || key.length > 128 || !allowed.test(key) || isManaged(key)) {
      throw invalidParameter(`Invalid tag key: ${key}`);
    }
    if (value.length > 256 || !allowed.test(value)) {
      throw invalidParameter(`Invalid tag value for key ${key}: ${value}`);
    }
  }
  if (new Set(read.map(({ key }) => key)).size < read.length) {
    throw invalidParameter(
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
  }
  return read;
}

/** Whether a tag is one of AWS's own, which its users neither count, set nor take away. */
export function isManaged(key: string): boolean {
  return /^aws:/i.test(key);
}

/** Adds tags to tags. Where both have a key, the added value wins. Refuses more than 50 of one's own. */
export function mergedTags(tags: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map([...tags, ...added].map((tag) => [tag.key, tag]));
  if ([...merged.keys()].filter((key) => !isManaged(key)).length > 50) {
    throw invalidParameter("The maximum number of tags is 50.");
  }
  return [...merged.values()];
}

/** The first text that is in a list twice. */
export function duplicate(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) < index);
}

function serialization(message: string): AwsError {
  return new AwsError("SerializationException", message);
}

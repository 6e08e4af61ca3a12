import type { Allowed, Field } from "./field.ts";
import { show } from "./show.ts";

/*
 * Fields that are single values in HCL.
 */

type Options<T> = {
  /** Refuse a configuration without it. */
  required?: boolean;
  /** The value where the configuration has none. */
  default?: T;
  /** What is wrong with a value of the right type, in words that follow the value; else undefined. */
  check?: (value: T) => string | undefined;
};

type Result<T, O> = O extends { required: true } | { default: T } ? T
  : T | undefined;

/** A text. The empty text counts as not set, as it did in drivers that decode into Go's zero values. */
export function string<const O extends Options<string>>(
  doc: string,
  options?: O,
) {
  return attribute<string, O>(
    "string",
    doc,
    (raw) => typeof raw === "string" ? raw : undefined,
    options,
    "a string",
  );
}

/** A text that is one of a few words. */
export function oneOf<
  const V extends string,
  const O extends Omit<Options<V>, "check">,
>(
  doc: string,
  words: readonly V[],
  what: string,
  options?: O,
): Field<Result<V, O>> {
  const inner = string(doc, {
    ...options,
    check: (value) =>
      words.some((word) => word === value)
        ? undefined
        : `is not ${what}; use one of ${words.map((word) => JSON.stringify(word)).join(", ")}`,
  });
  return allowing(inner, { kind: "words", words }) as unknown as Field<Result<V, O>>;
}

/** `true` or `false`. */
export function bool<const O extends Options<boolean>>(
  doc: string,
  options?: O,
) {
  return attribute<boolean, O>(
    "bool",
    doc,
    (raw) => typeof raw === "boolean" ? raw : undefined,
    options,
    "a bool",
  );
}

/** A finite number. */
export function number<const O extends Options<number>>(
  doc: string,
  options?: O,
) {
  const read = (raw: unknown) => {
    const value = typeof raw === "bigint" ? Number(raw) : raw;
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  return attribute<number, O>("number", doc, read, options, "a number");
}

/** A whole number from `min` to `max`. */
export function whole<const O extends Omit<Options<number>, "check">>(
  doc: string,
  { min, max, ...options }: O & { min: number; max: number },
): Field<Result<number, O>> {
  const check = (value: number) =>
    Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`;
  const field = allowing(number(doc, { ...options, check }), { kind: "whole", min, max });
  return field as unknown as Field<Result<number, O>>;
}

/** Texts by name, as an attribute (`tags = { "a:b" = "c" }`) or a block (`tags { a = "c" }`). */
export function map(
  doc: string,
  check?: (value: Record<string, string>) => string | undefined,
): Field<Record<string, string>> {
  return {
    shape: { kind: "map", type: "string" },
    doc,
    decode: (raw, path, problems) => {
      if (raw === null || raw === undefined) return {};
      const wrongType = `= ${show(raw)} is not a map of strings`;
      if (typeof raw !== "object" || Array.isArray(raw)) {
        problems.push({ path, text: wrongType });
        return {};
      }
      // As everywhere in HCL, null is what is not set.
      const set = Object.entries(raw).filter(([, member]) => member !== null);
      if (set.some(([, member]) => typeof member !== "string")) {
        problems.push({ path, text: wrongType });
        return {};
      }
      const value: Record<string, string> = Object.fromEntries(set);
      const wrong = check?.(value);
      if (wrong !== undefined) problems.push({ path, text: `= ${show(raw)} ${wrong}` });
      return value;
    },
  };
}

/** A list of texts. */
export function list<const O extends Options<string[]>>(
  doc: string,
  options?: O,
) {
  const read = (raw: unknown) =>
    Array.isArray(raw) && raw.every((item) => typeof item === "string")
      ? raw as string[]
      : undefined;
  return attribute<string[], O>(
    "list(string)",
    doc,
    read,
    options,
    "a list of strings",
  );
}

/** A span of time, written as Go does (`"90s"`, `"1m30s"`) and decoded to milliseconds. */
export function duration<const O extends { default?: string; min?: string; max?: string }>(
  doc: string,
  options?: O,
): Field<O extends { default: string } ? number : number | undefined> {
  const least = options?.min === undefined ? 0 : parseDuration(options.min) ?? 0;
  const most = options?.max === undefined ? Infinity : parseDuration(options.max) ?? Infinity;
  const inner = string(doc, {
    ...(options?.default === undefined ? {} : { default: options.default }),
    check: (value) => {
      const ms = parseDuration(value);
      if (ms === undefined) {
        return `is not a duration; write it as "30s", "5m" or "1h30m"`;
      }
      if (ms < least) return `is too short; the least is ${JSON.stringify(options?.min)}`;
      return ms > most ? `is too long; the most is ${JSON.stringify(options?.max)}` : undefined;
    },
  });
  const { min, max } = options ?? {};
  const field: Field<number | undefined> = {
    shape: allowing(inner, {
      kind: "duration",
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    }).shape,
    doc,
    decode: (raw, path, problems) => {
      const text = inner.decode(raw, path, problems);
      return text === undefined ? undefined : parseDuration(text);
    },
  };
  return field as Field<
    O extends { default: string } ? number : number | undefined
  >;
}

/** A text that is a JSON object, decoded. */
export function json(
  doc: string,
  check: (value: Readonly<Record<string, unknown>>) => string | undefined,
): Field<Readonly<Record<string, unknown>> | undefined> {
  const text = string(doc);
  return {
    shape: allowing(text, { kind: "json" }).shape,
    doc,
    decode: (raw, path, problems) => {
      const source = text.decode(raw, path, problems);
      if (source === undefined) return undefined;
      const value = parseObject(source);
      if (typeof value === "string") {
        problems.push({ path, text: `is not a JSON object: ${value}` });
        return undefined;
      }
      const wrong = check(value);
      if (wrong !== undefined) problems.push({ path, text: wrong });
      return value;
    },
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return `it begins ${show(text.slice(0, 20))}`;
    }
    return value as Record<string, unknown>;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Parses a span of time in Go's notation to milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const units: Record<string, number> = {
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
  };
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? NaN);
  }
  return total;
}

/** The field with what it allows in its shape. */
function allowing<T>(field: Field<T>, allowed: Allowed): Field<T> {
  const { shape } = field;
  return shape.kind === "attribute" ? { ...field, shape: { ...shape, allowed } } : field;
}

function attribute<T, O extends Options<T>>(
  type: string,
  doc: string,
  read: (raw: unknown) => T | undefined,
  options: O | undefined,
  what: string,
): Field<Result<T, O>> {
  const fallback = options?.default;
  const field: Field<T | undefined> = {
    shape: {
      kind: "attribute",
      type,
      required: options?.required ?? false,
      ...(fallback === undefined ? {} : { default: JSON.stringify(fallback) }),
    },
    doc,
    decode: (raw, path, problems) => {
      if (raw === null || raw === undefined || raw === "") {
        if (options?.required) {
          problems.push({
            path,
            text: raw === "" ? `= "" is empty; it must be set` : `is not set; it must be`,
          });
        }
        return fallback;
      }
      const value = read(raw);
      if (value === undefined) {
        problems.push({ path, text: `= ${show(raw)} is not ${what}` });
        return fallback;
      }
      const wrong = options?.check?.(value);
      if (wrong !== undefined) {
        problems.push({ path, text: `= ${show(raw)} ${wrong}` });
      }
      return value;
    },
  };
  // The decoder adds a problem wherever the narrower type would not hold, and a value that comes
  // with a problem is never used.
  return field as Field<Result<T, O>>;
}

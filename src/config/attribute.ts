import type { Allowed, Field } from "./field.ts";
import { count, kindOf, must, mustSecret } from "./show.ts";

/*
 * What all options that are attributes in HCL have in common.
 */

/** What any option may say of itself. */
export type Options<T> = {
  /** Refuse a configuration without it. */
  readonly required?: boolean;
  /** The value where the configuration has none. */
  readonly default?: T;
};

/** What options that take any text say besides. */
export type FreeText = {
  /** Whether the value may be a secret or hold one, so that no error may show it. */
  readonly secret: boolean;
  /** Most characters of a text, or most entries of a list or a map. */
  readonly max?: number;
};

/**
 * What a value must be, in words that follow "must", where a value of the right type is not that; else
 * undefined.
 */
export type Check<T> = (value: T) => string | undefined;

/** What a field with such options decodes to. */
export type Result<T, O> = O extends { required: true } | { default: T } ? T
  : T | undefined;

/** Most characters of a text: no request of AWS's that the driver makes takes more. */
export const textLimit = 65_536;

/** The refusal of a text that is too long. */
export function tooLong(text: string, max: number): string | undefined {
  return text.length > max
    ? mustSecret(`have at most ${count(max, "character", "characters")}`, text)
    : undefined;
}

/** The refusal of too many entries. */
export function tooMany(entries: number, max: number | undefined): string | undefined {
  return max !== undefined && entries > max
    ? `must have at most ${count(max, "entry", "entries")}; got ${entries}`
    : undefined;
}

/** The refusal of a value that must be `what`; undefined where nothing is wrong with it. */
export function refused(
  what: string | undefined,
  value: unknown,
  { secret }: { readonly secret: boolean },
): string | undefined {
  if (what === undefined) return undefined;
  return secret ? mustSecret(what, value) : must(what, value);
}

/** How a single value is read. */
type Attribute<T> = {
  /** Its type in HCL. */
  readonly type: string;
  readonly doc: string;
  readonly options: Options<T> | undefined;
  /** What a value must be, as "a string". */
  readonly what: string;
  readonly allowed?: Allowed;
  readonly secret: boolean;
  /** The value of what Nomad sends; undefined where it is not `what`. */
  readonly read: (raw: unknown) => T | undefined;
  /** The refusal of a value that is `what`; else undefined. */
  readonly check?: (value: T) => string | undefined;
};

/** A field that is a single value, or a list, in HCL. */
export function attribute<T, O extends Options<T>>(
  { type, doc, options, what, allowed, secret, read, check }: Attribute<T>,
): Field<Result<T, O>> {
  const fallback = options?.default;
  const required = options?.required ?? false;
  const field: Field<T | undefined> = {
    shape: {
      kind: "attribute",
      type,
      required,
      ...(fallback === undefined ? {} : { default: JSON.stringify(fallback) }),
      ...(allowed === undefined ? {} : { allowed }),
    },
    doc,
    secret,
    decode: (raw, path, problems) => {
      if (raw === null || raw === undefined || raw === "") {
        if (required) problems.push({ path, text: `must be set; got ${kindOf(raw)}` });
        return fallback;
      }
      const value = read(raw);
      const wrong = value === undefined ? refused(`be ${what}`, raw, { secret }) : check?.(value);
      if (wrong !== undefined) problems.push({ path, text: wrong });
      return value ?? fallback;
    },
  };
  // The decoder adds a problem wherever the narrower type would not hold, and a value that comes
  // with a problem is never used.
  return field as Field<Result<T, O>>;
}

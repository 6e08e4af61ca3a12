import {
  attribute,
  type Check,
  type FreeText,
  type Options,
  refused,
  type Result,
  textLimit,
  tooLong,
} from "./attribute.ts";
import type { Allowed, Field } from "./field.ts";
import { choice } from "./show.ts";

/*
 * Options that are single values: texts, words, bools and numbers.
 */

/** A text. The empty text counts as not set, as it did in drivers that decode into Go's zero values. */
export function string<const O extends Options<string> & FreeText & { check?: Check<string> }>(
  doc: string,
  options: O,
): Field<Result<string, O>> {
  const { max, check } = options;
  return attribute<string, O>({
    type: "string",
    doc,
    options,
    what: "a string",
    ...(max === undefined ? {} : { allowed: { kind: "text", max } }),
    secret: options.secret,
    read: (raw) => typeof raw === "string" ? raw : undefined,
    check: (text) => tooLong(text, max ?? textLimit) ?? refused(check?.(text), text, options),
  });
}

/** A text that is one of a few words. */
export function oneOf<const V extends string, const O extends Options<V>>(
  doc: string,
  words: readonly V[],
  options?: O,
): Field<Result<V, O>> {
  return attribute<V, O>({
    type: "string",
    doc,
    options,
    what: choice(words),
    allowed: { kind: "words", words },
    secret: false,
    read: (raw) => words.find((word) => word === raw),
  });
}

/** `true` or `false`. */
export function bool<const O extends Options<boolean>>(
  doc: string,
  options?: O,
): Field<Result<boolean, O>> {
  return attribute<boolean, O>({
    type: "bool",
    doc,
    options,
    what: "true or false",
    secret: false,
    read: (raw) => typeof raw === "boolean" ? raw : undefined,
  });
}

/** A number from `min` to `max`. */
export function number<const O extends Options<number> & { min: number; max: number }>(
  doc: string,
  options: O,
): Field<Result<number, O>> {
  const { min, max } = options;
  return numeric(doc, options, {
    what: `a number from ${min} to ${max}`,
    allowed: { kind: "range", min, max, whole: false },
    isRight: (value) => value >= min && value <= max,
  });
}

/** A whole number from `min` to `max`. */
export function whole<const O extends Options<number> & { min: number; max: number }>(
  doc: string,
  options: O,
): Field<Result<number, O>> {
  const { min, max } = options;
  return numeric(doc, options, {
    what: `a whole number from ${min} to ${max}`,
    allowed: { kind: "range", min, max, whole: true },
    isRight: (value) => Number.isInteger(value) && value >= min && value <= max,
  });
}

function numeric<O extends Options<number>>(
  doc: string,
  options: O,
  { what, allowed, isRight }: {
    what: string;
    allowed: Allowed;
    isRight: (value: number) => boolean;
  },
): Field<Result<number, O>> {
  return attribute<number, O>({
    type: "number",
    doc,
    options,
    what,
    allowed,
    secret: false,
    read: (raw) => {
      const value = typeof raw === "bigint" ? Number(raw) : raw;
      return typeof value === "number" && isRight(value) ? value : undefined;
    },
  });
}

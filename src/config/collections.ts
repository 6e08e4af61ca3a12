import {
  attribute,
  type Check,
  type FreeText,
  type Options,
  refused,
  type Result,
  textLimit,
  tooLong,
  tooMany,
} from "./attribute.ts";
import type { Field } from "./field.ts";
import { keyOf, mustSecret } from "./show.ts";

/*
 * Options that are lists or maps of texts.
 */

/** A list of texts. */
export function list<
  const O extends Options<string[]> & FreeText & {
    /** For each entry. */
    entry?: Check<string>;
    check?: Check<readonly string[]>;
  },
>(doc: string, options: O): Field<Result<string[], O>> {
  const { max, entry, check } = options;
  const field = attribute<string[], O>({
    type: "list(string)",
    doc,
    options,
    what: "a list of strings",
    ...(max === undefined ? {} : { allowed: { kind: "list", max } }),
    secret: options.secret,
    read: (raw) => Array.isArray(raw) ? raw : undefined,
    check: (items) => tooMany(items.length, max) ?? refused(check?.(items), items, options),
  });
  return {
    ...field,
    decode: (raw, path, problems) => {
      const before = problems.length;
      const items: Result<string[], O> = field.decode(raw, path, problems);
      if (problems.length > before || items === undefined) return items;
      // Report the first wrong entry only: several tend to have one cause.
      for (const [index, item] of items.entries()) {
        const text = typeof item !== "string"
          ? refused("be a string", item, options)
          : tooLong(item, textLimit) ?? refused(entry?.(item), item, options);
        if (text === undefined) continue;
        problems.push({ path: `${path}[${index}]`, text });
        break;
      }
      return items;
    },
  };
}

/** Texts by name, as an attribute (`tags = { "a:b" = "c" }`) or a block (`tags { a = "c" }`). */
export function map(
  doc: string,
  options: FreeText & {
    check?: Check<Readonly<Record<string, string>>>;
    /** For each entry: what its name or its value must be. */
    entry?: (name: string, value: string) => string | undefined;
  },
): Field<Record<string, string>> {
  const { secret, max, check, entry } = options;
  return {
    shape: { kind: "map", type: "string", ...(max === undefined ? {} : { max }) },
    doc,
    secret,
    decode: (raw, path, problems) => {
      if (raw === null || raw === undefined) return {};
      if (typeof raw !== "object" || Array.isArray(raw)) {
        problems.push({ path, text: mustSecret("be a map of strings", raw) });
        return {};
      }
      // Null means not set, as everywhere in HCL.
      const set = Object.entries(raw).filter(([, value]) => value !== null);
      const wrong = tooMany(set.length, max);
      if (wrong !== undefined) {
        problems.push({ path, text: wrong });
        return {};
      }
      for (const [name, value] of set) {
        const text = typeof value !== "string"
          ? refused("be a string", value, options)
          : tooLong(value, textLimit) ?? refused(entry?.(name, value), value, options);
        if (text === undefined) continue;
        problems.push({ path: `${path}${keyOf(name)}`, text });
        return {};
      }
      const value: Record<string, string> = Object.fromEntries(set);
      const whole = check?.(value);
      if (whole !== undefined) problems.push({ path, text: mustSecret(whole, raw) });
      return value;
    },
  };
}

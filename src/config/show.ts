/*
 * How a refusal speaks of a value: `must be X; got Y`, where Y is the value, or, where the value may
 * be a secret, its type, its length and its keys.
 */

/** Most characters of a value that an error shows. */
const valueLimit = 200;
/** Most keys of a map that an error names, and most characters of each. */
const keyLimit = 10;
const keyLengthLimit = 64;

/** A refusal of a value that may be shown: what must be, in words that follow "must", and the value. */
export function must(what: string, value: unknown): string {
  return `must ${what}; got ${show(value)}`;
}

/** A refusal of a value that may be a secret. */
export function mustSecret(what: string, value: unknown): string {
  return `must ${what}; got ${kindOf(value)}`;
}

/**
 * A value as an error shows it: the JSON of a text, a number, a bool, or a list of those, shortened.
 * Anything else is shown by its kind, as a block may hold secrets. A large value takes no longer.
 */
export function show(value: unknown): string {
  if (Array.isArray(value)) return showList(value);
  const isScalar = typeof value !== "object" && value !== undefined;
  return isScalar ? showScalar(value) : kindOf(value);
}

function showScalar(value: unknown): string {
  if (typeof value !== "string") return shorten(String(value), valueLimit);
  // Cut before it is escaped, so that a text of megabytes is not.
  return shorten(JSON.stringify(value.slice(0, valueLimit + 2)), valueLimit);
}

function showList(list: readonly unknown[]): string {
  const parts: string[] = [];
  let length = 0;
  for (const item of list) {
    if (length > valueLimit) break;
    const part = typeof item === "object" ? kindOf(item) : showScalar(item);
    parts.push(part);
    length += part.length + 2;
  }
  return shorten(`[${parts.join(", ")}${parts.length < list.length ? ", …" : ""}]`, valueLimit);
}

/** What may be said of a value that may be a secret: its type, its length and its keys. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${count(value.length, "entry", "entries")}`;
  switch (typeof value) {
    case "string":
      return value === "" ? '""' : `a string of ${count(value.length, "character", "characters")}`;
    case "boolean":
      return "a bool";
    case "bigint":
    case "number":
      return "a number";
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return "binary data";
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty map";
  const named = keys.slice(0, keyLimit).map((key) => shorten(showScalar(key), keyLengthLimit));
  const more = keys.length > named.length ? ` and ${keys.length - named.length} more` : "";
  return `a map with the ${keys.length === 1 ? "key" : "keys"} ${named.join(", ")}${more}`;
}

/** The part of a path that leads to a map's entry: `["key"]`. */
export function keyOf(key: string): string {
  return `[${shorten(showScalar(key), keyLengthLimit)}]`;
}

/** A number with the noun that it counts. */
export function count(amount: number, one: string, several: string): string {
  return `${amount} ${amount === 1 ? one : several}`;
}

/** Words as a choice: `"a", "b" or "c"`. */
export function choice(words: readonly (string | number)[]): string {
  return either(words.map((word) => JSON.stringify(word)));
}

/** Words as a choice of one, as they are: `a, b or c`. */
export function either(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** The first `limit` characters of a text, and `…` where there are more. Cuts no character in two. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, isHighSurrogate ? limit - 1 : limit)}…`;
}

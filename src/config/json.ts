import { parse, type ParseError } from "jsonc-parser";
import type { Field } from "./field.ts";
import { kindOf, mustSecret } from "./show.ts";
import { isDeeperThan } from "./size.ts";
import { string } from "./values.ts";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deepest nesting of lists and objects that is read: AWS's own requests have about eight levels. */
const depthLimit = 32;

/**
 * An option that is the text of a JSON object, decoded. No error shows any of the text, which may hold
 * secrets. `max` is the most characters of it, and `example` is what an error shows to follow.
 */
export function json(
  doc: string,
  { max, example }: { max: number; example: string },
): Field<JsonObject | undefined> {
  const inner = string(doc, { secret: true, max });
  const { shape } = inner;
  return {
    ...inner,
    shape: shape.kind === "attribute" ? { ...shape, allowed: { kind: "json" } } : shape,
    decode: (raw, path, problems) => {
      const before = problems.length;
      const text = inner.decode(raw, path, problems);
      if (text === undefined || problems.length > before) return undefined;
      const parsed = parseObject(text, example);
      switch (parsed.kind) {
        case "object":
          return parsed.object;
        case "refused":
          problems.push({ path, text: parsed.text });
          return undefined;
      }
    },
  };
}

function parseObject(
  text: string,
  example: string,
): { kind: "object"; object: JsonObject } | { kind: "refused"; text: string } {
  // Editors of Windows begin a file with a byte order mark, which JSON does not have.
  const source = text.replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return { kind: "refused", text: `must be JSON; got ${kindOf(text)} ${faultOf(source)}` };
  }
  if (isDeeperThan(value, depthLimit)) {
    return { kind: "refused", text: `must be JSON of at most ${depthLimit} levels; got more` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "refused", text: mustSecret(`be a JSON object such as ${example}`, value) };
  }
  return { kind: "object", object: value as JsonObject };
}

/** Where a text stops being JSON. The message of `JSON.parse` will not do, as it quotes the text. */
function faultOf(text: string): string {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    // The parser calls itself for each level, and so runs out of stack.
    if (error instanceof RangeError) return `that is nested deeper than ${depthLimit} levels`;
    throw error;
  }
  const offset = errors[0]?.offset ?? text.length;
  const before = text.slice(0, offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `with an error at line ${before.length}, column ${column}`;
}

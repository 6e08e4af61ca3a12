/** A value of JSON that has members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object: no list, and not `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value where it is an object, to read members of; undefined for any other. */
export function jsonObjectIn(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** The object that a text of JSON is; undefined where the text is anything else, or no JSON. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    return jsonObjectIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

import { attribute } from "./attribute.ts";
import type { Field } from "./field.ts";

/** A span of time, written as Go does (`"90s"`, `"1m30s"`) and decoded to milliseconds. */
export function duration<const O extends { default?: string; min?: string; max: string }>(
  doc: string,
  options: O,
): Field<O extends { default: string } ? number : number | undefined> {
  const { min, max } = options;
  const least = parseDuration(min ?? "0s") ?? 0;
  const most = parseDuration(max) ?? 0;
  const bounds = min === undefined
    ? `of at most ${JSON.stringify(max)}`
    : `from ${JSON.stringify(min)} to ${JSON.stringify(max)}`;
  const inner = attribute<string, { default?: string }>({
    type: "string",
    doc,
    options,
    what: `a duration ${bounds}, such as "30s", "5m" or "1h30m"`,
    allowed: { kind: "duration", max, ...(min === undefined ? {} : { min }) },
    secret: false,
    read: (raw) => {
      const ms = typeof raw === "string" ? parseDuration(raw) : undefined;
      return ms !== undefined && ms >= least && ms <= most ? raw as string : undefined;
    },
  });
  const field: Field<number | undefined> = {
    ...inner,
    decode: (raw, path, problems) => {
      const text = inner.decode(raw, path, problems);
      return text === undefined ? undefined : parseDuration(text);
    },
  };
  return field as Field<O extends { default: string } ? number : number | undefined>;
}

/** Most characters of a duration: more than any that is meant. */
const durationLimit = 64;

/** Parses a span of time in Go's notation to milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const units: Record<string, number> = {
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
  };
  if (text.length > durationLimit || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? NaN);
  }
  return total;
}

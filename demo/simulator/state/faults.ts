/** Ways in which a call can fail. */
export const faultModes = [
  "throttle",
  "error500",
  "error503",
  "hang",
  "cut-before",
  "cut-after",
  "garbage",
  "half-body",
  "access-denied",
  "expired",
  "unrecognized-client",
  "capacity",
] as const;
export type FaultMode = typeof faultModes[number];

/** Which calls fail, how often, and for how long. */
export type FaultRule = {
  /** Operation names. `*` stands for every operation. */
  readonly operations: readonly string[];
  readonly mode: FaultMode;
  /** Share of the calls, from 0 to 1. */
  readonly rate: number;
  /** How many calls still fail. Undefined: no limit. */
  count: number | undefined;
  /** When the rule ends, in milliseconds since the Unix epoch. Undefined: never. */
  readonly until: number | undefined;
};

/** How a call to `operation` fails now, by the first rule that applies. Undefined: it does not. */
export function faultFor(
  rules: readonly FaultRule[],
  operation: string,
  { now, random }: { now: number; random: () => number },
): FaultMode | undefined {
  for (const rule of rules) {
    if (!rule.operations.includes("*") && !rule.operations.includes(operation)) continue;
    if (rule.until !== undefined && now >= rule.until) continue;
    if (rule.count !== undefined && rule.count <= 0) continue;
    if (random() >= rule.rate) continue;
    if (rule.count !== undefined) rule.count -= 1;
    return rule.mode;
  }
  return undefined;
}

/** Reads rules from a control request. Throws an `Error` that names what is wrong. */
export function readRules(value: unknown, now: number): FaultRule[] {
  if (!Array.isArray(value)) throw new Error("faults must be a list of rules");
  return value.map((rule) => {
    const { operations = ["*"], mode, rate = 1, count, seconds } = rule as Record<string, unknown>;
    const known = faultModes.find((candidate) => candidate === mode);
    if (known === undefined) throw new Error(`mode must be one of ${faultModes.join(", ")}`);
    if (!Array.isArray(operations)) throw new Error("operations must be a list of names");
    if (typeof rate !== "number" || rate < 0 || rate > 1) throw new Error("rate is from 0 to 1");
    return {
      operations: operations.map(String),
      mode: known,
      rate,
      count: typeof count === "number" ? count : undefined,
      until: typeof seconds === "number" ? now + seconds * 1_000 : undefined,
    };
  });
}

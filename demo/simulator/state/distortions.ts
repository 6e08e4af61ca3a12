/** How one part of an answer is changed. */
export type Change =
  | { readonly kind: "remove" }
  | { readonly kind: "set"; readonly value: unknown }
  /** The item of a list is there so many times more. */
  | { readonly kind: "repeat"; readonly times: number };

/** A change to answers that AWS would not give: those of a proxy, an emulator or a fault. */
export type Distortion = {
  readonly operations: readonly string[];
  /** Names of members and places in lists that lead to the part; empty for the whole answer. */
  readonly path: readonly (string | number)[];
  readonly change: Change;
  /** How many answers are still changed. Undefined: no limit. */
  count: number | undefined;
};

/**
 * The answer of `operation`, with all changes that apply to it. An answer that does not have the part is
 * left as it is, and does not count.
 */
export function distorted(
  distortions: readonly Distortion[],
  operation: string,
  answer: unknown,
): unknown {
  const applying = distortions.filter(({ operations, count }) =>
    operations.includes(operation) && (count === undefined || count > 0)
  );
  if (applying.length === 0) return answer;
  // As it is on the wire; the answer itself may hold parts of the model.
  const root = { answer: JSON.parse(JSON.stringify(answer)) };
  for (const distortion of applying) {
    const isChanged = change(root, ["answer", ...distortion.path], distortion.change);
    if (isChanged && distortion.count !== undefined) distortion.count -= 1;
  }
  return root.answer;
}

/** Changes what a path leads to. Answers whether there is such a part. */
function change(root: object, path: readonly (string | number)[], change: Change): boolean {
  let holder: unknown = root;
  for (const key of path.slice(0, -1)) holder = memberOf(holder, key);
  const last = path.at(-1) ?? "";
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, last)) return false;
  const members = holder as Record<string | number, unknown>;
  switch (change.kind) {
    case "remove":
      if (Array.isArray(holder)) holder.splice(Number(last), 1);
      else delete members[last];
      return true;
    case "set":
      members[last] = change.value;
      return true;
    case "repeat":
      if (!Array.isArray(holder)) return false;
      holder.splice(Number(last), 0, ...Array(change.times).fill(members[last]));
      return true;
  }
}

function memberOf(holder: unknown, key: string | number): unknown {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, key)) {
    return undefined;
  }
  return (holder as Record<string | number, unknown>)[key];
}

/** Reads distortions from a control request. Throws an `Error` that names what is wrong. */
export function readDistortions(value: unknown): Distortion[] {
  if (!Array.isArray(value)) throw new Error("distortions must be a list");
  return value.map((entry) => {
    const { operations, path = [], count, ...others } = entry as Record<string, unknown>;
    if (!Array.isArray(operations)) throw new Error("operations must be a list of names");
    if (!Array.isArray(path) || !path.every(isStep)) {
      throw new Error("path must be a list of member names and places in lists");
    }
    return {
      operations: operations.map(String),
      path,
      change: readChange(others),
      count: typeof count === "number" ? count : undefined,
    };
  });
}

function isStep(step: unknown): step is string | number {
  return typeof step === "string" || (Number.isInteger(step) && Number(step) >= 0);
}

function readChange(entry: Readonly<Record<string, unknown>>): Change {
  if (entry["remove"] === true) return { kind: "remove" };
  if ("set" in entry) return { kind: "set", value: entry["set"] };
  const times = entry["repeat"];
  if (typeof times === "number" && Number.isInteger(times) && times > 0) {
    return { kind: "repeat", times };
  }
  throw new Error("a distortion has remove: true, set, or repeat: a number of times");
}

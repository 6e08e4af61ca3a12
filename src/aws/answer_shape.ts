import { parseTaskArn } from "./cluster_ref.ts";

/**
 * What a value of an answer must be:
 * - `text`, `integer`, `number`, `flag` (true or false), `date`, `bytes`;
 * - `task ARN`: a text that names an ECS task;
 * - `revision ARN`: a text that names a revision of a task definition;
 * - `anything`: any value that is there.
 */
export type Leaf =
  | "text"
  | "integer"
  | "number"
  | "flag"
  | "date"
  | "bytes"
  | "task ARN"
  | "revision ARN"
  | "anything";

/**
 * What an answer must look like, as far as the driver reads it: a leaf; a list of one shape; or a
 * structure, of which a member whose name ends with `!` must be there and others may be.
 *
 * @example
 * ```ts
 * import { problemWith } from "./answer_shape.ts";
 *
 * const shape = { tasks: [{ "taskArn!": "task ARN", stoppedAt: "date" }] } as const;
 * problemWith(shape, { tasks: [{ taskArn: 7 }] }); // "tasks[0].taskArn is a number, not a task ARN"
 * ```
 */
export type Shape = Leaf | readonly [Shape] | Members;

/** The members of a structure that are read. */
export type Members = { readonly [name: string]: Shape };

type NameOf<Key> = Key extends `${infer Name}!` ? Name : Key;

/** The shapes that fit a type, which is the SDK's model: no other can be written down for it. */
export type ShapeOf<T> =
  | "anything"
  | (T extends readonly (infer Item)[] ? readonly [ShapeOf<Item>]
    : T extends Date ? "date"
    : T extends Uint8Array ? "bytes"
    : T extends string ? "text" | "task ARN" | "revision ARN"
    : T extends number ? "integer" | "number"
    : T extends boolean ? "flag"
    : { readonly [K in keyof T as K | `${K & string}!`]?: ShapeOf<NonNullable<T[K]>> });

/** The part of a type that a shape names. What the driver reads of an answer is what was checked. */
export type Picked<T, S> = S extends readonly [infer Item]
  ? T extends readonly (infer Of)[] ? Picked<Of, Item>[] : T
  : S extends Members ? T extends object ? {
        [K in keyof T as K extends NameOf<keyof S> ? K : never]: Picked<T[K], ShapeIn<S, K>>;
      }
    : T
  : T;

/** The shape of a member. */
type ShapeIn<S, K> = K extends keyof S ? S[K]
  : `${K & string}!` extends keyof S ? S[`${K & string}!`]
  : never;

/** What is wrong with a value, in a text that begins with the place in it; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const checks = new WeakMap<object, Check>();

/** What of a value does not fit the shape, in words with its place; undefined where all fits. */
export function problemWith(shape: Shape, value: unknown): string | undefined {
  return checkOf(shape)(value)?.replace(/^\./, "");
}

/** The check of a shape. It is made once, as some hundred tasks a second are checked. */
function checkOf(shape: Shape): Check {
  if (typeof shape === "string") return leaves[shape];
  const known = checks.get(shape);
  if (known !== undefined) return known;
  const check = isList(shape) ? listCheck(checkOf(shape[0])) : structureCheck(shape);
  checks.set(shape, check);
  return check;
}

function isList(shape: readonly [Shape] | Members): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function listCheck(item: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return wrong(value, "a list");
    for (let at = 0; at < value.length; at++) {
      const problem = item(value[at]);
      if (problem !== undefined) return `[${at}]${problem}`;
    }
    return undefined;
  };
}

function structureCheck(members: Members): Check {
  const all = Object.entries(members).map(([key, shape]) => ({
    name: key.replace(/!$/, ""),
    required: key.endsWith("!"),
    check: checkOf(shape),
  }));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return wrong(value, "a structure");
    }
    for (const { name, required, check } of all) {
      const member = (value as Readonly<Record<string, unknown>>)[name];
      if (member === undefined) {
        if (required) return `.${name} is missing`;
        continue;
      }
      const problem = check(member);
      if (problem !== undefined) return `.${name}${problem}`;
    }
    return undefined;
  };
}

const revisionArn =
  /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition\/[A-Za-z0-9_-]{1,255}:[1-9][0-9]*$/;

const leaves: { readonly [L in Leaf]: Check } = {
  text: (value) => typeof value === "string" ? undefined : wrong(value, "a text"),
  integer: (value) => Number.isSafeInteger(value) ? undefined : wrong(value, "an integer"),
  number: (value) =>
    typeof value === "number" && Number.isFinite(value) ? undefined : wrong(value, "a number"),
  flag: (value) => typeof value === "boolean" ? undefined : wrong(value, "true or false"),
  date: (value) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : wrong(value, "a date"),
  bytes: (value) => value instanceof Uint8Array ? undefined : wrong(value, "bytes"),
  "task ARN": (value) =>
    typeof value === "string" && parseTaskArn(value) !== undefined
      ? undefined
      : wrong(value, "a task ARN"),
  "revision ARN": (value) =>
    typeof value === "string" && revisionArn.test(value)
      ? undefined
      : wrong(value, "a task definition's ARN"),
  anything: () => undefined,
};

/** The value itself is not told: an answer may hold what nobody should read. */
function wrong(value: unknown, wanted: string): string {
  const is = value === null
    ? "null"
    : Array.isArray(value)
    ? "a list"
    : value instanceof Date
    ? "another date"
    : typeof value === "object"
    ? "a structure"
    : typeof value === "string"
    ? "another text"
    : typeof value === "boolean"
    ? "true or false"
    : `a ${typeof value}`;
  return ` is ${is}, not ${wanted}`;
}

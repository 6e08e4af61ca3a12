/**
 * One declaration of a configuration block. From it come the type of the decoded value, the
 * schema Nomad parses HCL against (`hclspec.ts`) and the decoder, so that none can drift from
 * another.
 *
 * @example
 * ```ts
 * const network = block("Where the task listens.", {
 *   subnets: list("Subnets of the network interface.", { required: true, secret: false }),
 *   public: bool("Whether it has a public address.", { default: false }),
 * });
 * type Network = Decoded<typeof network>; // { subnets: string[]; public: boolean }
 * ```
 */

import type { Decoded, Example, Field, Fields, Problem } from "./field.ts";
import { count, mustSecret } from "./show.ts";
import { isLongerThan } from "./size.ts";

export type { Allowed, Decoded, Example, Field, Fields, Problem, Shape } from "./field.ts";
export { list, map } from "./collections.ts";
export { duration, parseDuration } from "./duration.ts";
export { json } from "./json.ts";
export { bool, number, oneOf, string, whole } from "./values.ts";

type Values<F extends Fields> = { [K in keyof F]: Decoded<F[K]> };

type BlockOptions<F extends Fields> = {
  /** Adds to `problems` what is wrong with options of the block taken together. */
  readonly check?: (value: Values<F>, path: string, problems: Problem[]) => void;
  /**
   * Most bytes that AWS takes of the block as JSON. One that is sure to have more than twice as many is
   * refused before any of it is decoded; the exact size is that of the request.
   */
  readonly size?: number;
  /** A block that is right, for the reference. */
  readonly example?: Example;
};

/** A block that stands at most once; where it does not stand its fields decode as if it were empty. */
export function block<const F extends Fields>(
  doc: string,
  fields: F,
  { check, size, example }: BlockOptions<F> = {},
): Field<Values<F>> & { readonly fields: F } {
  return {
    fields,
    shape: {
      kind: "block",
      fields,
      ...(example === undefined ? {} : { example }),
    },
    doc,
    secret: true,
    decode: (raw, path, problems) => {
      if (size !== undefined && isLongerThan(raw, 2 * size)) {
        problems.push({ path, text: `must be at most ${size} bytes as JSON for AWS; got more` });
        return decodeFields(fields, undefined, path, []);
      }
      const before = problems.length;
      const values = decodeFields(fields, raw, path, problems);
      // Rules across options need options that are right: skip them where one is not.
      if (problems.length === before) check?.(values, path, problems);
      return values;
    },
  };
}

/** A block that stands at most once; undefined where it does not stand. */
export function optionalBlock<const F extends Fields>(
  doc: string,
  fields: F,
  options: BlockOptions<F> = {},
): Field<Values<F> | undefined> {
  const inner = block(doc, fields, options);
  return {
    ...inner,
    decode: (raw, path, problems) =>
      raw === null || raw === undefined ? undefined : inner.decode(raw, path, problems),
  };
}

/**
 * Most blocks of a kind for which AWS names no bound: a task definition of 64 KB has no room for more of
 * the shortest, `{"name":"a"},`.
 */
const blockLimit = Math.floor(65_536 / 13);

/** A block that may stand several times, or up to `max` times. Of more than that none is decoded. */
export function blocks<const F extends Fields>(
  doc: string,
  fields: F,
  { max, ...options }: { max?: number } & Omit<BlockOptions<F>, "size"> = {},
): Field<Values<F>[]> {
  const one = block(doc, fields, options);
  return {
    shape: {
      kind: "blocks",
      fields,
      ...(max === undefined ? {} : { max }),
      ...(options.example === undefined ? {} : { example: options.example }),
    },
    doc,
    secret: true,
    decode: (raw, path, problems) => {
      if (raw === null || raw === undefined) return [];
      if (!Array.isArray(raw)) {
        problems.push({ path, text: mustSecret("be a list of blocks", raw) });
        return [];
      }
      const most = max ?? blockLimit;
      if (raw.length > most) {
        const times = count(most, "time", "times");
        problems.push({ path, text: `must stand at most ${times}; got ${raw.length}` });
        return [];
      }
      return raw.map((item, index) => one.decode(item, `${path}[${index}]`, problems));
    },
  };
}

function decodeFields<F extends Fields>(
  fields: F,
  raw: unknown,
  path: string,
  problems: Problem[],
): Values<F> {
  let members: Record<string, unknown> = {};
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) {
    members = raw as Record<string, unknown>;
  } else if (raw !== null && raw !== undefined) {
    problems.push({ path, text: mustSecret("be a block", raw) });
  }
  const decoded = Object.entries(fields).map(([name, field]) => [
    name,
    field.decode(
      members[name],
      path === "" ? name : `${path}.${name}`,
      problems,
    ),
  ]);
  return Object.fromEntries(decoded) as Values<F>;
}

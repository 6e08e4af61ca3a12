/**
 * One declaration of a configuration block. From it come the type of the decoded value, the
 * schema Nomad parses HCL against (`hclspec.ts`) and the decoder, so that none can drift from
 * another.
 *
 * @example
 * ```ts
 * const network = block("Where the task listens.", {
 *   subnets: list("Subnets of the network interface.", { required: true }),
 *   public: bool("Whether it has a public address.", { default: false }),
 * });
 * type Network = Decoded<typeof network>; // { subnets: string[]; public: boolean }
 * ```
 */

import type { Decoded, Field, Fields, Problem } from "./field.ts";
import { show } from "./show.ts";

export type { Allowed, Decoded, Field, Fields, Problem, Shape } from "./field.ts";
export {
  bool,
  duration,
  json,
  list,
  map,
  number,
  oneOf,
  parseDuration,
  string,
  whole,
} from "./values.ts";

type Values<F extends Fields> = { [K in keyof F]: Decoded<F[K]> };

/** A block that stands at most once; where it does not stand its fields decode as if it were empty. */
export function block<const F extends Fields>(
  doc: string,
  fields: F,
  check?: (value: Values<F>, path: string, problems: Problem[]) => void,
): Field<Values<F>> & { readonly fields: F } {
  return {
    fields,
    shape: { kind: "block", required: false, fields },
    doc,
    decode: (raw, path, problems) => {
      const before = problems.length;
      const values = decodeFields(fields, raw, path, problems);
      // A rule across fields speaks of values; with one of them unreadable it would only confuse.
      if (problems.length === before) check?.(values, path, problems);
      return values;
    },
  };
}

/** A block that stands at most once; undefined where it does not stand. */
export function optionalBlock<const F extends Fields>(
  doc: string,
  fields: F,
  check?: (value: Values<F>, path: string, problems: Problem[]) => void,
): Field<Values<F> | undefined> {
  const inner = block(doc, fields, check);
  return {
    ...inner,
    decode: (raw, path, problems) =>
      raw === null || raw === undefined ? undefined : inner.decode(raw, path, problems),
  };
}

/** A block that may stand several times, or up to `max` times. */
export function blocks<const F extends Fields>(
  doc: string,
  fields: F,
  { max, check }: {
    max?: number;
    check?: (value: Values<F>, path: string, problems: Problem[]) => void;
  } = {},
): Field<Values<F>[]> {
  const one = block(doc, fields, check);
  return {
    shape: { kind: "blocks", fields, ...(max === undefined ? {} : { max }) },
    doc,
    decode: (raw, path, problems) => {
      if (raw === null || raw === undefined) return [];
      if (!Array.isArray(raw)) {
        problems.push({ path, text: `= ${show(raw)} is not a list of blocks` });
        return [];
      }
      if (max !== undefined && raw.length > max) {
        problems.push({ path, text: `stands ${raw.length} times; at most ${max} are allowed` });
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
    problems.push({ path, text: `= ${show(raw)} is not a block` });
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

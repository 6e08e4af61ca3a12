import { decodeMsgpack } from "../msgpack.ts";
import type { Field, Problem } from "./schema.ts";
import { shorten } from "./show.ts";

/** A decoded configuration, or all that is wrong with it, and what could be read of it. */
export type DecodeResult<T> =
  | { kind: "ok"; value: T }
  | { kind: "invalid"; problems: Problem[]; readable: T };

/**
 * Decodes the msgpack that Nomad sends for a `config` block. Nomad sends nothing at all, or every
 * attribute as nil, where the block is absent. `root` is the HCL path of the block.
 */
export function decodeConfig<T>(
  field: Field<T>,
  msgpack: Uint8Array,
  root: string,
): DecodeResult<T> {
  let raw: unknown;
  try {
    raw = msgpack.length === 0 ? undefined : decodeMsgpack(msgpack);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return refused(
      field,
      root,
      `must be msgpack that can be read; got ${msgpack.length} bytes: ${why}`,
    );
  }
  const problems: Problem[] = [];
  const value = field.decode(raw, root, problems);
  return problems.length > 0
    ? { kind: "invalid", problems, readable: value }
    : { kind: "ok", value };
}

/** A configuration of which nothing could be read. */
function refused<T>(field: Field<T>, path: string, text: string): DecodeResult<T> {
  return {
    kind: "invalid",
    problems: [{ path, text }],
    readable: field.decode(undefined, path, []),
  };
}

/** Most problems that a description names. A user mends a few at a time and tries again. */
const problemLimit = 20;
/** Most characters of one problem's line. The longest line of the driver's own words has about 800. */
const lineLimit = 1_000;
/**
 * Most characters of all lines together. The text travels in HTTP/2 trailers, which peers bound, and
 * into Nomad's task events, which a user reads.
 */
const textLimit = 4_000;

/**
 * One line for each problem: its HCL path, then what is wrong. At most 20 problems in about 4,000
 * characters; a last line says how many more there are.
 */
export function describeProblems(problems: readonly Problem[]): string {
  const lines: string[] = [];
  let length = 0;
  for (const { path, text } of problems.slice(0, problemLimit)) {
    const line = shorten(`${path} ${text}`, lineLimit);
    length += line.length + 1;
    if (length > textLimit) break;
    lines.push(line);
  }
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`and ${more} more ${more === 1 ? "problem" : "problems"}`);
  return lines.join("\n");
}

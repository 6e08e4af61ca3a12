import { decode as decodeMsgpack } from "@msgpack/msgpack";
import type { Field, Problem } from "./schema.ts";

/** A configuration was decoded, or this is all that is wrong with it, and what could be read of it. */
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
    const text = `is not valid msgpack: ${cause instanceof Error ? cause.message : String(cause)}`;
    return {
      kind: "invalid",
      problems: [{ path: root, text }],
      readable: field.decode(undefined, root, []),
    };
  }
  const problems: Problem[] = [];
  const value = field.decode(raw, root, problems);
  return problems.length > 0
    ? { kind: "invalid", problems, readable: value }
    : { kind: "ok", value };
}

/** One line a problem: its HCL path, the value, and what would be right. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ path, text }) => `${path} ${text}`).join("\n");
}

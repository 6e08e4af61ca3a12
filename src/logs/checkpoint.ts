/**
 * How far a task's logs were read and written, in the allocation's directory: the next process goes on
 * from there, and so does the next allocation on this client where it takes the ECS task over.
 */
import { fromBase64 } from "../bytes.ts";
import { jsonObjectIn, parseJsonObject } from "../json_object.ts";
import type { OutputState } from "./output.ts";
import { type Position, positionAt } from "./position.ts";

/** What a checkpoint holds. */
export type Checkpoint = {
  readonly outputs: ReadonlyMap<string, OutputState>;
  /** By the streams' names, of which each has the ECS task's id in it. */
  readonly positions: ReadonlyMap<string, Position>;
};

/** The checkpoint as text. */
export function encodeCheckpoint({ outputs, positions }: Checkpoint): string {
  return JSON.stringify({
    outputs: Object.fromEntries([...outputs].map(([name, { base, bytes, waiting }]) => [name, {
      index: base.index,
      offset: base.offset,
      bytes,
      waiting: waiting.toBase64(),
    }])),
    streams: Object.fromEntries([...positions].map(([name, { from, newest, known }]) => [name, {
      from,
      newest,
      known: [...known],
    }])),
  });
}

/** Reads a checkpoint; undefined for a text that is none. */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const fields = parseJsonObject(text);
  if (fields === undefined) return undefined;
  const outputs = new Map<string, OutputState>();
  for (const [name, value] of Object.entries(jsonObjectIn(fields["outputs"]) ?? {})) {
    const output = outputOf(value);
    if (output !== undefined) outputs.set(name, output);
  }
  const positions = new Map<string, Position>();
  for (const [name, value] of Object.entries(jsonObjectIn(fields["streams"]) ?? {})) {
    const position = positionOf(value);
    if (position !== undefined) positions.set(name, position);
  }
  return { outputs, positions };
}

function outputOf(value: unknown): OutputState | undefined {
  const fields = jsonObjectIn(value) ?? {};
  const [index, offset, bytes] = ["index", "offset", "bytes"].map((name) => fields[name]);
  const waiting = typeof fields["waiting"] === "string" ? fromBase64(fields["waiting"]) : undefined;
  if (!isCount(index) || !isCount(offset) || !isCount(bytes) || waiting === undefined) {
    return undefined;
  }
  return { base: { index, offset }, bytes, waiting };
}

function positionOf(value: unknown): Position | undefined {
  const { from, newest, known } = jsonObjectIn(value) ?? {};
  if (!isCount(from) || !isCount(newest) || !Array.isArray(known)) return undefined;
  const position = positionAt(from);
  position.newest = newest;
  for (const entry of known) {
    const [id, time] = Array.isArray(entry) ? entry : [];
    if (isCount(id) && isCount(time)) position.known.set(id, time);
  }
  return position;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

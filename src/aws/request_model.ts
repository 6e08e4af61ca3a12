import { NormalizedSchema } from "@smithy/core/schema";
import { isJsonObject } from "../json_object.ts";
import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from "./packages/ecs.ts";

/** The requests that can be checked against the AWS SDK's model of them. */
const requests = {
  registerTaskDefinition: RegisterTaskDefinitionRequest$,
  runTask: RunTaskRequest$,
};

/**
 * What in a value does not fit the SDK's model of a request: members that the model does not have,
 * which the SDK would leave out without a word, and values of another type. Paths are in AWS's names
 * below `path`, as `config.task.definition_json.containerDefinitions[0].imagee`. A value is shown by
 * its type alone, as it may be a secret.
 */
export function mismatches(
  request: keyof typeof requests,
  value: unknown,
  path: string,
): Mismatch[] {
  return [...walk(NormalizedSchema.of(requests[request]), value, path, new Map())];
}

/** Where a value does not fit, and why, in words that follow the path. */
export type Mismatch = { readonly path: string; readonly text: string };

/** The members of a structure, which thousands of values may have. */
type Members = { readonly schemas: ReadonlyMap<string, NormalizedSchema>; readonly names: string };

/** Largest whole number of AWS's models here: all of their numbers are integers of 32 bits. */
const largest = 2_147_483_647;

function* walk(
  schema: NormalizedSchema,
  value: unknown,
  path: string,
  known: Map<string, Members>,
): Generator<Mismatch> {
  const is = (what: string): Mismatch => ({
    path,
    text: `must be ${what}; got ${typeName(value)}`,
  });
  if (schema.isStructSchema()) {
    if (!isJsonObject(value)) return yield is("an object");
    const members = membersOf(schema, known);
    for (const [name, member] of Object.entries(value)) {
      const at = `${path}.${name}`;
      const inner = members.schemas.get(name);
      if (inner !== undefined) yield* walk(inner, member, at, known);
      else yield { path: at, text: `is not known to AWS there; use ${wordsFor(name, members)}` };
    }
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) return yield is("a list");
    const inner = schema.getValueSchema();
    for (const [index, item] of value.entries()) {
      yield* walk(inner, item, `${path}[${index}]`, known);
    }
  } else if (schema.isMapSchema()) {
    if (!isJsonObject(value)) return yield is("an object");
    const inner = schema.getValueSchema();
    for (const [name, member] of Object.entries(value)) {
      yield* walk(inner, member, `${path}[${JSON.stringify(name)}]`, known);
    }
  } else if (schema.isStringSchema()) {
    if (typeof value !== "string") yield is("a string");
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") yield is("true or false");
  } else if (schema.isNumericSchema()) {
    if (typeof value !== "number") yield is("a number");
    else if (!Number.isInteger(value) || Math.abs(value) > largest) {
      yield { path, text: `must be a whole number of 32 bits; got ${value}` };
    }
  }
}

function membersOf(schema: NormalizedSchema, known: Map<string, Members>): Members {
  const structure = schema.getName(true) ?? "";
  const found = known.get(structure);
  if (found !== undefined) return found;
  const schemas = new Map(schema.structIterator());
  const members = { schemas, names: [...schemas.keys()].join(", ") };
  known.set(structure, members);
  return members;
}

/** The member that is meant, where one is written nearly so; else all. */
function wordsFor(name: string, { schemas, names }: Members): string {
  const meant = [...schemas.keys()].find((known) => isNear(letters(known), letters(name)));
  return meant ?? `one of ${names}`;
}

/** A name without what tells PascalCase and snake case from camelCase. */
function letters(name: string): string {
  return name.slice(0, 100).replaceAll("_", "").toLowerCase();
}

/** Whether two texts are the same but for one character that is missing, added, changed or swapped. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  const same = (skipA: number, skipB: number) => a.slice(start + skipA) === b.slice(start + skipB);
  const swapped = a[start] === b[start + 1] && a[start + 1] === b[start] && same(2, 2);
  return same(0, 0) || same(1, 0) || same(0, 1) || same(1, 1) || swapped;
}

/** The type of a JSON value, with its article. */
function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

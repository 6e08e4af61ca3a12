import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";
import type { Problem } from "../config/field.ts";

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
): Problem[] {
  return [...walk(NormalizedSchema.of(requests[request]), value, path)];
}

function* walk(schema: NormalizedSchema, value: unknown, path: string): Generator<Problem> {
  const is = (what: string): Problem => ({ path, text: `must be ${what}; got ${typeName(value)}` });
  if (schema.isStructSchema()) {
    if (!isObject(value)) return yield is("an object");
    const known = [...schema.structIterator()].map(([name]) => name);
    for (const [name, member] of Object.entries(value)) {
      const at = `${path}.${name}`;
      if (known.includes(name)) yield* walk(schema.getMemberSchema(name), member, at);
      else yield { path: at, text: `is not known to AWS there; use one of ${known.join(", ")}` };
    }
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) return yield is("a list");
    for (const [index, item] of value.entries()) {
      yield* walk(schema.getValueSchema(), item, `${path}[${index}]`);
    }
  } else if (schema.isMapSchema()) {
    if (!isObject(value)) return yield is("an object");
    for (const [name, member] of Object.entries(value)) {
      yield* walk(schema.getValueSchema(), member, `${path}[${JSON.stringify(name)}]`);
    }
  } else if (schema.isStringSchema()) {
    if (typeof value !== "string") yield is("a string");
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") yield is("true or false");
  } else if (schema.isNumericSchema()) {
    if (typeof value !== "number") yield is("a number");
  }
}

/** The type of a JSON value, with its article. */
function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

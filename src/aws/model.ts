import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";

/** The requests that can be checked against the AWS SDK's model of them. */
const requests = {
  registerTaskDefinition: RegisterTaskDefinitionRequest$,
  runTask: RunTaskRequest$,
};

/**
 * What in a value does not fit the SDK's model of a request: members that it does not have, which the
 * SDK would leave out without a word, and values of another type. Each is a sentence that begins with
 * the place, as `containerDefinitions[0].imagee is not ...`.
 */
export function mismatches(request: keyof typeof requests, value: unknown): string[] {
  return [...walk(NormalizedSchema.of(requests[request]), value, "")];
}

function* walk(schema: NormalizedSchema, value: unknown, path: string): Generator<string> {
  const is = (what: string) => `${path} = ${JSON.stringify(value)} is not ${what}`;
  if (schema.isStructSchema()) {
    if (!isObject(value)) return yield is("an object");
    const known = [...schema.structIterator()].map(([name]) => name);
    for (const [name, member] of Object.entries(value)) {
      const at = path === "" ? name : `${path}.${name}`;
      if (known.includes(name)) yield* walk(schema.getMemberSchema(name), member, at);
      else yield `${at} is nothing that AWS knows there; it knows ${known.join(", ")}`;
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

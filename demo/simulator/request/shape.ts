import { NormalizedSchema } from "@smithy/core/schema";
import { AwsError } from "./aws_error.ts";

/** The JSON type that a request or one of its members must have. */
export type Shape =
  | Scalar
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "map"; readonly value: Shape }
  | { readonly kind: "structure"; readonly members: Readonly<Record<string, Shape>> };

type Scalar = "string" | "boolean" | "integer" | "long" | "timestamp";
type SdkSchema = Parameters<typeof NormalizedSchema.of>[0];

/**
 * The shape that the AWS SDK's model gives a request. The model does not tell how large a number may
 * be: `number` does, for all numbers of the request.
 *
 * @example
 * ```ts
 * const shape = shapeOf(RunTaskRequest$);
 * readShape(shape, { count: "1" }); // throws: STRING_VALUE can not be converted to an Integer
 * ```
 */
export function shapeOf(schema: SdkSchema, number: "integer" | "long" = "integer"): Shape {
  const model = NormalizedSchema.of(schema);
  if (model.isListSchema()) return { kind: "list", item: shapeOf(model.getValueSchema(), number) };
  if (model.isMapSchema()) return { kind: "map", value: shapeOf(model.getValueSchema(), number) };
  if (model.isStructSchema()) {
    const members = [...model.structIterator()].map((
      [name, member],
    ) => [name, shapeOf(member, number)]);
    return { kind: "structure", members: Object.fromEntries(members) };
  }
  if (model.isBooleanSchema()) return "boolean";
  if (model.isTimestampSchema()) return "timestamp";
  return model.isNumericSchema() ? number : "string";
}

/**
 * The request without the members that the shape does not know, and without null ones: AWS ignores
 * both. Members of structures are in the shape's order, so that equal requests are equal texts.
 *
 * @throws `AwsError` where a member has another JSON type than the shape says. AWS JSON 1.1 answers this
 * with a SerializationException before a service looks at the request.
 */
export function readShape(shape: Shape, value: unknown, path = ""): unknown {
  const refuse = (message: string) =>
    new AwsError("SerializationException", path === "" ? message : `${message} (${path})`);
  if (typeof shape === "string") {
    const problem = scalarProblem(shape, value);
    if (problem !== undefined) throw refuse(problem);
    return value;
  }
  if (shape.kind === "list") {
    if (!Array.isArray(value)) throw refuse("Expected list or null");
    return value.map((item, index) => readShape(shape.item, item, `${path}[${index}]`));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("Expected structure or map, or null");
  }
  const given: Readonly<Record<string, unknown>> = { ...value };
  const names = Object.keys(shape.kind === "map" ? given : shape.members);
  const members = names.flatMap((name): [string, unknown][] => {
    const expected = shape.kind === "map" ? shape.value : shape.members[name];
    const member = Object.hasOwn(given, name) ? given[name] : undefined;
    if (expected === undefined || member === undefined || member === null) return [];
    return [[name, readShape(expected, member, path === "" ? name : `${path}.${name}`)]];
  });
  return Object.fromEntries(members);
}

function scalarProblem(shape: Scalar, value: unknown) {
  if (Array.isArray(value)) return "Start of list found where not expected";
  if (typeof value === "object") return "Start of structure or map found where not expected";
  const is: string = typeof value;
  // A long has 64 bits, of which JSON keeps 53.
  const most = shape === "long" ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1;
  const whole = Number.isInteger(value) && Math.abs(Number(value)) <= most;
  if (shape === "integer" || shape === "long" ? whole : is === shape) return undefined;
  // AWS JSON has times as seconds.
  if (shape === "timestamp" && is === "number") return undefined;
  const what = is === "boolean" ? String(value) : is;
  const target = {
    string: "a String",
    boolean: "a Boolean",
    integer: "an Integer",
    long: "a Long",
    timestamp: "a Timestamp",
  }[shape];
  return `${what.toUpperCase()}_VALUE can not be converted to ${target}`;
}

import { AwsError } from "./aws_error.ts";

/** What JSON a request or a member of it has to be. */
export type Shape =
  | "string"
  | "boolean"
  | "integer"
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "map"; readonly value: Shape }
  | { readonly kind: "structure"; readonly members: Readonly<Record<string, Shape>> };

/** A list of which every item has one shape. */
export function list(item: Shape): Shape {
  return { kind: "list", item };
}

/** An object of any keys, each with a string. */
export const stringMap: Shape = { kind: "map", value: "string" };

/** An object of known members. */
export function structure(members: Readonly<Record<string, Shape>>): Shape {
  return { kind: "structure", members };
}

/**
 * Refuses a request of which a member has another JSON type than its shape says, with the
 * SerializationException that AWS JSON 1.1 answers before a service looks at anything. Members that
 * the shape has not are ignored, and a null stands for a member that is not there, as at AWS.
 */
export function checkShape(shape: Shape, value: unknown, path = ""): void {
  const refuse = (message: string) =>
    new AwsError("SerializationException", path === "" ? message : `${message} (${path})`);
  if (typeof shape === "string") {
    const problem = scalarProblem(shape, value);
    if (problem !== undefined) throw refuse(problem);
  } else if (shape.kind === "list") {
    if (!Array.isArray(value)) throw refuse("Expected list or null");
    for (const [index, item] of value.entries()) checkShape(shape.item, item, `${path}[${index}]`);
  } else {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw refuse("Expected structure or map, or null");
    }
    for (const [name, member] of Object.entries(value)) {
      const expected = shape.kind === "map"
        ? shape.value
        : Object.hasOwn(shape.members, name)
        ? shape.members[name]
        : undefined;
      if (expected === undefined || member === undefined || member === null) continue;
      checkShape(expected, member, path === "" ? name : `${path}.${name}`);
    }
  }
}

function scalarProblem(shape: "string" | "boolean" | "integer", value: unknown) {
  if (Array.isArray(value)) return "Start of list found where not expected";
  if (typeof value === "object") return "Start of structure or map found where not expected";
  const is: string = typeof value;
  // ECS's whole numbers have 32 bits.
  const whole = Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
  if (shape === "integer" ? whole : is === shape) return undefined;
  const what = is === "boolean" ? String(value) : is;
  const target = { string: "a String", boolean: "a Boolean", integer: "an Integer" }[shape];
  return `${what.toUpperCase()}_VALUE can not be converted to ${target}`;
}

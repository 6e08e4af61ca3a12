/** Reads the plugin block from a file of JSON, and blocks of HCL as JSON has them. */
import type { Field, Shape } from "../config/field.ts";
import { jsonObjectIn } from "../json_object.ts";
import { CliError } from "./exit_codes.ts";

/** The name of the plugin's block in an agent's configuration. */
const pluginName = "nomad-driver-ecs";

/**
 * The plugin's `config` in an agent's configuration in HCL's JSON syntax, in the plugin block alone, or
 * standing by itself. Throws a `CliError` that never shows the text, which may hold a token.
 */
export function pluginConfigIn(text: string, path: string): unknown {
  const convert = `hcl2json ${path} > agent.json (github.com/tmccombs/hcl2json) writes it`;
  const document = jsonObjectIn(parse(text, path, convert));
  if (document === undefined) throw new CliError(`${path} must hold a JSON object`);
  const { plugin } = document;
  if (plugin === undefined) return document;
  const block = [plugin].flat().map((one) => jsonObjectIn(one)?.[pluginName])
    .find((found) => found !== undefined);
  if (block === undefined) {
    throw new CliError(
      `${path} must hold a block plugin "${pluginName}"; it has other plugins only`,
    );
  }
  return single(jsonObjectIn(single(block))?.["config"]) ?? {};
}

/**
 * Parses JSON. Throws a `CliError` that names the file, and shows nothing of its text. For HCL it tells how to
 * convert it.
 */
export function parse(text: string, path: string, convert: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    const looksLikeHcl = /^\s*(#|\/\/|[a-z_]+\s*("[^"]*"\s*)?[{=])/.test(text);
    throw new CliError(
      looksLikeHcl ? `${path} is HCL, and must be JSON: ${convert}` : `${path} must be JSON`,
    );
  }
}

/**
 * A value with its blocks as Nomad hands them to the driver. In JSON a block that stands once may stand
 * in a list, as HCL's own tools write it, and blocks that may be repeated may stand without one.
 */
export function blocksAsNomad(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  switch (shape.kind) {
    case "attribute":
      return converted(shape.type, value);
    case "map":
      return eachMember(single(value), (member) => converted(shape.type, member));
    case "block":
      return eachField(shape.fields, single(value));
    case "blocks":
      return [value].flat().map((one) => eachField(shape.fields, one));
  }
}

/** A value of HCL's type, from the one that stands in the file: HCL takes a number for a text, and so on. */
function converted(type: string, value: unknown): unknown {
  switch (type) {
    case "string":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    case "list(string)":
      return Array.isArray(value) ? value.map((item) => converted("string", item)) : value;
    case "number":
      return typeof value === "string" && /^-?[0-9.]+$/.test(value) ? Number(value) : value;
    case "bool":
      return value === "true" ? true : value === "false" ? false : value;
    default:
      return value;
  }
}

function eachMember(value: unknown, change: (member: unknown) => unknown): unknown {
  const members = jsonObjectIn(value);
  if (members === undefined) return value;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, change(member)]),
  );
}

function eachField(fields: Readonly<Record<string, Field<unknown>>>, value: unknown): unknown {
  const members = jsonObjectIn(value);
  if (members === undefined) return value;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return [name, field === undefined ? member : blocksAsNomad(field.shape, member)];
    }),
  );
}

/** The names in a value that its block does not have, as paths below `path`. Nomad refuses such a file. */
export function unknownNames(shape: Shape, value: unknown, path: string): string[] {
  if (shape.kind === "blocks" && Array.isArray(value)) {
    return value.flatMap((one, at) =>
      unknownNames({ ...shape, kind: "block" }, one, `${path}[${at}]`)
    );
  }
  if (shape.kind !== "block" && shape.kind !== "blocks") return [];
  return Object.entries(jsonObjectIn(value) ?? {}).flatMap(([name, member]) => {
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    return field === undefined
      ? [`${path}.${name}`]
      : unknownNames(field.shape, member, `${path}.${name}`);
  });
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

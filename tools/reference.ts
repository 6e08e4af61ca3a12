/**
 * Prints docs/reference.md: every option of the plugin block and of a task, from the declarations
 * that Nomad's schema and the decoder come from too.
 */
import { pluginConfig } from "../src/config/plugin_config.ts";
import type { Allowed, Example, Field, Fields, Shape } from "../src/config/schema.ts";
import { taskConfig } from "../src/config/task_config.ts";

const introduction = `# Reference of all options

This page is generated: \`make docs\` writes it from the declarations in \`src/config\`. Nomad checks a
jobspec against the same declarations. \`make check\` fails where this page differs from them.

- A duration is a text such as \`"30s"\`, \`"5m"\` or \`"1h30m"\`, as Go writes it.
- A map may be written as an attribute, \`tags = { "a:b" = "c" }\`, or as a block, \`tags { a = "c" }\`.
- The empty text counts as not set.
- A block that may stand several times is written out each time: \`container { ... }\` twice for two
  containers.
- "required" in the column "default" means that the option must be set wherever its block stands.
`;

/** A part of the page: its title, what it says first, and the block that it is about. */
type Section = { title: string; text: string; path: string; root: Field<unknown> };

const sections: readonly Section[] = [
  {
    title: "The plugin block",
    text:
      'The `config` block in an agent\'s `plugin "nomad-driver-ecs"` block. An option that a task sets ' +
      "itself goes before the default that is set here.",
    path: "config",
    root: pluginConfig,
  },
  {
    title: "A task",
    text:
      "A task's `config { task { ... } }` in the jobspec. One of `task_definition`, `definition` and " +
      "`definition_json` must be set.",
    path: "config.task",
    root: taskConfig.fields.task,
  },
];

const pages = [
  introduction,
  "## Contents\n",
  ...sections.flatMap(contents),
  ...sections.flatMap(section),
];
Deno.stdout.writeSync(new TextEncoder().encode(pages.join("\n")));

function contents({ title, path, root }: Section): string[] {
  const blocks = nested(path, root).map(([at, { shape }]) => {
    const indent = "  ".repeat(at.slice(path.length).split(".").length - 1);
    const several = shape.kind === "blocks" && shape.max !== 1 ? " (several)" : "";
    return `${indent}- [\`${at.split(".").at(-1)}\`](#${anchor(at)})${several}`;
  });
  return [`- [${title}](#${title.toLowerCase().replaceAll(" ", "-")})`, ...blocks, ""];
}

function section({ title, text, path, root }: Section): string[] {
  return [
    `## ${title}\n`,
    `${text}\n`,
    ...block(path, root),
    ...nested(path, root).flatMap(([at, field]) => block(at, field)),
  ];
}

/** All blocks below one, with their paths, in the order of the page. */
function nested(path: string, { shape }: Field<unknown>): [string, Field<unknown>][] {
  return Object.entries(fieldsOf(shape)).flatMap(([name, field]) =>
    isBlock(field) ? [[`${path}.${name}`, field], ...nested(`${path}.${name}`, field)] : []
  );
}

/** A block: what it is for, an example, and its options. */
function block(path: string, field: Field<unknown>): string[] {
  const rows = Object.entries(fieldsOf(field.shape)).map(([name, option]) =>
    `| ${
      [nameOf(path, name, option), typeOf(option), defaultOf(option), textOf(option)].map(cell)
        .join(" | ")
    } |`
  );
  return [
    `### \`${path}\`\n`,
    `${field.doc}\n`,
    ...exampleOf(path, field.shape),
    "| option | type | default | description |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ];
}

function exampleOf(path: string, shape: Shape): string[] {
  if (shape.kind !== "block" && shape.kind !== "blocks") return [];
  if (shape.example === undefined) return [];
  const name = path.split(".").at(-1) ?? "";
  return ["```hcl", ...hcl(name, shape.example, shape.fields), "```\n"];
}

/** A block as HCL writes it. */
function hcl(name: string, example: Example, fields: Fields): string[] {
  const attributes = Object.entries(example).filter(([key]) => !isBlock(fields[key]));
  const width = Math.max(0, ...attributes.map(([key]) => key.length));
  const lines = [
    ...attributes.map(([key, value]) => `${key.padEnd(width)} = ${literal(value)}`),
    ...Object.entries(example).filter(([key]) => isBlock(fields[key])).flatMap(([key, value]) => {
      const inner = fields[key]?.shape;
      const items = Array.isArray(value) ? value : [value];
      return items.flatMap((item) => hcl(key, item, inner === undefined ? {} : fieldsOf(inner)));
    }),
  ];
  return [`${name} {`, ...lines.map((line) => `  ${line}`), "}"];
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `"${key}" = ${literal(member)}`);
  return `{ ${members.join(", ")} }`;
}

function isBlock(field: Field<unknown> | undefined): boolean {
  return field?.shape.kind === "block" || field?.shape.kind === "blocks";
}

function fieldsOf(shape: Shape): Fields {
  return shape.kind === "block" || shape.kind === "blocks" ? shape.fields : {};
}

/** The anchor that GitHub and most renderers give to a path's heading. */
function anchor(path: string): string {
  return path.replaceAll(".", "").toLowerCase();
}

function nameOf(path: string, name: string, field: Field<unknown>): string {
  return isBlock(field) ? `[\`${name}\`](#${anchor(`${path}.${name}`)})` : `\`${name}\``;
}

function typeOf({ shape }: Field<unknown>): string {
  switch (shape.kind) {
    case "attribute":
      return shape.allowed?.kind === "duration" ? "duration" : shape.type;
    case "map":
      return `map(${shape.type})`;
    case "block":
      return "block";
    case "blocks":
      return shape.max === undefined
        ? "block, any number of times"
        : shape.max === 1
        ? "block"
        : `block, up to ${shape.max} times`;
  }
}

function defaultOf({ shape }: Field<unknown>): string {
  if (shape.kind !== "attribute") return "";
  if (shape.required) return "required";
  return shape.default === undefined ? "" : `\`${shape.default}\``;
}

function textOf({ shape, doc }: Field<unknown>): string {
  const bounds = shape.kind === "attribute" && shape.allowed !== undefined
    ? boundsOf(shape.allowed)
    : shape.kind === "map" && shape.max !== undefined
    ? `Up to ${shape.max} entries.`
    : "";
  return bounds === "" ? doc : `${doc} ${bounds}`;
}

function boundsOf(allowed: Allowed): string {
  switch (allowed.kind) {
    case "words":
      return allowed.words.length === 1
        ? `It can only be \`"${allowed.words[0]}"\`.`
        : `One of ${allowed.words.map((word) => `\`"${word}"\``).join(", ")}.`;
    case "range":
      return `From ${allowed.min} to ${allowed.max}.`;
    case "duration":
      return allowed.min === undefined
        ? `Up to \`"${allowed.max}"\`.`
        : `From \`"${allowed.min}"\` to \`"${allowed.max}"\`.`;
    case "text":
      return `Up to ${allowed.max} characters.`;
    case "list":
      return allowed.max === 1 ? "Up to 1 entry." : `Up to ${allowed.max} entries.`;
    case "json":
      return "";
  }
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

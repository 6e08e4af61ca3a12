/**
 * Prints docs/reference.md: every option of the plugin block and of a task, from the declarations
 * that Nomad's schema and the decoder come from too.
 */
import { pluginConfig } from "../src/config/plugin_config.ts";
import type { Allowed, Field, Fields } from "../src/config/schema.ts";
import { taskConfig } from "../src/config/task_config.ts";

const introduction = `# Reference of all options

This page is generated: \`make docs\` writes it from the declarations in \`src/config\`, which are also
the schema that Nomad checks a jobspec against, and \`make check\` fails where the two differ.

A duration is written as Go does: \`"30s"\`, \`"5m"\`, \`"1h30m"\`. A map may be written as an attribute
(\`tags = { "a:b" = "c" }\`) or as a block (\`tags { a = "c" }\`). The empty text counts as not set.
Where a block stands "any number of times", each one is written out: \`container { ... }\` twice for two
containers.
`;

const sections = [
  introduction,
  ...section(
    "The plugin block",
    'The `config` block in an agent\'s `plugin "nomad-driver-ecs"` block. What a task sets itself goes ' +
      "before a default that is set here.",
    "config",
    pluginConfig.fields,
  ),
  ...section(
    "A task",
    "A task's `config { task { ... } }` in the jobspec. One of `task_definition`, `definition` and " +
      "`definition_json` has to be set.",
    "config.task",
    blockFields(taskConfig.fields.task),
  ),
];
Deno.stdout.writeSync(new TextEncoder().encode(sections.join("\n")));

function section(title: string, text: string, path: string, fields: Fields): string[] {
  return [`## ${title}\n`, `${text}\n`, ...block(path, fields)];
}

/** A block's own options, then its nested blocks. */
function block(path: string, fields: Fields): string[] {
  const rows = Object.entries(fields).map(([name, field]) =>
    `| ${[`\`${name}\``, typeOf(field), defaultOf(field), textOf(field)].map(cell).join(" | ")} |`
  );
  const table = [
    `### \`${path}\`\n`,
    "| option | type | default | |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ];
  const nested = Object.entries(fields).flatMap(([name, field]) =>
    field.shape.kind === "block" || field.shape.kind === "blocks"
      ? block(`${path}.${name}`, field.shape.fields)
      : []
  );
  return [...table, ...nested];
}

function blockFields({ shape }: Field<unknown>): Fields {
  return shape.kind === "block" || shape.kind === "blocks" ? shape.fields : {};
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
  const allowed = shape.kind === "attribute" && shape.allowed !== undefined
    ? allowedText(shape.allowed)
    : "";
  return allowed === "" ? doc : `${doc} ${allowed}`;
}

function allowedText(allowed: Allowed): string {
  switch (allowed.kind) {
    case "words":
      return `One of ${allowed.words.map((word) => `\`"${word}"\``).join(", ")}.`;
    case "whole":
      return `From ${allowed.min} to ${allowed.max}.`;
    case "duration": {
      const { min, max } = allowed;
      if (min !== undefined && max !== undefined) return `From \`"${min}"\` to \`"${max}"\`.`;
      if (min !== undefined) return `At least \`"${min}"\`.`;
      return max === undefined ? "" : `At most \`"${max}"\`.`;
    }
    case "json":
      return "";
  }
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

import type { Field, Problem } from "./field.ts";
import { documentProblem } from "./definition_document.ts";
import * as rules from "./rules.ts";
import { json } from "./schema.ts";

/**
 * A task definition in JSON, as RegisterTaskDefinition takes it. It has no members that only a described
 * definition has, none that are null, and no tags that AWS or the driver sets. Only `family` and
 * `containerDefinitions` have been checked: other members may be of any type.
 */
export type DefinitionJson = Readonly<Record<string, unknown>>;

const text = json(
  "A task definition as JSON text, in place of `task_definition`: what RegisterTaskDefinition takes, or what `aws ecs describe-task-definition` prints.",
  () => undefined,
);

/** `definition_json`. It is normalized here and nowhere else, so that all modules see the same. */
export const definitionJson: Field<DefinitionJson | undefined> = {
  ...text,
  decode: (given, path, problems) => {
    // Editors of Windows begin a file with a byte order mark, which JSON does not have.
    const raw = typeof given === "string" ? given.replace(/^\uFEFF/, "") : given;
    if (typeof raw === "string" && /^\s*\[/.test(raw)) {
      const example = '{ "family": "web", "containerDefinitions": [ ... ] }';
      problems.push({ path, text: `must be a JSON object; got a list. Write ${example}` });
      return undefined;
    }
    const document = text.decode(raw, path, problems);
    if (document === undefined) return undefined;
    const foreign = documentProblem(document);
    if (foreign !== undefined) {
      problems.push({ path, text: foreign });
      return undefined;
    }
    const { definition, besides } = definitionOf(document);
    for (const name of besides) {
      problems.push({
        path: `${path}.${name}`,
        text: "stands beside taskDefinition; move it into taskDefinition, or leave it out",
      });
    }
    checkFamily(definition["family"], `${path}.family`, problems);
    const containers = definition["containerDefinitions"];
    if (!Array.isArray(containers) || containers.length === 0) {
      problems.push({
        path: `${path}.containerDefinitions`,
        text: `must be a list of 1 to 10 containers; got ${
          containers === undefined ? "nothing" : Array.isArray(containers) ? "none" : "no list"
        }`,
      });
    }
    return definition;
  },
};

function checkFamily(family: unknown, path: string, problems: Problem[]): void {
  const add = (got: string, fix = "") =>
    problems.push({ path, text: `must be 1 to 255 letters, digits, - and _; got ${got}${fix}` });
  if (family === undefined) return void add("nothing", `. Write "family": "web"`);
  if (typeof family !== "string") return void add(`a ${typeof family}`);
  if (rules.family(family) === undefined) return;
  // A family may have any length until it is refused.
  const shown = JSON.stringify(family.slice(0, 100));
  const [, name] = /^([A-Za-z0-9_-]{1,255}):[0-9]+$/.exec(family) ?? [];
  if (name !== undefined) {
    return void add(shown, `. ECS numbers revisions itself: write "${name}"`);
  }
  const unfilled = /[$<{%]/.test(family) ? ". Is it a placeholder that nothing has replaced?" : "";
  add(shown, unfilled);
}

/** Members of a described definition that registering does not take. */
const describedOnly = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
]);

/** Members that AWS's tools print beside a described definition. */
const printedBesides = new Set(["taskDefinition", "tags", "ResponseMetadata", "$metadata"]);

/**
 * The definition in a document: the document itself, or its member `taskDefinition` with `tags` beside.
 * `besides` are members beside `taskDefinition` that would get lost.
 */
function definitionOf(
  document: Readonly<Record<string, unknown>>,
): { definition: DefinitionJson; besides: readonly string[] } {
  const { taskDefinition, tags } = document;
  const described = typeof taskDefinition === "object" && taskDefinition !== null;
  const whole = described
    ? { ...taskDefinition, ...(tags === undefined ? {} : { tags }) }
    : document;
  const members = Object.entries(withoutNulls(whole) as Record<string, unknown>)
    .filter(([name]) => !describedOnly.has(name))
    .map(([name, member]) => [name, name === "tags" ? withoutReserved(member) : member]);
  return {
    definition: Object.fromEntries(members),
    besides: described ? Object.keys(document).filter((name) => !printedBesides.has(name)) : [],
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}

function withoutReserved(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return tags.filter((tag) => !/^(aws|nomad):/i.test(String(tag?.key)));
}

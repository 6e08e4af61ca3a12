import { documentProblem } from "./definition_document.ts";
import type { Field, Problem } from "./field.ts";
import { json } from "./json.ts";
import * as rules from "./rules.ts";
import { count, kindOf, show } from "./show.ts";

/**
 * A task definition in JSON, as RegisterTaskDefinition takes it. It has no members that only a described
 * definition has, none that are null, and no tags that AWS or the driver sets. Only `family` and
 * `containerDefinitions` have been checked: other members may be of any type.
 */
export type DefinitionJson = Readonly<Record<string, unknown>>;

/**
 * Most bytes of a task definition as JSON, without its tags: quota "Task definition size" of the ECS
 * service quotas, 64 KB. RegisterTaskDefinition refuses more with "Max allowed length is '65536' bytes".
 */
export const definitionBytes = 65_536;

/** Quota "Containers per task definition" of the ECS service quotas; it cannot be raised. */
export const containerLimit = 10;

/**
 * Most characters of the text: six times what AWS takes of the content, for indentation and what only a
 * described definition has. A text of this size is parsed in milliseconds.
 */
const textLimit = 6 * definitionBytes;

const text = json(
  "A task definition as JSON text, in place of `task_definition` or `definition`: what " +
    "RegisterTaskDefinition takes, or what `aws ecs describe-task-definition` prints. The driver " +
    "registers it, unless an active revision of the family has the same content. AWS takes 65536 " +
    "bytes of it. When not set, one of the other two must be set.",
  { max: textLimit, example: '{ "family": "web", "containerDefinitions": [ ... ] }' },
);

/** `definition_json`. It is normalized here and nowhere else, so that all modules see the same. */
export const definitionJson: Field<DefinitionJson | undefined> = {
  ...text,
  decode: (raw, path, problems) => {
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
        text: "must be left out beside taskDefinition, or stand within it; got both",
      });
    }
    checkFamily(definition["family"], `${path}.family`, problems);
    checkContainers(definition["containerDefinitions"], `${path}.containerDefinitions`, problems);
    return definition;
  },
};

function checkContainers(containers: unknown, path: string, problems: Problem[]): void {
  const isList = Array.isArray(containers);
  if (isList && containers.length > 0 && containers.length <= containerLimit) return;
  problems.push({
    path,
    text: `must be a list of 1 to ${containerLimit} containers; got ${
      isList ? count(containers.length, "container", "containers") : kindOf(containers)
    }`,
  });
}

function checkFamily(family: unknown, path: string, problems: Problem[]): void {
  const add = (got: string, fix = "") =>
    problems.push({ path, text: `must be 1 to 255 letters, digits, - and _; got ${got}${fix}` });
  if (family === undefined) return void add("nothing", `. Write "family": "web"`);
  if (typeof family !== "string") return void add(`a ${typeof family}`);
  if (rules.family(family) === undefined) return;
  const shown = show(family);
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
  return tags.filter((tag) => !(typeof tag?.key === "string" && /^(aws|nomad):/i.test(tag.key)));
}

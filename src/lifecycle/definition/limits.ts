import { definitionTagLimit } from "../../config/definition_fields.ts";
import { containerLimit, definitionBytes } from "../../config/definition_json.ts";
import type { AddProblem } from "../../config/field.ts";
import { constraintLimit } from "../../config/placement_fields.ts";

/** Lists that AWS bounds, and how many items each may have. */
const lists: readonly { readonly path: readonly string[]; readonly most: number }[] = [
  { path: ["containerDefinitions"], most: containerLimit },
  { path: ["tags"], most: definitionTagLimit },
  { path: ["placementConstraints"], most: constraintLimit },
  { path: ["containerDefinitions", "environmentFiles"], most: 10 },
  { path: ["containerDefinitions", "credentialSpecs"], most: 1 },
  { path: ["containerDefinitions", "restartPolicy", "ignoredExitCodes"], most: 50 },
];

/**
 * Refuses a definition for its size alone. It runs before all other rules, which so have little to look
 * at. It takes any JSON, and its time grows with the length of the JSON.
 */
export function checkLimits(definition: Readonly<Record<string, unknown>>, add: AddProblem): void {
  const { tags: _tags, ...rest } = definition;
  const bytes = new TextEncoder().encode(JSON.stringify(rest)).length;
  if (bytes > definitionBytes) {
    add("", `must be at most ${definitionBytes} bytes of JSON, its tags apart; got ${bytes}`);
  }
  for (const { path, most } of lists) checkList(definition, path, "", most, add);
}

function checkList(
  value: unknown,
  [name = "", ...rest]: readonly string[],
  at: string,
  most: number,
  add: AddProblem,
): void {
  if (typeof value !== "object" || value === null) return;
  const member = (value as Readonly<Record<string, unknown>>)[name];
  const path = at === "" ? name : `${at}.${name}`;
  if (rest.length > 0) {
    if (!Array.isArray(member)) return checkList(member, rest, path, most, add);
    // Only containers have lists of their own. Of more than AWS takes, the number is refused.
    member.slice(0, containerLimit).forEach((item, index) =>
      checkList(item, rest, `${path}[${index}]`, most, add)
    );
  } else if (Array.isArray(member) && member.length > most) {
    add(
      path,
      `must have at most ${most} ${most === 1 ? "entry" : "entries"}; got ${member.length}`,
    );
  }
}

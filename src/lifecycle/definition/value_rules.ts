import type { AddProblem } from "../../config/field.ts";
import { containerName } from "../../config/rules.ts";
import { show } from "../../config/show.ts";

/*
 * Checks of single values of a definition. A value that is not set is right.
 */

/** Refuses a text that is none of the words. */
export function checkWord(
  value: string | undefined,
  words: readonly string[],
  path: string,
  add: AddProblem,
): void {
  if (value === undefined || words.includes(value)) return;
  const all = words.map((word) => JSON.stringify(word)).join(", ");
  add(path, `must be ${words.length === 1 ? all : `one of ${all}`}; got ${show(value)}`);
}

/** Refuses a number outside of bounds. `unit` follows the bounds, as " s". */
export function checkRange(
  value: number | undefined,
  { min, max, unit = "" }: { min: number; max?: number; unit?: string },
  path: string,
  add: AddProblem,
): void {
  if (value === undefined || (value >= min && (max === undefined || value <= max))) return;
  const bounds = max === undefined ? `at least ${min}${unit}` : `from ${min} to ${max}${unit}`;
  add(path, `must be ${bounds}; got ${value}${unit}`);
}

/** Refuses a text that is not set or empty. */
export function checkSet(value: string | undefined, path: string, add: AddProblem): void {
  if (value === undefined || value === "") {
    add(path, `must be set; got ${value === undefined ? "nothing" : '""'}`);
  }
}

/** Refuses what is no name of a container or a volume. */
export function checkName(value: string, path: string, add: AddProblem): void {
  if (containerName(value) === undefined) return;
  add(path, `must be 1 to 255 letters, digits, - and _; got ${show(value)}`);
}

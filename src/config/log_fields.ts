import type { Options, Result } from "./attribute.ts";
import type { Field } from "./field.ts";
import { oneOf } from "./schema.ts";

/*
 * Where Nomad shows what containers print.
 */

/** Where the output of containers besides the main one goes. */
const places = ["stderr", "stdout", "none"] as const;

/** `sidecar_logs` of the plugin or of a task. `otherwise` says what holds where it is not set. */
export function sidecarLogs<const O extends Options<typeof places[number]>>(
  otherwise: string,
  options: O,
): Field<Result<typeof places[number], O>> {
  return oneOf(
    "Where Nomad shows the output of containers other than the main one, whose output is on standard " +
      "output: `stderr` or `stdout`, each line after the container's name and a colon; `none`, which " +
      `leaves it out.${otherwise}`,
    places,
    options,
  );
}

/** The refusal of a text that is no name of a log group in CloudWatch Logs' API; else undefined. */
export function logGroupRule(text: string): string | undefined {
  return /^[.\-_/#A-Za-z0-9]{1,512}$/.test(text)
    ? undefined
    : "be a log group's name: 1 to 512 letters, digits, and . - _ / #";
}

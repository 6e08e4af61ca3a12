import { createHash } from "node:crypto";
import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { describeProblems } from "../../config/decode.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { LaunchError } from "../launch_error.ts";
import { inputOfBlock } from "./request.ts";
import { definitionProblems, hclPath } from "./rules.ts";
import { isForFargate, type Resources, sizeOf } from "./size.ts";

/** A task definition that stands in the jobspec. */
export type InlineDefinition = {
  /** The option that holds it. */
  readonly option: "definition" | "definition_json";
  readonly family: string;
  /** What RegisterTaskDefinition is asked for, without the driver's own tags. */
  readonly input: RegisterTaskDefinitionCommandInput;
  /** SHA-256 of the content in hexadecimal: the same for the same content, and nothing else. */
  readonly hash: string;
  /** What its user is to be told. */
  readonly notes: readonly string[];
};

/** Most tags that a definition may have, besides the driver's two. */
const tagLimit = 48;

/**
 * The definition that a task's configuration holds; undefined where it names one instead. CPU and
 * memory come from `resources` where the definition leaves them out. Throws a `LaunchError` for what
 * ECS would refuse.
 */
export function inlineDefinition(
  config: TaskConfig,
  resources: Resources,
): InlineDefinition | undefined {
  const { definition, definition_json } = config;
  const whole = definition !== undefined
    ? inputOfBlock(definition, config)
    : definition_json !== undefined
    ? definition_json as unknown as RegisterTaskDefinitionCommandInput
    : undefined;
  if (whole === undefined) return undefined;
  const option = definition === undefined ? "definition_json" : "definition";
  const path = `config.task.${option}`;
  const { size, notes } = sizeOf(whole, config, resources, path);
  const input = { ...whole, ...size };
  const fargate = isForFargate(input.requiresCompatibilities, config);
  const problems = definitionProblems(input, fargate ? "FARGATE" : config.launch_type)
    .map(({ path: at, text }) => ({
      path: `${path}.${definition === undefined ? at : hclPath(at)}`,
      text,
    }));
  const tags = (input.tags ?? []).length;
  if (tags > tagLimit) {
    problems.push({ path: `${path}.tags`, text: `are ${tags}; at most ${tagLimit} are allowed` });
  }
  if (problems.length > 0) throw new LaunchError(describeProblems(problems), false);
  return { option, family: input.family ?? "", input, hash: hashOf(input), notes };
}

function hashOf(input: RegisterTaskDefinitionCommandInput): string {
  return createHash("sha256").update(JSON.stringify(sorted(input))).digest("hex");
}

/** With members in the order of their names, so that the same content is the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [
      key,
      sorted(inner),
    ]),
  );
}

import { createHash } from "node:crypto";
import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { describeProblems } from "../../config/decode.ts";
import type { AddProblem, Problem } from "../../config/field.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import { LaunchError } from "../launch_error.ts";
import { withDefaultLogs } from "./default_logs.ts";
import { hclPath } from "./hcl_path.ts";
import { checkLimits } from "./limits.ts";
import { inputOfBlock } from "./request.ts";
import { definitionProblems } from "./rules.ts";
import { isForFargate, type Resources, sizeOf } from "./size.ts";

/** A task definition that stands in the jobspec. */
export type InlineDefinition = {
  /** The option that holds it. */
  readonly option: "definition" | "definition_json";
  readonly family: string;
  /** The request of RegisterTaskDefinition, without the driver's own tags. */
  readonly input: RegisterTaskDefinitionCommandInput;
  /** SHA-256 of the content, in hexadecimal. */
  readonly hash: string;
  /** Texts for the task's user. */
  readonly notes: readonly string[];
};

/**
 * The definition that a task's configuration holds; undefined where it names one instead. On Fargate,
 * CPU and memory come from `resources` where the definition leaves them out. Rejects with a
 * `LaunchError` for what ECS would refuse.
 */
export async function inlineDefinition(
  config: TaskConfig,
  resources: Resources,
): Promise<InlineDefinition | undefined> {
  const { definition, definition_json: json } = config;
  if (definition !== undefined) {
    const input = inputOfBlock(definition, config);
    refuse(limitsOf("definition", { ...input }));
    return completed("definition", input, config, resources);
  }
  if (json === undefined) return undefined;
  refuse(limitsOf("definition_json", json));
  // The SDK would leave out misspelled members without a word. Nothing else needs the model.
  const { mismatches } = await import("../../aws/request_model.ts");
  refuse(mismatches("registerTaskDefinition", json, "config.task.definition_json"));
  const input = json as unknown as RegisterTaskDefinitionCommandInput;
  return completed("definition_json", input, config, resources);
}

/** Fills in the size and the log group, and checks the result. Throws a `LaunchError` for all that is wrong with it. */
function completed(
  option: InlineDefinition["option"],
  given: RegisterTaskDefinitionCommandInput,
  config: TaskConfig,
  resources: Resources,
): InlineDefinition {
  const problems: Problem[] = [];
  const add = adding(option, problems);
  const { size, notes } = sizeOf(given, config, resources, add);
  const logs = withDefaultLogs(given, config);
  const input = { ...logs.definition, ...size };
  refuse(limitsOf(option, input));
  const fargate = isForFargate(input.requiresCompatibilities, config);
  for (
    const { path, text } of definitionProblems(input, fargate ? "FARGATE" : config.launch_type)
  ) {
    add(path, text);
  }
  refuse(problems);
  return {
    option,
    family: input.family ?? "",
    input,
    hash: hashOf(input),
    notes: [...notes, ...logs.notes, ...healthNotes(option, input)],
  };
}

function limitsOf(
  option: InlineDefinition["option"],
  definition: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  const problems: Problem[] = [];
  checkLimits(definition, adding(option, problems));
  return problems;
}

/** Collects problems. Their paths come in AWS's names, and are kept as the option writes them. */
function adding(option: InlineDefinition["option"], problems: Problem[]): AddProblem {
  return (path, text) => problems.push({ path: pathIn(option, path), text });
}

function pathIn(option: InlineDefinition["option"], path: string): string {
  if (path === "") return `config.task.${option}`;
  return `config.task.${option}.${option === "definition" ? hclPath(path) : path}`;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new LaunchError(describeProblems(problems), false);
}

/** Notes on health checks that ECS takes although its reference says how they must begin. */
function healthNotes(
  option: InlineDefinition["option"],
  { containerDefinitions = [] }: RegisterTaskDefinitionCommandInput,
): string[] {
  return containerDefinitions.flatMap(({ healthCheck }, index) => {
    const [how] = healthCheck?.command ?? [];
    if (how === undefined || ["CMD", "CMD-SHELL", "NONE"].includes(how)) return [];
    const path = pathIn(option, `containerDefinitions[${index}].healthCheck.command`);
    return [`${path} begins with neither "CMD" nor "CMD-SHELL"; ECS gets it as it is`];
  });
}

function hashOf(input: RegisterTaskDefinitionCommandInput): string {
  return createHash("sha256").update(JSON.stringify(sorted(input))).digest("hex");
}

/** Sorts members by name, so that the same content always gives the same JSON. */
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

/** What is checked of a task before ECS is asked to run it, without asking ECS for anything. */
import type { TaskConfig } from "../../config/task_config.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import { inlineDefinition } from "../definition/inline.ts";
import type { Resources } from "../definition/size.ts";
import { factsOfInline, fitTo } from "./plan.ts";

/** A task that is to be checked. */
export type TaskToCheck = {
  readonly config: TaskConfig;
  /** The job's own variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
};

/** A task that passed. */
export type CheckedTask = {
  /** What the task was checked against. */
  readonly definition: "the jobspec's" | "described" | "not described";
  /** What the task's user would be told at its start. */
  readonly notes: readonly string[];
};

/**
 * Checks a task as a start does before RunTask and RegisterTaskDefinition. `describe` tells of a definition
 * that the task names; undefined where AWS is not to be asked, or does not let the caller ask. Rejects with a
 * `LaunchError` for what ECS would refuse.
 */
export async function checkTask(
  { config, env, resources }: TaskToCheck,
  describe: (name: string) => Promise<DefinitionFacts | undefined>,
): Promise<CheckedTask> {
  const inline = await inlineDefinition(config, resources);
  if (inline !== undefined) {
    const { notes } = fitTo(config, env, factsOfInline(inline));
    return { definition: "the jobspec's", notes: [...inline.notes, ...notes] };
  }
  const facts = await describe(config.task_definition ?? "");
  const { notes } = fitTo(config, env, facts);
  return { definition: facts === undefined ? "not described" : "described", notes };
}

/** Checks a task definition alone: what runs it, and where, is not known. */
export async function checkDefinition(
  { config, resources }: Omit<TaskToCheck, "env">,
): Promise<readonly string[]> {
  return (await inlineDefinition(config, resources))?.notes ?? [];
}

import type { EcsError } from "./ecs_error.ts";
import { inlineDefinition, type Resources } from "./definition_input.ts";
import { type DefinitionFacts, factsOf } from "./definitions.ts";
import { describeDefinition, type LaunchContext, resolveDefinition } from "./launch.ts";
import type { TaskConfig } from "../config/task_config.ts";
import type { Owner } from "./ownership.ts";
import { prepare } from "./preparation.ts";
import type { ContainerEnvironment } from "./run_task_input.ts";

/** What a task comes to at ECS, once its definition is known. */
export type Plan = {
  /** What RunTask is asked to run. */
  readonly taskDefinition: string;
  /** Undefined where AWS does not let this client describe it. */
  readonly definition: DefinitionFacts | undefined;
  readonly environment: ContainerEnvironment | undefined;
  /** What its user is to be told. */
  readonly notes: readonly string[];
  /** For a definition of the jobspec: lets it be looked for again, as its revision was deregistered. */
  readonly forget: (() => void) | undefined;
};

/**
 * Finds out what a task is to run as: describes its task definition, or registers that of the jobspec.
 * Rejects with a `LaunchError` for what ECS would refuse, and then has registered nothing.
 */
export async function planTask(
  context: LaunchContext,
  { config, env, resources, owner }: {
    config: TaskConfig;
    env: Readonly<Record<string, string>>;
    resources: Resources;
    owner: Owner;
  },
  how: { signal: AbortSignal; retrying: (error: EcsError) => void },
): Promise<Plan> {
  const inline = inlineDefinition(config, resources);
  if (inline === undefined) {
    const taskDefinition = config.task_definition ?? "";
    const definition = await describeDefinition(context, taskDefinition, how);
    return { taskDefinition, definition, forget: undefined, ...prepare(config, env, definition) };
  }
  const prepared = prepare(config, env, factsOf(inline.input, inline.family));
  const definition = await resolveDefinition(context, inline, {
    owner,
    deregister: config.deregister,
    ...how,
  });
  return {
    taskDefinition: definition.arn,
    definition,
    environment: prepared.environment,
    notes: [...inline.notes, ...prepared.notes],
    forget: () => context.registry.forget(inline),
  };
}

/** What a task's configuration runs, for messages. */
export function nameOf({ task_definition, definition, definition_json }: TaskConfig): string {
  const family = definition?.family ?? definition_json?.["family"];
  return task_definition ??
    (family === undefined ? "the jobspec's definition" : `the jobspec's definition of ${family}`);
}

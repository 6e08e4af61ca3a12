import { EcsError } from "../../aws/error.ts";
import { orAborted } from "../../aws/retry.ts";
import { type InlineDefinition, inlineDefinition } from "../definition/inline.ts";
import type { EarlierRevisions } from "../definition/register.ts";
import type { Resources } from "../definition/size.ts";
import { describeProblems } from "../../config/decode.ts";
import { problemsWith, withoutUnsuitableDefaults } from "./definition_fit.ts";
import { type DefinitionFacts, factsOf } from "../definition/facts.ts";
import { LaunchError } from "../launch_error.ts";
import { asked } from "./asked.ts";
import type { Asking, LaunchContext } from "./context.ts";
import type { TaskConfig } from "../../config/task_config.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { prepare } from "./environment.ts";
import type { ContainerEnvironment } from "./run_task_input.ts";

/** All that a RunTask request needs of a task, once its definition is known. */
export type Plan = {
  /** The task's configuration, without the plugin's defaults that do not suit the definition. */
  readonly config: TaskConfig;
  /** Family, family and revision, or ARN of the definition to run. */
  readonly taskDefinition: string;
  /** Undefined where AWS does not let this client describe it. */
  readonly definition: DefinitionFacts | undefined;
  readonly environment: ContainerEnvironment | undefined;
  /** Texts for the task's user. */
  readonly notes: readonly string[];
  /** Forgets the revision of the jobspec's definition, after ECS has said that it is inactive. */
  readonly renew: (() => void) | undefined;
};

/** What a plan is made from. */
type Wanted = {
  readonly config: TaskConfig;
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
  readonly owner: TaskIdentity;
};

/**
 * Describes a task's definition, or registers the one of the jobspec, and checks the task against it.
 * Rejects with a `LaunchError` for what ECS would refuse.
 */
export async function planTask(
  context: LaunchContext,
  wanted: Wanted,
  asking: Asking,
): Promise<Plan> {
  const { config, resources } = wanted;
  const inline = await inlineDefinition(config, resources);
  return inline === undefined
    ? await planNamed(context, wanted, asking)
    : await planInline(context, inline, wanted, asking);
}

async function planNamed(
  context: LaunchContext,
  { config, env }: Wanted,
  asking: Asking,
): Promise<Plan> {
  const taskDefinition = config.task_definition ?? "";
  const attempt = async (): Promise<Plan> => {
    const definition = await describeDefinition(context, taskDefinition, asking);
    return { taskDefinition, definition, renew: undefined, ...fitTo(config, env, definition) };
  };
  try {
    return await attempt();
  } catch (error) {
    // A newer revision may have been registered since, and the task may suit that one.
    if (!(error instanceof LaunchError) || !context.definitions.renew(taskDefinition)) throw error;
    return await attempt();
  }
}

async function planInline(
  context: LaunchContext,
  inline: InlineDefinition,
  { config, env, owner }: Wanted,
  asking: Asking,
): Promise<Plan> {
  const { config: fit, environment, notes } = fitTo(config, env, factsOfInline(inline));
  const definition = await resolveDefinition(context, inline, {
    owner,
    earlier: config.deregister ? "deregister" : "keep",
  }, asking);
  // Only the answer to the registration says where the definition can run.
  const problems = problemsWith(fit, definition, "config.task");
  if (problems.length > 0) throw new LaunchError(describeProblems(problems), false);
  return {
    config: fit,
    taskDefinition: definition.arn,
    definition,
    environment,
    notes: [...inline.notes, ...notes],
    renew: () => context.registry.forget(inline, definition.arn),
  };
}

/** What a definition in the jobspec tells before it is registered. */
export function factsOfInline({ input, family }: InlineDefinition): DefinitionFacts {
  return factsOf(input, family);
}

/** A task as it suits its definition. Throws a `LaunchError` for what ECS would refuse. */
export function fitTo(
  config: TaskConfig,
  env: Readonly<Record<string, string>>,
  definition: DefinitionFacts | undefined,
): Pick<Plan, "config" | "environment" | "notes"> {
  const fit = withoutUnsuitableDefaults(config, definition);
  return { config: fit, ...prepare(fit, env, definition) };
}

/**
 * What ECS says of a task definition; undefined where AWS does not let this client ask. Retried until
 * ECS answers or `signal` aborts. Rejects with a `LaunchError` for a definition that there is not.
 */
export async function describeDefinition(
  context: LaunchContext,
  name: string,
  asking: Asking,
): Promise<DefinitionFacts | undefined> {
  try {
    return await asked(
      context,
      asking,
      () => orAborted(context.definitions.describe(name), asking.signal),
    );
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    if (error.kind === "denied") return undefined;
    if (error.kind !== "rejected") throw error;
    throw new LaunchError(
      `config.task.task_definition = ${JSON.stringify(name)} is not one that ECS knows here: ` +
        error.message,
      false,
      { cause: error },
    );
  }
}

/**
 * The revision of a definition in the jobspec, registered if there is none. Retried until ECS answers
 * or `signal` aborts. Rejects with a `LaunchError` for a definition that ECS refuses.
 */
async function resolveDefinition(
  context: LaunchContext,
  definition: InlineDefinition,
  { owner, earlier }: { owner: TaskIdentity; earlier: EarlierRevisions },
  asking: Asking,
): Promise<DefinitionFacts> {
  try {
    return await asked(
      context,
      asking,
      () => orAborted(context.registry.resolve(definition, owner, earlier), asking.signal),
    );
  } catch (error) {
    if (!(error instanceof EcsError) || error.kind !== "rejected") throw error;
    throw new LaunchError(
      `config.task.${definition.option} (family ${JSON.stringify(definition.family)}) is not one ` +
        `that ECS takes: ${error.message}`,
      false,
      { cause: error },
    );
  }
}

/** The name of a task's definition, for messages. */
export function nameOf({ task_definition, definition, definition_json }: TaskConfig): string {
  const family = definition?.family ?? definition_json?.["family"];
  return task_definition ??
    (family === undefined ? "the jobspec's definition" : `the jobspec's definition of ${family}`);
}

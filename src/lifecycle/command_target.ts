import type { CallOptions, EcsCaller } from "../aws/caller.ts";
import { taskInWords, type TaskRef } from "../aws/cluster_ref.ts";
import type { Task } from "../aws/ecs_answers.ts";
import { EcsError } from "../aws/error.ts";
import type { Account } from "./account.ts";
import type { DefinitionFacts } from "./definition/facts.ts";
import { mainContainer } from "./definition/main_container.ts";

/** Where a command of `nomad alloc exec` runs. */
export type CommandTarget = {
  readonly caller: EcsCaller;
  /** Undefined where the ECS task has one container, or AWS does not tell which is the main one. */
  readonly container: string | undefined;
};

/**
 * Finds the container that commands run in: the one that `config.task.container` names, else the main
 * one of the task definition. Rejects with an `EcsError`, or with the signal's reason.
 */
export async function commandTarget(
  { caller, definitions }: Pick<Account, "caller" | "definitions">,
  ref: TaskRef,
  container: string | undefined,
  signal: AbortSignal,
): Promise<CommandTarget> {
  if (container !== undefined) return { caller, container };
  const task = await describe(caller, ref, { priority: "act", signal });
  const { containers = [], taskDefinitionArn } = task ?? {};
  if (containers.length < 2 || taskDefinitionArn === undefined) {
    return { caller, container: undefined };
  }
  try {
    const definition = await definitions.describe(taskDefinitionArn);
    return { caller, container: mainContainer(definition)?.container.name };
  } catch (error) {
    if (error instanceof EcsError && error.kind === "denied") {
      return { caller, container: undefined };
    }
    throw error;
  }
}

/**
 * The task definition of an ECS task that runs, or has just ended; undefined where ECS does not know the
 * task. Rejects with an `EcsError`, or with the signal's reason.
 */
export async function definitionOf(
  { caller, definitions }: Pick<Account, "caller" | "definitions">,
  ref: TaskRef,
  signal: AbortSignal,
): Promise<DefinitionFacts | undefined> {
  const task = await describe(caller, ref, { priority: "housekeeping", signal });
  const name = task?.taskDefinitionArn;
  return name === undefined ? undefined : await definitions.describe(name);
}

async function describe(
  caller: EcsCaller,
  ref: TaskRef,
  how: Pick<CallOptions, "priority" | "signal">,
): Promise<Task | undefined> {
  const { tasks } = await caller.call(
    "describeTasks",
    { cluster: ref.cluster.name, tasks: [ref.arn] },
    { target: taskInWords(ref), ...how },
  );
  return tasks?.[0];
}

import type { Dependency, EcsTask, TaskContainer } from "./model.ts";

/** Whether a container can start: now, later or never. */
export type Outlook =
  | { readonly kind: "ready" }
  | { readonly kind: "waiting" }
  | { readonly kind: "never"; readonly reason: string };

/**
 * Whether a container that has not started can start now. The rules are those of the ECS agent:
 * `dependsOn` of the container decides, and the `startTimeout` of the container that it waits for.
 */
export function outlookOf(task: EcsTask, container: TaskContainer, now: number): Outlook {
  let waiting = false;
  for (const dependency of container.definition.dependsOn) {
    const other = containerNamed(task, dependency.containerName);
    if (other === undefined) continue;
    const names = `[${other.definition.name}] for target [${container.definition.name}]`;
    const problem = problemOf(dependency, other, now);
    if (problem !== undefined) {
      return {
        kind: "never",
        reason: `CannotStartContainerError: dependency graph: ${problem.replace("<names>", names)}`,
      };
    }
    if (!isMet(dependency, other)) waiting = true;
  }
  return { kind: waiting ? "waiting" : "ready" };
}

/** When the wait of a container for another one fails next. Undefined: it has no time limit. */
export function nextDeadline(task: EcsTask): number | undefined {
  const deadlines = task.containers.filter(({ phase }) => phase === "waiting")
    .flatMap(({ definition }) => definition.dependsOn)
    .flatMap((dependency) => {
      const other = containerNamed(task, dependency.containerName);
      return other === undefined ? [] : deadlineOf(dependency, other) ?? [];
    });
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/** Whether a running container may be stopped: the containers that depend on it have ended. */
export function mayStop(task: EcsTask, container: TaskContainer): boolean {
  return task.containers.every((other) =>
    other.phase !== "running" ||
    other.definition.dependsOn.every(({ containerName }) =>
      containerName !== container.definition.name
    )
  );
}

/** The container of a task by its name. */
export function containerNamed(task: EcsTask, name: string): TaskContainer | undefined {
  return task.containers.find(({ definition }) => definition.name === name);
}

function isMet({ condition }: Dependency, { phase, exitCode, health }: TaskContainer): boolean {
  switch (condition) {
    case "START":
      return phase !== "waiting";
    case "COMPLETE":
      return phase === "ended" && exitCode !== undefined;
    case "SUCCESS":
      return phase === "ended" && exitCode === 0;
    case "HEALTHY":
      return health === "HEALTHY";
  }
}

function problemOf(dependency: Dependency, other: TaskContainer, now: number): string | undefined {
  const deadline = deadlineOf(dependency, other);
  if (deadline !== undefined && now >= deadline) {
    return "container ordering dependency <names> has timed out.";
  }
  const { phase, exitCode, startedAt } = other;
  if (phase === "ended" && startedAt === undefined) {
    return "failed to resolve container ordering dependency <names> because dependency will never " +
      "start";
  }
  if (dependency.condition === "SUCCESS" && phase === "ended" && exitCode !== 0) {
    return "failed to resolve container ordering dependency <names> as dependency did not exit " +
      "successfully.";
  }
  return undefined;
}

/** Only a running container can be late, and for START it is in time once it runs. */
function deadlineOf(
  { condition }: Dependency,
  { phase, startDeadline }: TaskContainer,
): number | undefined {
  return condition === "START" || phase !== "running" ? undefined : startDeadline;
}

import type { Container, Task } from "@aws-sdk/client-ecs";

/** How an ECS task ended, in Nomad's terms. */
export type Ending = {
  /** The container's exit status, or -1 where no container has one. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Why this counts as a failure whatever the exit status; undefined where the status says it all. */
  readonly error: string | undefined;
  /** Milliseconds since the Unix epoch; undefined where ECS does not say. */
  readonly endedAt: number | undefined;
};

/** What is known of a stopped task besides what ECS says of it. */
export type EndingContext = {
  /** Whether this driver asked ECS to stop it. */
  readonly stopRequested: boolean;
  /** The containers whose end ends the task; undefined where that is not known. */
  readonly essential: ReadonlySet<string> | undefined;
};

/** Exit status where ECS has none. */
export const unknownExitCode = -1;
/** 128 + SIGKILL, which is also what a container that ran out of memory ends with. */
const killed = 137;
/** 128 + SIGTERM. */
const terminated = 143;

/** Reads how a task that ECS says is STOPPED ended. */
export function endingOf(task: Task, { stopRequested, essential }: EndingContext): Ending {
  const container = decisive(task.containers ?? [], essential);
  return {
    exitCode: container?.exitCode ?? unknownExitCode,
    oomKilled: container !== undefined && isOutOfMemory(container),
    error: failureOf(task, container, stopRequested),
    endedAt: (task.stoppedAt ?? task.executionStoppedAt)?.getTime(),
  };
}

/** The ending of a task that ECS no longer knows. */
export function vanished(attempted: string): Ending {
  return {
    exitCode: unknownExitCode,
    oomKilled: false,
    error:
      `ECS ${attempted}: ECS no longer knows the task (MISSING), so how it ended is not known; ` +
      `ECS forgets a stopped task after about an hour`,
    endedAt: undefined,
  };
}

/**
 * The container that ended the task. ECS does not say which did: it is one whose own failure shows,
 * before one that only shows the signal which the end of another brings it.
 */
function decisive(
  containers: Container[],
  essential: ReadonlySet<string> | undefined,
): Container | undefined {
  const candidates = containers.filter(({ name }) => essential?.has(name ?? "") ?? true);
  const ended = candidates.filter(({ exitCode }) => exitCode !== undefined);
  return candidates.find(isOutOfMemory) ??
    ended.find(({ exitCode }) =>
      exitCode !== 0 && exitCode !== killed && exitCode !== terminated
    ) ??
    ended.find(({ exitCode }) => exitCode === 0 && ended.length > 1) ??
    ended[0];
}

function isOutOfMemory({ reason }: Container): boolean {
  return reason?.startsWith("OutOfMemory") ?? false;
}

function failureOf(
  task: Task,
  container: Container | undefined,
  stopRequested: boolean,
): string | undefined {
  const ran = container?.exitCode !== undefined;
  switch (task.stopCode) {
    case "EssentialContainerExited":
      if (ran) return container.reason === undefined ? undefined : explain(task);
      break;
    case "UserInitiated":
      // What Nomad asked for is no failure, whether or not a container got to run.
      if (stopRequested) return undefined;
      break;
    default:
      break;
  }
  return explain(task);
}

/** ECS's own words for why a task stopped: stop code, reason, and each container's reason. */
export function explain(task: Task): string {
  const containers = (task.containers ?? [])
    .filter(({ reason }) => reason !== undefined && reason !== "" && reason !== task.stoppedReason)
    .map(({ name, reason }) => `container ${name}: ${reason}`);
  const causes = [task.stoppedReason, ...containers].filter((cause) => cause !== undefined);
  return `ECS task stopped (${task.stopCode ?? "no stop code"})` +
    (causes.length > 0 ? `: ${causes.join("; ")}` : "");
}

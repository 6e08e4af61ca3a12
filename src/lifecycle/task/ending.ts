import type { Container, Task } from "../../aws/ecs_answers.ts";
import type { DefinitionFacts } from "../definition/facts.ts";
import { mainContainer } from "../definition/main_container.ts";

/** How an ECS task ended, in Nomad's terms. */
export type Ending = {
  /** Exit code of the container that counts, or -1 where it has none. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Why this counts as a failure whatever the exit code; undefined where the exit code says it all. */
  readonly error: string | undefined;
  /** The containers by name with their exit codes, the one that counts first; undefined where none has. */
  readonly exits: string | undefined;
  /** Milliseconds since the Unix epoch; undefined where ECS does not say. */
  readonly endedAt: number | undefined;
};

/** What says whose exit code counts. */
export type Counting =
  /** The jobspec names the container. */
  | { readonly kind: "named"; readonly container: string }
  /** The task definition has a main container. */
  | { readonly kind: "defined"; readonly definition: DefinitionFacts }
  /** The task has one container, or AWS does not tell its definition. */
  | { readonly kind: "unknown" };

/** What is known of a stopped task besides what ECS says of it. */
export type EndingContext = {
  /** Whether this driver asked ECS to stop it. */
  readonly stopRequested: boolean;
  readonly counting: Counting;
};

/** Exit code where ECS has none. */
export const unknownExitCode = -1;

/**
 * Exit codes of a container that a signal of somebody else's ended: 128 and HUP, INT, QUIT, KILL or
 * TERM, of which an image chooses the one to stop by; Windows' end by Ctrl+C, unsigned and signed.
 */
const stoppedByOthers = new Set([129, 130, 131, 137, 143, 3_221_225_786, -1_073_741_510]);

/** Reads how a task that ECS says is STOPPED ended. */
export function endingOf(task: Task, { stopRequested, counting }: EndingContext): Ending {
  const containers = task.containers ?? [];
  const container = counted(containers, counting);
  const exits = exitsOf(containers, container);
  return {
    exitCode: container?.exitCode ?? unknownExitCode,
    oomKilled: container !== undefined && isOutOfMemory(container),
    error: failureOf(task, container, exits, stopRequested),
    exits,
    endedAt: (task.stoppedAt ?? task.executionStoppedAt)?.getTime(),
  };
}

const whyVanished = {
  task:
    "ECS no longer knows the task (MISSING), so how it ended is not known; ECS forgets a stopped " +
    "task after about an hour",
  cluster:
    "the task's cluster does not exist (ClusterNotFoundException), so the task does not run any " +
    "more; how it ended is not known",
} as const;

/**
 * The ending of a task that ECS no longer knows, or whose cluster it no longer knows. `attempted` names
 * the operation by which that was found.
 */
export function vanished(attempted: string, unknown: keyof typeof whyVanished): Ending {
  return {
    exitCode: unknownExitCode,
    oomKilled: false,
    error: `${attempted}: ${whyVanished[unknown]}`,
    exits: undefined,
    endedAt: undefined,
  };
}

/**
 * The container whose exit code counts: the one that the jobspec names, else the main container. Where
 * a signal ended the main container because another essential one had failed, that other one counts.
 * Undefined for a task without that container.
 */
function counted(containers: readonly Container[], counting: Counting): Container | undefined {
  switch (counting.kind) {
    case "named":
      return containers.find(({ name }) => name === counting.container);
    case "defined": {
      const main = mainContainer(counting.definition)?.container.name;
      const essential = new Set(
        counting.definition.containers.filter((one) => one.essential).map(({ name }) => name),
      );
      const own = containers.find(({ name }) => name === main);
      if (own !== undefined && failedByItself(own)) return own;
      if (own?.exitCode === 0) return own;
      return firstFailed(containers.filter(({ name }) => essential.has(name ?? ""))) ?? own;
    }
    case "unknown": {
      const own = containers.filter(({ name }) => !isOfAws(name ?? ""));
      const ended = own.filter(({ exitCode }) => exitCode !== undefined);
      return firstFailed(own) ??
        ended.find(({ exitCode }) => exitCode === 0 && ended.length > 1) ?? ended[0] ?? own[0];
    }
  }
}

/** The first container that ran out of memory, else the first that failed in another way of its own. */
function firstFailed(containers: readonly Container[]): Container | undefined {
  return containers.find(isOutOfMemory) ?? containers.find(failedByItself);
}

/** Whether a container ended with a failure of its own, and not because another's end stopped it. */
function failedByItself(container: Container): boolean {
  const { exitCode } = container;
  if (isOutOfMemory(container)) return true;
  return exitCode !== undefined && exitCode !== 0 && !stoppedByOthers.has(exitCode);
}

function isOutOfMemory({ reason }: Container): boolean {
  return reason?.startsWith("OutOfMemory") ?? false;
}

/** Whether AWS has put the container into the task beside those of its definition. */
export function isOfAws(name: string): boolean {
  return /^(aws-guardduty-agent|ecs-service-connect)-|^~internal~/.test(name);
}

/** `container app exited with code 0; agent with 2`. */
function exitsOf(
  containers: readonly Container[],
  first: Container | undefined,
): string | undefined {
  const others = containers.filter((container) =>
    container !== first && container.exitCode !== undefined
  );
  const [counts, ...rest] = first?.exitCode === undefined ? others : [first, ...others];
  if (counts === undefined) return undefined;
  return [
    `container ${counts.name} exited with code ${counts.exitCode}`,
    ...rest.map(({ name, exitCode }) => `${name} with ${exitCode}`),
  ].join(", ");
}

function failureOf(
  task: Task,
  container: Container | undefined,
  exits: string | undefined,
  stopRequested: boolean,
): string | undefined {
  switch (task.stopCode) {
    case "EssentialContainerExited":
      if (container?.exitCode === undefined) break;
      if (said(container.reason) !== undefined) break;
      // Which of several containers it was, the exit code alone does not say.
      return container.exitCode === 0 || (task.containers ?? []).length < 2 ? undefined : exits;
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
  const stopped = said(task.stoppedReason);
  const containers = (task.containers ?? [])
    .filter(({ reason }) => said(reason) !== undefined && reason !== stopped)
    .map(({ name, reason }) => `container ${name}: ${reason}`);
  const causes = [stopped, ...containers].filter((cause) => cause !== undefined);
  return `ECS task stopped (${task.stopCode ?? "no stop code"})` +
    (causes.length > 0 ? `: ${causes.join("; ")}` : "");
}

/** A text of an answer; undefined where it is empty, as nothing is said by it. */
export function said(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

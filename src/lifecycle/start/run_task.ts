import type { Failure, RunTaskCommandInput, Task } from "@aws-sdk/client-ecs";
import type { Clock, Random } from "../../clock.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import type { InlineDefinition } from "../definition/inline.ts";
import type { DefinitionFacts, Definitions } from "../definition/describe.ts";
import { EcsError, type EcsErrorKind } from "../../aws/error.ts";
import { isTakenFrom, type Owner, startedBy, taggedOwner } from "../ownership/tags.ts";
import type { Registry } from "../definition/register.ts";
import { orAborted, retry, type RetryVerdict } from "../../aws/retry.ts";
import { describeScope, type Scope } from "../../aws/cluster_ref.ts";

/** A task could not be started. `recoverable` tells whether the job's restart block should try again. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  constructor(message: string, readonly recoverable: boolean, options?: { cause: unknown }) {
    super(message, options);
  }
}

/** How the ECS task of a run came to be. */
export type Launched = {
  readonly arn: string;
  /** `started`: by RunTask; `found`: it was already running for this allocation's task. */
  readonly how: "started" | "found";
};

/** The ECS task that a RunTask answered. */
export type Accepted = {
  readonly arn: string;
  /** Whether ECS has the client token from a request with other parameters. */
  readonly accepted: "as asked" | "otherwise";
};

/** What a launch needs of its surroundings. */
export type LaunchContext = {
  readonly scope: Scope;
  readonly caller: EcsCaller;
  readonly definitions: Definitions;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
};

/**
 * The live ECS tasks that are tagged as the owner's, oldest first, without those in `except`. Retried
 * until ECS answers or `signal` aborts; `retrying` is told of each failure before another attempt.
 * Rejects with a `LaunchError` where another allocation has taken the owner's ECS task over.
 */
export async function findLive(
  { scope, caller, clock, random }: LaunchContext,
  owner: Owner,
  { except, takenOver, signal, retrying, patience = "as a launch" }: {
    except: { has(arn: string): boolean };
    /** What becomes of the search where another allocation has taken the owner's ECS task over. */
    takenOver: "refuse" | "pass over";
    signal: AbortSignal;
    retrying?: (error: EcsError) => void;
    /** A policy that is being repaired may help who looks for a lost task, and nobody who waits. */
    patience?: "as a launch" | "with denials too";
  },
): Promise<Task[]> {
  const target = `started by ${startedBy(owner)} in ${describeScope(scope)}`;
  const options = { target, priority: "act" as const, signal };
  return await retry(async () => {
    const listed = await caller.call("listTasks", {
      cluster: scope.cluster,
      startedBy: startedBy(owner),
    }, options);
    const arns = listed.taskArns ?? [];
    if (arns.length === 0) return [];
    const described = await caller.call("describeTasks", {
      cluster: scope.cluster,
      tasks: arns,
      include: ["TAGS"],
    }, options);
    if ((described.failures ?? []).length > 0) {
      // Listed but not yet described: ECS has not caught up with itself.
      throw new EcsError(
        "unavailable",
        `DescribeTasks ${target}`,
        "it does not know a task it listed",
      );
    }
    const live = (described.tasks ?? []).filter(isLive);
    const taken = live.find(({ tags = [] }) => isTakenFrom(tags, owner));
    if (taken !== undefined && takenOver === "refuse") {
      const by = taggedOwner(taken.tags ?? []);
      throw new LaunchError(
        `its ECS task ${taken.taskArn} runs on under allocation ${by.allocId} of Nomad node ` +
          `${by.nodeId}, which has taken it over`,
        false,
      );
    }
    return live
      .filter((task) => belongsTo(task, owner) && !except.has(task.taskArn ?? ""))
      .sort((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0));
  }, {
    clock,
    random,
    signal,
    judge: (error) => {
      const denied = error instanceof EcsError && error.kind === "denied";
      return denied && patience === "with denials too" ? "retry" : retryTold(retrying)(error);
    },
  });
}

/**
 * What ECS says of a task definition; undefined where AWS does not let this client ask. Retried until
 * ECS answers or `signal` aborts. Rejects with a `LaunchError` for a definition that there is not.
 */
export async function describeDefinition(
  { definitions, clock, random }: LaunchContext,
  name: string,
  { signal, retrying }: { signal: AbortSignal; retrying: (error: EcsError) => void },
): Promise<DefinitionFacts | undefined> {
  try {
    return await retry(() => orAborted(definitions.describe(name), signal), {
      clock,
      random,
      signal,
      judge: retryTold(retrying),
    });
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
export async function resolveDefinition(
  { registry, clock, random }: LaunchContext,
  definition: InlineDefinition,
  { owner, deregister, signal, retrying }: {
    owner: Owner;
    deregister: boolean;
    signal: AbortSignal;
    retrying: (error: EcsError) => void;
  },
): Promise<DefinitionFacts> {
  try {
    return await retry(() => orAborted(registry.resolve(definition, owner, deregister), signal), {
      clock,
      random,
      signal,
      judge: retryTold(retrying),
    });
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

/**
 * The public address of a task's network interface. Retried until EC2 answers or `signal` aborts.
 * Rejects with a `LaunchError` where there is none to advertise.
 */
export async function findPublicAddress(
  { scope, caller, clock, random }: LaunchContext,
  networkInterfaceId: string | undefined,
  { signal, retrying }: { signal: AbortSignal; retrying: (error: EcsError) => void },
): Promise<string> {
  const option = `config.task.advertise = "public"`;
  if (networkInterfaceId === undefined) {
    throw new LaunchError(`${option}: the ECS task has no network interface of its own`, false);
  }
  const target = `${networkInterfaceId} of a task in ${describeScope(scope)}`;
  try {
    return await retry(async () => {
      const { publicAddress } = await caller.call(
        "describeNetworkInterfaces",
        { networkInterfaceId },
        { target, priority: "act", signal },
      );
      if (publicAddress !== undefined) return publicAddress;
      throw new EcsError(
        "unavailable",
        `DescribeNetworkInterfaces ${target}`,
        "it has no public address yet; do its subnets lead to an internet gateway?",
      );
    }, { clock, random, signal, judge: retryTold(retrying) });
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    throw new LaunchError(`${option}: ${error.message}`, false, { cause: error });
  }
}

/**
 * Asks RunTask until ECS has answered, with one client token, so that however many requests are
 * accepted they are one task. Rejects with a `LaunchError`; where the answers leave open whether a
 * task was started, `ambiguous` has been called before.
 */
export async function runTask(
  { scope, caller, clock, random }: LaunchContext,
  input: RunTaskCommandInput,
  { signal, ambiguous, retrying }: {
    signal: AbortSignal;
    /** Called when a request failed in a way that ECS may have acted on. */
    ambiguous: () => void;
    /** Called before each further attempt. */
    retrying: (error: EcsError) => void;
  },
): Promise<Accepted> {
  const attempt = async (): Promise<Accepted> => {
    const answer = await caller.call("runTask", input, {
      target: `${input.taskDefinition} in ${describeScope(scope)}`,
      priority: "act",
      signal,
    });
    const arn = answer.tasks?.[0]?.taskArn;
    if (arn !== undefined) return { arn, accepted: "as asked" };
    throw placementError(answer.failures ?? [], input, scope);
  };
  try {
    return await retry(attempt, {
      clock,
      random,
      signal,
      judge: (error) => {
        if (!(error instanceof EcsError)) return "give up";
        if (error.kind === "unavailable") ambiguous();
        if (!retriedAtLaunch(error.kind)) return "give up";
        retrying(error);
        return "retry";
      },
    });
  } catch (error) {
    if (signal.aborted) {
      // An attempt that was under way may have been accepted.
      ambiguous();
      throw error;
    }
    if (error instanceof EcsError && error.kind === "conflict" && error.arns[0] !== undefined) {
      return { arn: error.arns[0], accepted: "otherwise" };
    }
    throw error;
  }
}

/** Retries what may pass, telling of each failure before the next attempt. */
function retryTold(retrying?: (error: EcsError) => void): (error: unknown) => RetryVerdict {
  return (error) => {
    if (!(error instanceof EcsError) || !retriedAtLaunch(error.kind)) return "give up";
    retrying?.(error);
    return "retry";
  };
}

/** Whether waiting and asking again may help a launch, within its time. */
function retriedAtLaunch(kind: EcsErrorKind): boolean {
  switch (kind) {
    case "throttled":
    case "unavailable":
    case "credentials":
      return true;
    case "capacity": // the job's restart block decides how long to wait for capacity
    case "denied":
    case "no_region":
    case "no_cluster":
    case "no_task":
    case "conflict":
    case "rejected":
      return false;
  }
}

/** Whether Nomad should try the start again, by the job's restart block. */
export function isRecoverable(error: unknown): boolean {
  if (error instanceof LaunchError) return error.recoverable;
  return error instanceof EcsError && (retriedAtLaunch(error.kind) || error.kind === "capacity");
}

/** RunTask answers 200 with `failures` when it cannot place the task. */
function placementError(failures: Failure[], input: RunTaskCommandInput, scope: Scope): EcsError {
  const words = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(" "));
  const attempted = `RunTask ${input.taskDefinition} in ${describeScope(scope)}`;
  if (words.length === 0) {
    return new EcsError("unavailable", attempted, "it answered neither a task nor a failure");
  }
  // MISSING and INACTIVE speak of what the request names; all else is about room that may come free.
  const lasting = failures.some(({ reason }) => reason === "MISSING" || reason === "INACTIVE");
  return new EcsError(
    lasting ? "rejected" : "capacity",
    attempted,
    `it could not place the task: ${words.join("; ")}`,
  );
}

function isLive(task: Task): boolean {
  return task.lastStatus !== "STOPPED" && task.desiredStatus !== "STOPPED";
}

/** `startedBy` alone could be anybody's text; the tags must agree where there are any. */
function belongsTo(task: Task, owner: Owner): boolean {
  const tagged = taggedOwner(task.tags ?? []);
  return tagged.allocId === undefined || tagged.allocId === owner.allocId;
}

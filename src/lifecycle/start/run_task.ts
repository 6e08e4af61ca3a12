import type { Failure, RunTaskCommandInput } from "@aws-sdk/client-ecs";
import type { InlineDefinition } from "../definition/inline.ts";
import type { DefinitionFacts } from "../definition/describe.ts";
import { EcsError } from "../../aws/error.ts";
import { LaunchError, retriedAtLaunch, retryTold } from "../launch_error.ts";
import type { Owner } from "../ownership/tags.ts";
import { orAborted, retry } from "../../aws/retry.ts";
import { describeScope, type Scope } from "../../aws/cluster_ref.ts";
import type { LaunchContext } from "./context.ts";

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

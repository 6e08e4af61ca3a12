import type { Task } from "../../aws/ecs_answers.ts";
import type { Clock, Random } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Priority } from "../../aws/budget.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import { type DefinitionFacts, factsOf } from "./facts.ts";

/** Task definitions that ECS has described. A revision never changes, so each is asked for once. */
export type Definitions = {
  /**
   * Describes a definition. `name` is what RunTask takes: a family, a family and revision, or an ARN.
   * Makes one attempt, which all callers at the time share; rejects with an `EcsError`.
   */
  describe(name: string): Promise<DefinitionFacts>;
  /** Forgets the newest revision of a family. Returns whether there was one to forget. */
  renew(name: string): boolean;
  /** The definition of a task that has ended; undefined where AWS does not tell it. */
  ofTask(task: Task): Promise<DefinitionFacts | undefined>;
};

/** Most task definitions that are kept. The least recently used is dropped first. */
const rememberedDefinitions = 1_000;
/** Milliseconds for which the newest revision of a family is kept. A newer one may come any time. */
const newestTime = 30_000;
/** Attempts at a task definition before an ending is reported without it. */
const endingAttempts = 5;

type Remembered = { readonly facts: Promise<DefinitionFacts>; readonly until: number };

/** Makes an empty memory of definitions. `signal` ends all calls for it. */
export function createDefinitions(
  { caller, clock, random, log, signal }: {
    caller: EcsCaller;
    clock: Clock;
    random: Random;
    log: Logger;
    signal: AbortSignal;
  },
): Definitions {
  const remembered = new Map<string, Remembered>();

  const read = async (name: string, priority: Priority): Promise<DefinitionFacts> => {
    const { taskDefinition } = await caller.call(
      "describeTaskDefinition",
      { taskDefinition: name },
      {
        target: name,
        priority,
        signal,
      },
    );
    return factsOf(taskDefinition, name);
  };

  const describe = (name: string, priority: Priority): Promise<DefinitionFacts> => {
    const known = remembered.get(name);
    remembered.delete(name);
    const fresh = known !== undefined && clock.monotonic() < known.until;
    const entry = fresh ? known : {
      facts: read(name, priority),
      until: clock.monotonic() + (isPinned(name) ? Infinity : newestTime),
    };
    remembered.set(name, entry);
    entry.facts.catch(() => {
      if (remembered.get(name) === entry) remembered.delete(name);
    });
    for (const oldest of remembered.keys()) {
      if (remembered.size <= rememberedDefinitions) break;
      remembered.delete(oldest);
    }
    return entry.facts;
  };

  return {
    describe: (name) => describe(name, "act"),
    renew: (name) => !isPinned(name) && remembered.delete(name),
    ofTask: async (task) => {
      const arn = task.taskDefinitionArn;
      if (arn === undefined) return undefined;
      try {
        return await retry(() => describe(arn, "watch"), {
          clock,
          random,
          signal,
          judge: (error, failures) =>
            failures < endingAttempts ? askingAgain("explain")(error) : "give up",
        });
      } catch (error) {
        log.warn("the task definition of an ECS task that ended is not known", {
          task_definition: arn,
          error,
        });
        return undefined;
      }
    },
  };
}

/** Whether a name has a revision. Without one it means the newest revision of the family. */
function isPinned(name: string): boolean {
  return /:[0-9]+$/.test(name);
}

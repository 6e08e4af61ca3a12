import type { Task } from "@aws-sdk/client-ecs";
import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createBudget } from "./budget.ts";
import { createEcsCaller, type EcsCaller } from "./ecs_caller.ts";
import { EcsError } from "./ecs_error.ts";
import type { EcsOperations } from "./ecs_operations.ts";
import { retry } from "./retry.ts";
import type { Role, Scope } from "./scope.ts";
import { createWatcher, type Watcher, type WatchHealth } from "./watcher.ts";

/** What is shared by all that happens in one AWS region as one identity: the call budget, watchers, definitions. */
export type Region = {
  readonly caller: EcsCaller;
  /** The one watcher of a cluster. */
  watcher(cluster: string): Watcher;
  watchers(): ReadonlyMap<string, Watcher>;
  /**
   * The names of the essential containers of a task's definition, which never changes once it is
   * registered. Undefined where AWS does not let the driver read it.
   */
  essentialContainers(task: Task): Promise<ReadonlySet<string> | undefined>;
};

/** Task definitions that are remembered, the least recently used going first. */
const rememberedDefinitions = 1_000;
/** Attempts at a task definition before an ending is told without it. */
const definitionAttempts = 5;

/** Sets up one region. `signal` ends everything that goes on in it. */
export function createRegion(
  { region, role, operations, clock, random, log, maxRate, pollInterval, onHealth, signal }: {
    region: string | undefined;
    role: Role | undefined;
    operations: () => EcsOperations;
    clock: Clock;
    random: Random;
    log: Logger;
    maxRate: () => number;
    pollInterval: () => number;
    onHealth: (scope: Scope, health: WatchHealth) => void;
    signal: AbortSignal;
  },
): Region {
  const budget = createBudget({ maxRate, clock });
  const caller = createEcsCaller({ operations, budget, clock, log });
  const watchers = new Map<string, Watcher>();
  const definitions = new Map<string, Promise<ReadonlySet<string> | undefined>>();
  signal.addEventListener("abort", () => {
    for (const watcher of watchers.values()) watcher.close();
  }, { once: true });

  const readDefinition = async (arn: string): Promise<ReadonlySet<string> | undefined> => {
    try {
      const { taskDefinition } = await retry(
        () =>
          caller.call("describeTaskDefinition", { taskDefinition: arn }, {
            target: arn,
            priority: "watch",
            signal,
          }),
        {
          clock,
          random,
          signal,
          judge: (error, failures) =>
            error instanceof EcsError && failures < definitionAttempts &&
              (error.kind === "throttled" || error.kind === "unavailable" ||
                error.kind === "credentials")
              ? "retry"
              : "give up",
        },
      );
      const containers = taskDefinition?.containerDefinitions ?? [];
      return new Set(
        containers.filter(({ essential }) => essential !== false).map(({ name }) => name ?? ""),
      );
    } catch (error) {
      log.warn("which containers are essential is not known", { task_definition: arn, error });
      definitions.delete(arn);
      return undefined;
    }
  };

  return {
    caller,
    watchers: () => watchers,
    watcher: (cluster) => {
      const known = watchers.get(cluster);
      if (known !== undefined) return known;
      const scope = { region, cluster, role };
      const watcher = createWatcher({
        scope,
        caller,
        clock,
        random,
        log: log.named("watcher"),
        pollInterval,
        onHealth: (health) => onHealth(scope, health),
      });
      watchers.set(cluster, watcher);
      return watcher;
    },
    essentialContainers: (task) => {
      const arn = task.taskDefinitionArn;
      if (arn === undefined) return Promise.resolve(undefined);
      const known = definitions.get(arn) ?? readDefinition(arn);
      definitions.delete(arn);
      definitions.set(arn, known);
      for (const oldest of definitions.keys()) {
        if (definitions.size <= rememberedDefinitions) break;
        definitions.delete(oldest);
      }
      return known;
    },
  };
}

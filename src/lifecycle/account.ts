import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createBudget } from "../aws/budget.ts";
import { createDefinitions, type Definitions } from "./definition/describe.ts";
import { createEcsCaller, type EcsCaller } from "../aws/caller.ts";
import type { EcsOperations } from "../aws/operations.ts";
import { createRegistry, type Registry } from "./definition/register.ts";
import type { Scope } from "../aws/cluster_ref.ts";
import { createWatcher, type Watcher, type WatchHealth } from "./watch/poller.ts";

/** What is shared by all that happens in one AWS region as one identity: the call budget, watchers, definitions. */
export type Region = {
  readonly caller: EcsCaller;
  /** The one watcher of a cluster. */
  watcher(cluster: string): Watcher;
  watchers(): ReadonlyMap<string, Watcher>;
  readonly definitions: Definitions;
  readonly registry: Registry;
};

/** Sets up one region. `signal` ends everything that goes on in it. */
export function createRegion(
  { identity, operations, clock, random, log, maxRate, pollInterval, onHealth, signal }: {
    /** Where its clusters are and as whom they are reached. */
    identity: Omit<Scope, "cluster">;
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
  const definitions = createDefinitions({ caller, clock, random, log, signal });
  signal.addEventListener("abort", () => {
    for (const watcher of watchers.values()) watcher.close();
  }, { once: true });

  return {
    caller,
    definitions,
    registry: createRegistry({ caller, log: log.named("registry"), signal }),
    watchers: () => watchers,
    watcher: (cluster) => {
      const known = watchers.get(cluster);
      if (known !== undefined) return known;
      const scope = { ...identity, cluster };
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
  };
}

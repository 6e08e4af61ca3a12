import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { createBudget } from "../aws/budget.ts";
import { createDefinitions, type Definitions } from "./definition/describe.ts";
import { createEcsCaller, type EcsCaller } from "../aws/caller.ts";
import type { AwsOperations } from "../aws/operations.ts";
import { createRegistry, type Registry } from "./definition/register.ts";
import type { AccountRef, ClusterRef } from "../aws/cluster_ref.ts";
import { createWatcher, type Watcher, type WatchHealth } from "./watch/poller.ts";

/**
 * Everything shared by the ECS tasks of one AWS region and one identity: the caller with its budget,
 * a watcher for each cluster, and what is known of task definitions.
 */
export type Account = {
  readonly caller: EcsCaller;
  /** The one watcher of a cluster. */
  watcher(name: string): Watcher;
  watchers(): ReadonlyMap<string, Watcher>;
  readonly definitions: Definitions;
  readonly registry: Registry;
};

/** Makes the account. Once `signal` aborts, its watchers and calls end. */
export function createAccount(
  { ref, operations, clock, random, log, maxRate, pollInterval, onHealth, signal }: {
    ref: AccountRef;
    operations: () => AwsOperations;
    clock: Clock;
    random: Random;
    log: Logger;
    maxRate: () => number;
    pollInterval: () => number;
    onHealth: (cluster: ClusterRef, health: WatchHealth) => void;
    signal: AbortSignal;
  },
): Account {
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
    watcher: (name) => {
      const known = watchers.get(name);
      if (known !== undefined) return known;
      const cluster = { ...ref, name };
      const watcher = createWatcher({
        cluster,
        caller,
        clock,
        random,
        log: log.named("watcher"),
        pollInterval,
        onHealth: (health) => onHealth(cluster, health),
      });
      watchers.set(name, watcher);
      return watcher;
    },
  };
}

import type { Clock, Random } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Meter } from "../meter.ts";
import { type CallLimits, createCallBudget } from "../aws/call_budget.ts";
import { meteredBudget } from "../aws/metered_budget.ts";
import { createDefinitions, type Definitions } from "./definition/describe.ts";
import { createEcsCaller, type EcsCaller } from "../aws/caller.ts";
import type { AwsOperations, ConnectAws } from "../aws/operations.ts";
import { createRegistry, type Registry } from "./definition/register.ts";
import { accountKey, type AccountRef, type ClusterRef } from "../aws/cluster_ref.ts";
import { createWatcher } from "./watch/poller.ts";
import type { Watcher, WatchHealth } from "./watch/watcher.ts";

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

/** What all accounts share. */
export type AccountServices = {
  readonly connect: ConnectAws;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly meter: Meter;
  readonly settings: () => AccountSettings;
  /** Told whether a cluster's watcher gets answers. */
  readonly onHealth: (cluster: ClusterRef, health: WatchHealth) => void;
  /** Ends the accounts' watchers and calls. */
  readonly signal: AbortSignal;
};

/** What may change while the driver runs. */
export type AccountSettings = {
  /** How many calls may be made in each account. */
  readonly calls: CallLimits;
  /** Milliseconds between looks at a task at rest. */
  readonly pollInterval: number;
  /** URL of ECS; undefined where the SDK's own sources decide. */
  readonly endpoint: string | undefined;
};

/** The accounts that tasks are in, each made when it is first asked for. */
export type Accounts = {
  /** The account that a cluster is reached through. */
  of(account: AccountRef | ClusterRef): Account;
  /** All watchers of all accounts. */
  watchers(): Watcher[];
};

/** Makes the accounts. Makes no call itself. */
export function createAccounts(services: AccountServices): Accounts {
  const accounts = new Map<string, Account>();
  return {
    of: ({ region, role, profile }) => {
      const ref = { region, role, profile };
      const key = accountKey(ref);
      const known = accounts.get(key) ?? createAccount(ref, services);
      accounts.set(key, known);
      return known;
    },
    watchers: () => [...accounts.values()].flatMap(({ watchers }) => [...watchers().values()]),
  };
}

function createAccount(ref: AccountRef, services: AccountServices): Account {
  const { settings, clock, random, log, meter, signal } = services;
  const limits = { settings: () => settings().calls, clock, region: ref.region };
  const budget = meteredBudget(createCallBudget(limits), meter, clock);
  const caller = createEcsCaller({ operations: operationsOf(ref, services), budget, clock, log });
  const watchers = new Map<string, Watcher>();
  signal.addEventListener("abort", () => {
    for (const watcher of watchers.values()) watcher.close();
  }, { once: true });

  return {
    caller,
    definitions: createDefinitions({ caller, clock, random, log, signal }),
    registry: createRegistry({ caller, log: log.named("registry"), signal }),
    watchers: () => watchers,
    watcher: (name) => {
      const known = watchers.get(name) ?? watcherOf({ ...ref, name }, caller, services);
      watchers.set(name, known);
      return known;
    },
  };
}

function watcherOf(cluster: ClusterRef, caller: EcsCaller, services: AccountServices): Watcher {
  const { clock, random, log, meter, settings, onHealth } = services;
  return createWatcher({
    cluster,
    caller,
    clock,
    random,
    log: log.named("watcher"),
    meter,
    pollInterval: () => settings().pollInterval,
    onHealth: (health) => onHealth(cluster, health),
  });
}

/** The operations at the endpoint that is configured when they are asked for. */
function operationsOf(
  { region, role, profile }: AccountRef,
  { connect, settings }: AccountServices,
): () => AwsOperations {
  let made: { operations: AwsOperations; endpoint: string | undefined } | undefined;
  return () => {
    const { endpoint } = settings();
    if (made === undefined || made.endpoint !== endpoint) {
      made = { operations: connect({ region, role, endpoint, profile }), endpoint };
    }
    return made.operations;
  };
}

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
  /** Whether AWS has answered any call with success. */
  hasAnswered(): boolean;
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

/**
 * The accounts that tasks are in, each made when it is asked for. A job chooses its role, external id and
 * region, so there is no bound to how many are asked for: one that is not used is dropped.
 */
export type Accounts = {
  /** The account that a cluster is reached through. */
  of(account: AccountRef | ClusterRef): Account;
  /** All watchers of all accounts. */
  watchers(): Watcher[];
};

/**
 * Milliseconds without a call after which an account without watched tasks is dropped. A budget learns
 * nothing that lasts as long: after a minute without refusals it gives the whole rate again, and AWS's
 * buckets are full by then, as a new budget takes them to be.
 */
export const idleTime = 600_000;

/** How an account is used. All times are monotonic milliseconds. */
type Use = {
  /** When it was last asked for, or looked at by `dropIdle`. */
  seenAt: number;
  /** When its last call ended. */
  calledAt: number;
  /** Calls that are under way or wait for the budget. */
  underWay: number;
  hasAnswered: boolean;
};

type Known = { readonly account: Account; readonly use: Use };

/** Makes the accounts. Makes no call itself. */
export function createAccounts(services: AccountServices): Accounts {
  const { clock, signal } = services;
  /** By key, the one that was seen longest ago first. */
  const accounts = new Map<string, Known>();
  const watchers = () =>
    [...accounts.values()].flatMap(({ account }) => [...account.watchers().values()]);
  // One listener for all accounts: a listener of its own would keep an account in memory that is dropped.
  signal.addEventListener("abort", () => watchers().forEach((watcher) => watcher.close()), {
    once: true,
  });
  return {
    of: ({ region, role, profile }) => {
      const ref = { region, role, profile };
      const key = accountKey(ref);
      const now = clock.monotonic();
      const known = accounts.get(key) ?? createKnown(ref, services, now);
      seen(accounts, key, known, now);
      dropIdle(accounts, now);
      return known.account;
    },
    watchers,
  };
}

function seen(accounts: Map<string, Known>, key: string, known: Known, now: number): void {
  known.use.seenAt = now;
  accounts.delete(key);
  accounts.set(key, known);
}

/** Drops the accounts that nothing uses. Looks at each once in `idleTime`. */
function dropIdle(accounts: Map<string, Known>, now: number): void {
  for (const [key, known] of accounts) {
    const { account, use } = known;
    if (now - use.seenAt < idleTime) return;
    const isIdle = use.underWay === 0 && now - use.calledAt >= idleTime &&
      [...account.watchers().values()].every((watcher) => watcher.size() === 0);
    if (isIdle) accounts.delete(key);
    else seen(accounts, key, known, now);
  }
}

function createKnown(ref: AccountRef, services: AccountServices, now: number): Known {
  const use: Use = { seenAt: now, calledAt: now, underWay: 0, hasAnswered: false };
  return { account: createAccount(ref, services, use), use };
}

/** The same caller, whose use is noted. */
function noting(caller: EcsCaller, use: Use, clock: Clock): EcsCaller {
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    use.underWay += 1;
    try {
      return await work();
    } finally {
      use.underWay -= 1;
      use.calledAt = clock.monotonic();
    }
  };
  return {
    rate: caller.rate,
    reserve: (name, options) => during(() => caller.reserve(name, options)),
    call: (name, input, options) =>
      during(async () => {
        const answer = await caller.call(name, input, options);
        use.hasAnswered = true;
        return answer;
      }),
  };
}

function createAccount(ref: AccountRef, services: AccountServices, use: Use): Account {
  const { settings, clock, random, log, meter, signal } = services;
  const limits = { settings: () => settings().calls, clock, region: ref.region };
  const budget = meteredBudget(createCallBudget(limits), meter, clock);
  const operations = operationsOf(ref, services);
  const caller = noting(createEcsCaller({ operations, budget, clock, log }), use, clock);
  const watchers = new Map<string, Watcher>();

  return {
    caller,
    definitions: createDefinitions({ caller, clock, random, log, signal }),
    registry: createRegistry({ caller, log: log.named("registry"), signal }),
    hasAnswered: () => use.hasAnswered,
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

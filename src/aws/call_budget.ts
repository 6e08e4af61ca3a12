import type { Clock } from "../clock.ts";
import { type Asking, type Budget, createBudget, type Permit } from "./budget.ts";
import { type Category, limitOf, type RaisedLimits } from "./rate_limits.ts";

/** All calls to one AWS account and region: a budget for each category. */
export type CallBudget = {
  /**
   * Resolves when a call that takes a token of each of these categories may be made. AWS's refusal of
   * the call lowers the first of them. Rejects with the signal's reason if it aborts first.
   */
  acquire(categories: readonly [Category, ...Category[]], asking: Asking): Promise<Permit>;
  /** Calls a second of a category that it gives now when many wait. */
  rate(category: Category): number;
};

/** What may change while the driver runs. */
export type CallLimits = {
  /** Limits of the account that are not those that AWS publishes. */
  readonly raised: RaisedLimits;
  /** Part of each limit that this client may use: more than 0, at most 1. */
  readonly share: number;
  /** Most calls of all categories in any second; undefined for no such ceiling. */
  readonly ceiling: number | undefined;
  /** Aborts when another configuration comes, by which calls that wait are to go at once. */
  readonly changed?: AbortSignal | undefined;
};

/**
 * Seconds in which at most `ceiling` calls are granted. It is 0.05 s longer than a second, as two calls may arrive
 * closer together than they were granted.
 */
const ceilingWindow = 1.05;
/** What stands in for the ceiling where there is none, for the calls that wait below one that has gone. */
const noCeiling = { burst: 10_000, perSecond: 10_000 };

/** Makes the budgets of an account in a region; undefined where the AWS SDK's own sources name the region. */
export function createCallBudget(
  { settings, clock, region }: {
    settings: () => CallLimits;
    clock: Clock;
    region?: string | undefined;
  },
): CallBudget {
  const budgets = new Map<Category, Budget>();
  const changed = () => settings().changed;
  const budgetOf = (category: Category): Budget => {
    const known = budgets.get(category) ?? createBudget({
      limit: () => limitOf(category, settings().raised, region),
      share: () => settings().share,
      changed,
      clock,
    });
    budgets.set(category, known);
    return known;
  };
  const all = createBudget({
    limit: () => {
      const { ceiling } = settings();
      return ceiling === undefined ? noCeiling : { burst: 1, perSecond: ceiling / ceilingWindow };
    },
    changed,
    clock,
  });

  return {
    rate: (category) => {
      const { ceiling } = settings();
      const rate = budgetOf(category).rate();
      return ceiling === undefined ? rate : Math.min(rate, all.rate());
    },
    acquire: async (categories, asking) => {
      const permits: Permit[] = [];
      const giveBack = () => permits.forEach((permit) => permit.giveBack());
      try {
        for (const category of categories) permits.push(await budgetOf(category).acquire(asking));
        // A ceiling may have come or gone while the call waited.
        if (settings().ceiling !== undefined) permits.push(await all.acquire(asking));
      } catch (error) {
        giveBack();
        throw error;
      }
      return {
        giveBack,
        accepted: () => permits.forEach((permit) => permit.accepted()),
        refused: () => permits[0]?.refused(),
      };
    },
  };
}

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
};

/**
 * Seconds in which at most `ceiling` calls are granted. It is 0.05 s longer than a second, as two calls may arrive
 * closer together than they were granted.
 */
const ceilingWindow = 1.05;

/** Makes the budgets of an account in a region; undefined where the AWS SDK's own sources name the region. */
export function createCallBudget(
  { settings, clock, region }: {
    settings: () => CallLimits;
    clock: Clock;
    region?: string | undefined;
  },
): CallBudget {
  const budgets = new Map<Category, Budget>();
  const budgetOf = (category: Category): Budget => {
    const known = budgets.get(category) ?? createBudget({
      limit: () => limitOf(category, settings().raised, region),
      share: () => settings().share,
      clock,
    });
    budgets.set(category, known);
    return known;
  };
  const all = createBudget({
    limit: () => ({ burst: 1, perSecond: (settings().ceiling ?? 1) / ceilingWindow }),
    clock,
  });

  return {
    rate: (category) => {
      const { ceiling } = settings();
      const rate = budgetOf(category).rate();
      return ceiling === undefined ? rate : Math.min(rate, all.rate());
    },
    acquire: async (categories, asking) => {
      const [first, ...others] = categories.map(budgetOf);
      const needed = settings().ceiling === undefined ? others : [...others, all];
      const permits: Permit[] = [];
      const giveBack = () => permits.forEach((permit) => permit.giveBack());
      try {
        for (const budget of [first, ...needed]) {
          if (budget !== undefined) permits.push(await budget.acquire(asking));
        }
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

import type { Clock } from "../clock.ts";
import type { Meter } from "../meter.ts";
import type { CallBudget } from "./call_budget.ts";

/** The same budget, with each wait for it measured. */
export function meteredBudget(budget: CallBudget, meter: Meter, clock: Clock): CallBudget {
  return {
    ...budget,
    acquire: async (categories, asking) => {
      if (!meter.isOn()) return await budget.acquire(categories, asking);
      const asked = clock.monotonic();
      const permit = await budget.acquire(categories, asking);
      const seconds = (clock.monotonic() - asked) / 1_000;
      meter.record({ kind: "budget wait", category: categories[0], seconds });
      return permit;
    },
  };
}

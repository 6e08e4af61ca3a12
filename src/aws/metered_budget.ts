import { type Clock, secondsSince } from "../clock.ts";
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
      meter.record({
        kind: "budget wait",
        category: categories[0],
        seconds: secondsSince(clock, asked),
      });
      return permit;
    },
  };
}

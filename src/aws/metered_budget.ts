import { type Clock, secondsSince } from "../clock.ts";
import type { Meter } from "../meter.ts";
import type { CallBudget } from "./call_budget.ts";

/** The same budget, with each wait for it measured. While metrics are off a wait is the very one of `budget`'s. */
export function meteredBudget(budget: CallBudget, meter: Meter, clock: Clock): CallBudget {
  const measured: CallBudget["acquire"] = async (categories, asking) => {
    const asked = clock.monotonic();
    const permit = await budget.acquire(categories, asking);
    meter.record({
      kind: "budget wait",
      category: categories[0],
      seconds: secondsSince(clock, asked),
    });
    return permit;
  };
  return {
    ...budget,
    acquire: (categories, asking) =>
      meter.isOn() ? measured(categories, asking) : budget.acquire(categories, asking),
  };
}

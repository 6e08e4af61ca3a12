import { retry } from "../../aws/retry.ts";
import { askingAgain } from "../error_policy.ts";
import type { Asking, LaunchContext } from "./context.ts";

/**
 * Asks AWS something that a start needs, as often as the policy for starts says. Rejects with the last
 * error, or with the signal's reason.
 */
export function asked<T>(
  { clock, random }: Pick<LaunchContext, "clock" | "random">,
  { signal, retrying }: Asking,
  attempt: () => Promise<T>,
): Promise<T> {
  return retry(attempt, { clock, random, signal, judge: askingAgain("start", retrying) });
}

import { EcsError } from "../../aws/error.ts";
import { within } from "../../clock.ts";
import type { Host } from "../host.ts";

/** Milliseconds that one question to STS or IAM may take, with the search for credentials. */
export const questionTimeout = 15_000;

/**
 * Asks one question that may ignore its signal, as a source of credentials that hangs does. Rejects with an
 * `EcsError` once 15 s have passed, and with the signal's reason where the person ends the command.
 *
 * @param attempted Names the operation: `STS GetCallerIdentity`.
 */
export async function answered<T>(
  { clock, signal }: Pick<Host, "clock" | "signal">,
  attempted: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = () =>
    new EcsError("unavailable", attempted, `no answer within ${questionTimeout / 1_000} s`);
  return await within(
    { clock, ms: questionTimeout, late, signal },
    (bounded) => Promise.race([ask(bounded), end(bounded)]),
  );
}

/** Rejects with the signal's reason when it aborts. */
function end(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

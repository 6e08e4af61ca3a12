import { attemptExpired } from "../aws/caller.ts";
import { toEcsError } from "../aws/error.ts";
import { type ConnectAws, eachOperation, operations } from "../aws/operations.ts";
import { type Clock, secondsSince } from "../clock.ts";
import type { Meter } from "../meter.ts";

/** The same calls, each measured. */
export function meteredAws(connect: ConnectAws, meter: Meter, clock: Clock): ConnectAws {
  return (target) => {
    const calls = connect(target);
    return eachOperation(async (name, input, signal) => {
      if (!meter.isOn()) return await calls[name](input, signal);
      const started = clock.monotonic();
      const record = (result: string) =>
        meter.record({
          kind: "AWS call",
          operation: name,
          category: operations[name].category,
          result,
          seconds: secondsSince(clock, started),
        });
      try {
        const answer = await calls[name](input, signal);
        record("ok");
        return answer;
      } catch (error) {
        record(resultOf(error, signal));
        throw error;
      }
    });
  };
}

/** How a call failed, in one word or two. */
function resultOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return signal.reason === attemptExpired ? "no answer" : "given up";
  return toEcsError(error, "").kind;
}

import { attemptExpired } from "../aws/caller.ts";
import { toEcsError } from "../aws/error.ts";
import {
  type ConnectAws,
  eachOperation,
  type OperationName,
  operations,
} from "../aws/operations.ts";
import { type Clock, secondsSince } from "../clock.ts";
import type { Meter } from "../meter.ts";

/** The calls of `connect`, each measured. While metrics are off, they are passed on unchanged. */
export function meteredAws(connect: ConnectAws, meter: Meter, clock: Clock): ConnectAws {
  return (target) => {
    const calls = connect(target);
    return eachOperation((name, input, signal) => {
      const call = () => calls[name](input, signal);
      return meter.isOn() ? measured({ meter, clock }, name, signal, call) : call();
    });
  };
}

async function measured<T>(
  { meter, clock }: { readonly meter: Meter; readonly clock: Clock },
  operation: OperationName,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  const started = clock.monotonic();
  const record = (result: string) =>
    meter.record({
      kind: "AWS call",
      operation,
      category: operations[operation].category,
      result,
      seconds: secondsSince(clock, started),
    });
  try {
    const answer = await call();
    record("ok");
    return answer;
  } catch (error) {
    record(resultOf(error, signal));
    throw error;
  }
}

/** How a call failed, in one word or two. */
function resultOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return signal.reason === attemptExpired ? "no answer" : "given up";
  return toEcsError(error, "").kind;
}

import { EcsError } from "../aws/error.ts";
import { errorInWords } from "./advice.ts";
import type { Host } from "./host.ts";
import { hasColours, painterOf, printable } from "./style.ts";

/**
 * Does one look of a command that looks again and again, after its first. A look that AWS does not answer, or
 * refuses for its rate, is told on standard error, and is no end. Returns whether AWS answered. Rejects with
 * every other error, and with the signal's reason.
 */
export async function lookAgain(
  { stderr, environment, signal }: Pick<Host, "stderr" | "environment" | "signal">,
  look: () => Promise<void>,
): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EcsError) || !mayPass(error)) throw error;
    const paint = painterOf(hasColours(stderr, environment));
    await stderr.write(`${paint("yellow", "warning:")} ${printable(errorInWords(error))}\n`);
    return false;
  }
}

function mayPass({ kind }: EcsError): boolean {
  return kind === "unavailable" || kind === "throttled";
}

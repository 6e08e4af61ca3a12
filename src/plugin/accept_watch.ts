import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Listening } from "./listen.ts";

/** What the watch over a listening server needs. */
export type AcceptWatch = {
  readonly listening: Pick<Listening, "accepted" | "connect" | "renew">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/** Milliseconds between two looks. */
const interval = 5_000;
/** Milliseconds that a server has to accept a connection, and between two checks of that. */
const patience = 1_000;
const step = 20;

/**
 * Makes sure that the server accepts connections, until the signal aborts. When the process has no file
 * descriptor left, the runtime stops accepting for good and reports nothing; the next agent would wait
 * for ever. A server that does not accept is replaced as soon as descriptors are free again.
 */
export async function watchAccepting(watch: AcceptWatch): Promise<void> {
  const { listening, clock, log, signal } = watch;
  /** Why the last check failed, so that a lasting failure is logged once. */
  let told: string | undefined;
  while (true) {
    await clock.sleep(interval, signal);
    if (signal.aborted) return;
    const found = await look(watch);
    if (signal.aborted) return;
    if (found.kind === "accepts") {
      told = undefined;
      continue;
    }
    if (found.reason !== told) {
      log.error("new connections are not accepted", { reason: found.reason });
    }
    told = found.reason;
    if (found.kind === "starved") continue;
    try {
      await listening.renew();
      log.info("new connections are accepted again");
      told = undefined;
    } catch (error) {
      log.debug("listening anew failed", { error });
    }
  }
}

type Finding =
  | { readonly kind: "accepts" }
  /** No connection can be made, usually for lack of descriptors: another server would not help. */
  | { readonly kind: "starved"; readonly reason: string }
  /** The server is gone, or does not accept. */
  | { readonly kind: "shut"; readonly reason: string };

async function look({ listening, clock, signal }: AcceptWatch): Promise<Finding> {
  const before = listening.accepted();
  let close: () => void;
  try {
    close = await listening.connect();
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused;
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: gone ? "shut" : "starved", reason };
  }
  for (let waited = 0; waited < patience && listening.accepted() === before; waited += step) {
    await clock.sleep(step, signal);
  }
  close();
  return listening.accepted() > before
    ? { kind: "accepts" }
    : { kind: "shut", reason: "the runtime has given up accepting" };
}

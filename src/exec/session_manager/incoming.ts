import type { Frame } from "./frame.ts";

/** What becomes of a message that has come. */
export type Arrival = {
  /**
   * When the agent is to be told that the message is here: what it has not been told it keeps and
   * sends again, so a slow caller holds the command back and not this process's memory.
   */
  readonly acknowledge: "now" | "once handled" | "not";
  /** The messages that are next in order now. */
  readonly deliver: readonly Frame[];
};

/** Puts the messages of one session into their order. */
export type Incoming = {
  accept(frame: Frame): Arrival;
  /** Tells that a delivered message has been handed on. */
  handled(frame: Frame): void;
};

/** Messages kept until those before them have come: as many as Session Manager's own client keeps. */
export const keptLimit = 10_000;
/**
 * Bytes of messages that may wait, in order or not, before more are left to the agent, which sends them again.
 * An agent may send without waiting for acknowledgements, and the container's owner may replace it.
 */
export const waitingLimit = 8 * 1_024 ** 2;
/** Bytes that a message takes besides its payload. */
const messageCost = 512;

/** Makes an order that begins with number 0. */
export function createIncoming(): Incoming {
  const kept = new Map<number, Frame>();
  /** Bytes of the messages that are kept, and of those that are delivered and not handled. */
  const waiting = { kept: 0, delivered: 0 };
  let expected = 0;
  let handled = 0;

  const keep = (frame: Frame): Arrival => {
    if (kept.has(frame.sequence)) return { acknowledge: "now", deliver: [] };
    const isFull = kept.size >= keptLimit || waiting.kept + waiting.delivered >= waitingLimit;
    if (isFull) return { acknowledge: "not", deliver: [] };
    kept.set(frame.sequence, frame);
    waiting.kept += costOf(frame);
    return { acknowledge: "now", deliver: [] };
  };

  return {
    handled: (frame) => {
      handled = Math.max(handled, frame.sequence + 1);
      waiting.delivered -= costOf(frame);
    },
    accept: (frame) => {
      if (frame.sequence < expected) {
        // The agent sends again without end what nobody acknowledges.
        return { acknowledge: frame.sequence < handled ? "now" : "not", deliver: [] };
      }
      if (frame.sequence > expected) return keep(frame);
      // Kept messages wait for this one, so only those that the caller has not taken keep it out.
      if (waiting.delivered >= waitingLimit) return { acknowledge: "not", deliver: [] };
      const deliver: Frame[] = [];
      for (let next: Frame | undefined = frame; next !== undefined; next = kept.get(expected)) {
        deliver.push(next);
        if (kept.delete(expected)) waiting.kept -= costOf(next);
        waiting.delivered += costOf(next);
        expected += 1;
      }
      return { acknowledge: "once handled", deliver };
    },
  };
}

function costOf({ payload }: Frame): number {
  return payload.byteLength + messageCost;
}

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

/** Makes an order that begins with number 0. */
export function createIncoming(): Incoming {
  const kept = new Map<number, Frame>();
  let expected = 0;
  let handled = 0;
  return {
    handled: ({ sequence }) => {
      handled = Math.max(handled, sequence + 1);
    },
    accept: (frame) => {
      if (frame.sequence < expected) {
        // The agent sends again without end what nobody acknowledges.
        return { acknowledge: frame.sequence < handled ? "now" : "not", deliver: [] };
      }
      if (frame.sequence > expected) {
        if (kept.size >= keptLimit && !kept.has(frame.sequence)) {
          return { acknowledge: "not", deliver: [] };
        }
        kept.set(frame.sequence, frame);
        return { acknowledge: "now", deliver: [] };
      }
      const deliver: Frame[] = [];
      for (let next: Frame | undefined = frame; next !== undefined; next = kept.get(expected)) {
        deliver.push(next);
        kept.delete(expected);
        expected += 1;
      }
      return { acknowledge: "once handled", deliver };
    },
  };
}

import type { Frame } from "./frame.ts";

/** What becomes of a message that has come. */
export type Arrival = {
  /** Whether the agent is to be told that the message is here. */
  readonly acknowledge: "yes" | "no";
  /** The messages that are next in order now. */
  readonly deliver: readonly Frame[];
};

/** Puts the messages of one session into their order. */
export type Incoming = { accept(frame: Frame): Arrival };

/** Messages kept until those before them have come: as many as Session Manager's own client keeps. */
export const keptLimit = 10_000;

/** Makes an order that begins with number 0. */
export function createIncoming(): Incoming {
  const kept = new Map<number, Frame>();
  let expected = 0;
  return {
    accept: (frame) => {
      // The agent sends again without end what nobody acknowledges.
      if (frame.sequence < expected) return { acknowledge: "yes", deliver: [] };
      if (frame.sequence > expected) {
        if (kept.size >= keptLimit && !kept.has(frame.sequence)) {
          return { acknowledge: "no", deliver: [] };
        }
        kept.set(frame.sequence, frame);
        return { acknowledge: "yes", deliver: [] };
      }
      const deliver: Frame[] = [];
      for (let next: Frame | undefined = frame; next !== undefined; next = kept.get(expected)) {
        deliver.push(next);
        kept.delete(expected);
        expected += 1;
      }
      return { acknowledge: "yes", deliver };
    },
  };
}

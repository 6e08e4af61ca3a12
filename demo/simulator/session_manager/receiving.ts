import type { Frame } from "./frame.ts";

/** The messages of a client that came before their turn. */
export type Receiving = { expected: number; readonly early: Map<number, Frame> };

/** Most messages that the SSM agent keeps. */
const mostEarly = 100_000;

/** Makes a receiver that expects the first message. */
export function createReceiving(): Receiving {
  return { expected: 0, early: new Map() };
}

/**
 * Takes a message of stream data. Those whose turn has come are handed to `process` one after
 * another; a message is acknowledged after that, so that an acknowledgement means that the terminal
 * has it. One that is early is acknowledged and kept, one that came before is acknowledged again.
 */
export async function receive(
  receiving: Receiving,
  frame: Frame,
  { process, acknowledge }: {
    /** False: the message cannot be taken yet, and is to be sent again. */
    process: (frame: Frame) => Promise<boolean>;
    acknowledge: (frame: Frame) => void;
  },
): Promise<void> {
  if (frame.sequence !== receiving.expected) {
    if (frame.sequence > receiving.expected) {
      if (receiving.early.size >= mostEarly) return;
      receiving.early.set(frame.sequence, frame);
    }
    acknowledge(frame);
    return;
  }
  if (!await process(frame)) return;
  acknowledge(frame);
  receiving.expected += 1;
  for (
    let next = receiving.early.get(receiving.expected);
    next !== undefined;
    next = receiving.early.get(receiving.expected)
  ) {
    receiving.early.delete(receiving.expected);
    await process(next);
    receiving.expected += 1;
  }
}

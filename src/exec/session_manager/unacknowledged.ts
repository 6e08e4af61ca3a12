/**
 * What a client has sent and the container's agent has not acknowledged. The agent acknowledges input
 * once the command's terminal has taken it, so what waits here is also the measure of backpressure.
 * Source of all times: aws/session-manager-plugin, src/config.
 */

/** A message that waits for its acknowledgement. */
export type Unacknowledged = {
  readonly sequence: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** The unacknowledged messages of one session, oldest first. All times are monotonic milliseconds. */
export type Outgoing = {
  /** The number that the next message is to carry. */
  next(): number;
  /** Takes in a message that is being sent now, under the number that `next` told. */
  sent(bytes: Uint8Array<ArrayBuffer>, now: number): void;
  acknowledged(sequence: number, now: number): void;
  /** When the oldest message is due to be sent again; undefined where all are acknowledged. */
  dueAt(): number | undefined;
  /**
   * The oldest message, if it is due by `now`, counted as sent again; `lost` once it was sent as often
   * as a session is worth.
   */
  resend(now: number): Unacknowledged | "lost" | undefined;
  /** All messages, in order, for a connection that is made anew. */
  all(): readonly Unacknowledged[];
  /** Bytes that wait. */
  size(): number;
};

/** First time that an acknowledgement is waited for, in milliseconds. */
const firstTimeout = 200;
/** Longest time that an acknowledgement is waited for, in milliseconds. */
const longestTimeout = 1_000;
/** Shortest allowance for a round trip's variation, in milliseconds. */
const leastVariation = 10;
/** Shares that a new round trip has in the mean and in the variation: those of TCP (RFC 6298). */
const meanGain = 1 / 8;
const variationGain = 1 / 4;
/** Sends of one message after which the session counts as lost: about five minutes. */
const mostSends = 3_000;

type Waiting = {
  readonly sequence: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  sentAt: number;
  sends: number;
};

/** Makes an empty queue that counts from 0. */
export function createOutgoing(): Outgoing {
  const waiting: Waiting[] = [];
  let next = 0;
  let size = 0;
  let trip: { mean: number; variation: number } | undefined;

  const timeout = () =>
    trip === undefined
      ? firstTimeout
      : Math.min(longestTimeout, trip.mean + Math.max(leastVariation, 4 * trip.variation));

  const measure = (took: number) => {
    trip = trip === undefined ? { mean: took, variation: took / 2 } : {
      variation: trip.variation + variationGain * (Math.abs(took - trip.mean) - trip.variation),
      mean: trip.mean + meanGain * (took - trip.mean),
    };
  };

  return {
    next: () => next,
    sent: (bytes, now) => {
      waiting.push({ sequence: next, bytes, sentAt: now, sends: 1 });
      next += 1;
      size += bytes.byteLength;
    },
    acknowledged: (sequence, now) => {
      const index = waiting.findIndex((message) => message.sequence === sequence);
      const message = waiting[index];
      if (message === undefined) return;
      // Which send of several is acknowledged is not known.
      if (message.sends === 1) measure(now - message.sentAt);
      waiting.splice(index, 1);
      size -= message.bytes.byteLength;
    },
    dueAt: () => {
      const [oldest] = waiting;
      return oldest === undefined ? undefined : oldest.sentAt + timeout();
    },
    resend: (now) => {
      const [oldest] = waiting;
      if (oldest === undefined || oldest.sentAt + timeout() > now) return undefined;
      if (oldest.sends >= mostSends) return "lost";
      oldest.sends += 1;
      oldest.sentAt = now;
      return oldest;
    },
    all: () => waiting,
    size: () => size,
  };
}

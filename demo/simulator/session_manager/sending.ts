/** A message that was sent and not acknowledged yet. */
type Unacknowledged = { readonly sequence: number; readonly bytes: Uint8Array; sentAt: number };

/** The messages of one direction of a data channel that have not been acknowledged. */
export type Sending = {
  next: number;
  /** In the order of their sequence numbers. */
  readonly unacknowledged: Unacknowledged[];
  /** Milliseconds: smoothed round trip, its variation, and the age at which a message is resent. */
  roundTrip: number;
  variation: number;
  timeout: number;
};

/** How the SSM agent begins: a timeout of 200 ms, a round trip of 100 ms. */
export function createSending(): Sending {
  return { next: 0, unacknowledged: [], roundTrip: 100, variation: 0, timeout: 200 };
}

/** Least milliseconds that the timeout is over the round trip, and the most that it is. */
const granularity = 10;
const mostTimeout = 1_000;

/** Notes a message that is sent now, made by `write` from its sequence number. */
export function noteSent(
  sending: Sending,
  now: number,
  write: (sequence: number) => Uint8Array,
): Uint8Array {
  const sequence = sending.next++;
  const bytes = write(sequence);
  sending.unacknowledged.push({ sequence, bytes, sentAt: now });
  return bytes;
}

/** Notes an acknowledgement. The round trip is counted from when the message was sent last. */
export function noteAcknowledged(sending: Sending, now: number, sequence: number): void {
  const at = sending.unacknowledged.findIndex((message) => message.sequence === sequence);
  const message = sending.unacknowledged[at];
  if (message === undefined) return;
  sending.unacknowledged.splice(at, 1);
  const roundTrip = now - message.sentAt;
  sending.variation = 0.75 * sending.variation +
    0.25 * Math.abs(sending.roundTrip - roundTrip);
  sending.roundTrip = 0.875 * sending.roundTrip + 0.125 * roundTrip;
  sending.timeout = Math.min(
    mostTimeout,
    sending.roundTrip + Math.max(granularity, 4 * sending.variation),
  );
}

/** The oldest message, if it has waited for its acknowledgement for too long: it is sent again. */
export function dueAgain(sending: Sending, now: number): Uint8Array | undefined {
  const [oldest] = sending.unacknowledged;
  if (oldest === undefined || now - oldest.sentAt <= sending.timeout) return undefined;
  oldest.sentAt = now;
  return oldest.bytes;
}

/** A time in an answer. AWS JSON has times as seconds since the Unix epoch, CBOR marks them by a tag. */
export class Timestamp {
  /** @param at Milliseconds since the Unix epoch. */
  constructor(readonly at: number) {}

  toJSON(): number {
    return Math.round(this.at) / 1_000;
  }
}

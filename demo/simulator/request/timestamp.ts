/** A time in an answer. AWS JSON has times as seconds since the Unix epoch, CBOR marks them by a tag. */
export class Timestamp {
  /** @param at Milliseconds since the Unix epoch. */
  constructor(readonly at: number) {}

  toJSON(): number {
    return seconds(this.at);
  }
}

/** Milliseconds as AWS has times in JSON: in seconds, to the millisecond. */
export function seconds(millis: number): number;
export function seconds(millis: number | undefined): number | undefined;
export function seconds(millis: number | undefined): number | undefined {
  return millis === undefined ? undefined : Math.round(millis) / 1_000;
}

/** Chances that a seed determines. */
export type Chances = {
  /** A number in [0, 1). */
  next(): number;
  /** Whether something with this probability happens. */
  happens(probability: number): boolean;
  /** A number from `low` up to `high`. */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T | undefined;
};

/** Makes chances from a seed (mulberry32). */
export function createChances(seed: number): Chances {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    happens: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    pick: (items) => items[Math.floor(next() * items.length)],
  };
}

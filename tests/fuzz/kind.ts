import fc from "fast-check";
import type { Site } from "./site.ts";

/** A kind of hostile input. */
export type Kind = {
  readonly name: string;
  /** Inputs of a quick run. */
  readonly quick: number;
  /** Inputs that once found something, which every run begins with. */
  readonly fixed: readonly FixedCase[];
  /** Gives the plugin the input of a seed. */
  run(site: Site, seed: number): Promise<void>;
  /** The input of a seed in words, where the seed alone does not say enough. */
  describe?(seed: number): string;
  /** What is wrong once all inputs of the kind are through, such as what they left behind. */
  afterwards?(site: Site): Promise<string[]>;
};

/** An input that once found something. */
export type FixedCase = { readonly name: string; run(site: Site): Promise<void> };

/** The value of a seed: the same one each time. */
export function ofSeed<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 });
  if (value === undefined) throw new Error("fast-check gave no value");
  return value;
}

/** One thing that is wrong with a configuration, at one HCL path. */
export type Problem = { readonly path: string; readonly text: string };

/** Adds a problem at a path below the block that is looked at. */
export type AddProblem = (path: string, text: string) => void;

/** What Nomad is told of a field. */
export type Shape =
  | {
    kind: "attribute";
    type: string;
    required: boolean;
    default?: string;
    allowed?: Allowed;
  }
  | { kind: "map"; type: string }
  | { kind: "block"; required: boolean; fields: Fields }
  | { kind: "blocks"; fields: Fields; max?: number };

/** What values a field takes within its type, as documentation and generated tests need to know. */
export type Allowed =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "whole"; readonly min: number; readonly max: number }
  | { readonly kind: "duration"; readonly min?: string; readonly max?: string }
  | { readonly kind: "json" };

/** A field of a block: what Nomad is told of it, its documentation, and how its value is read. */
export type Field<T> = {
  readonly shape: Shape;
  readonly doc: string;
  /** Reads the value at `path`, adding to `problems` whatever is wrong with it. */
  decode(raw: unknown, path: string, problems: Problem[]): T;
};

/** The fields of a block, by their HCL names. */
export type Fields = { readonly [name: string]: Field<unknown> };

/** The type that a field decodes to. */
export type Decoded<F> = F extends Field<infer T> ? T : never;

/** One thing that is wrong with a configuration, at one HCL path. The text follows the path. */
export type Problem = { readonly path: string; readonly text: string };

/** Adds a problem at a path below that of the block which is checked. */
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
  | { kind: "map"; type: string; max?: number }
  | { kind: "block"; fields: Fields; example?: Example }
  | { kind: "blocks"; fields: Fields; max?: number; example?: Example };

/** A block as msgpack has it, without what is not set. */
export type Example = Readonly<Record<string, unknown>>;

/** What values a field takes within its type, as documentation and generated tests need to know. */
export type Allowed =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "range"; readonly min: number; readonly max: number; readonly whole: boolean }
  | { readonly kind: "duration"; readonly min?: string; readonly max: string }
  /** Most characters of a text. */
  | { readonly kind: "text"; readonly max: number }
  /** Most entries of a list. */
  | { readonly kind: "list"; readonly max: number }
  | { readonly kind: "json" };

/** A field of a block: what Nomad is told of it, its documentation, and how its value is read. */
export type Field<T> = {
  readonly shape: Shape;
  readonly doc: string;
  /**
   * Whether the value may be a secret or hold one. Errors then say its type, its length and its keys,
   * and never the value.
   */
  readonly secret: boolean;
  /** Reads the value at `path`, adding to `problems` whatever is wrong with it. */
  decode(raw: unknown, path: string, problems: Problem[]): T;
};

/** The fields of a block, by their HCL names. */
export type Fields = { readonly [name: string]: Field<unknown> };

/** The type that a field decodes to. */
export type Decoded<F> = F extends Field<infer T> ? T : never;

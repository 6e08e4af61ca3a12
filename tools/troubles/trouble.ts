/** A piece of a text, or what texts match. */
export type Piece = string | RegExp;

/** Whether a text of the source has a piece. */
export function has(text: string, piece: Piece): boolean {
  return typeof piece === "string" ? text.includes(piece) : piece.test(text);
}

/** Something that the driver says, why it says it, and what to do. */
export type Trouble = {
  /** What a reader looks for: the text as it is seen, with … for what differs. */
  readonly seen: string;
  /** Pieces of the texts in `src` that say it, with … for each value that is filled in. */
  readonly texts: readonly Piece[];
  readonly cause: string;
  /** What to do. Where nothing is to be done it says so. */
  readonly fix: string;
};

/** Troubles that are seen in one place. */
export type Section = {
  readonly title: string;
  /** Where they are seen. */
  readonly where: string;
  readonly troubles: readonly Trouble[];
};

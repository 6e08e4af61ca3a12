/**
 * Whether a glob matches the whole of a text: `*` stands for any characters, `?` for one. Takes time
 * in proportion to the product of the lengths at worst, as globs come from jobspecs and one thread
 * serves all tasks.
 */
export function matches(glob: string, text: string): boolean {
  let at = 0;
  let from = 0;
  /** Where to go on when what follows the last `*` does not fit: in the glob, and in the text. */
  let star: { after: number; taken: number } | undefined;
  while (from < text.length) {
    if (glob[at] === "*") {
      star = { after: ++at, taken: from };
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[from])) {
      at += 1;
      from += 1;
    } else if (star !== undefined) {
      star.taken += 1;
      from = star.taken;
      at = star.after;
    } else return false;
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
}

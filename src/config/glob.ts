/** Whether a glob matches the whole of a text: `*` stands for any characters, `?` for one. */
export function matches(glob: string, text: string): boolean {
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll(
    "?",
    ".",
  );
  return new RegExp(`^${pattern}$`, "s").test(text);
}

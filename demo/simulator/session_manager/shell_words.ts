/**
 * Splits a command as the SSM agent does: by blanks, with single quotes, double quotes and
 * backslashes. An unquoted `#` at the beginning of a word starts a comment. No shell runs it.
 *
 * @throws `Error` where a quote is not closed or a backslash is the last character.
 */
export function shellWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | undefined;
  for (let at = 0; at < command.length; at++) {
    const character = command[at] ?? "";
    if (quote === "'") {
      if (character === "'") quote = undefined;
      else word += character;
    } else if (character === "\\") {
      const next = command[++at];
      if (next === undefined) throw new Error("EOF found after escape character");
      // In double quotes only these are escaped; elsewhere every character is.
      const escapes = quote === undefined || next === '"' || next === "\\";
      word = (word ?? "") + (escapes ? next : `\\${next}`);
    } else if (quote === '"') {
      if (character === '"') quote = undefined;
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "#" && word === undefined) {
      while (at + 1 < command.length && command[at + 1] !== "\n") at += 1;
    } else word = (word ?? "") + character;
  }
  if (quote !== undefined) throw new Error("EOF found when expecting closing quote");
  if (word !== undefined) words.push(word);
  return words;
}

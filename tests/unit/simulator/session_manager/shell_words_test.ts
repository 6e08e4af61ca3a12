import { assertEquals, assertThrows } from "@std/assert";
import { shellWords } from "../../../../demo/simulator/session_manager/shell_words.ts";

const cases: Record<string, string[]> = {
  "": [],
  "  a  b\tc\n": ["a", "b", "c"],
  "sh -c 'echo $A | cat'": ["sh", "-c", "echo $A | cat"],
  "echo 'it'\\''s'": ["echo", "it's"],
  'echo "a \\"b\\" \\n"': ["echo", 'a "b" \\n'],
  "a\\ b": ["a b"],
  "''": [""],
  "a'b'\"c\"d": ["abcd"],
  "echo # nothing": ["echo"],
  "echo a#b": ["echo", "a#b"],
  "'\\n'": ["\\n"],
};
for (const [command, words] of Object.entries(cases)) {
  Deno.test(`a command is split as the SSM agent splits it: ${JSON.stringify(command)}`, () => {
    assertEquals(shellWords(command), words);
  });
}

Deno.test("a command that ends within a quote or an escape is refused", () => {
  for (const command of ["'a", '"a', "a\\"]) {
    assertThrows(() => shellWords(command), Error, "EOF found");
  }
});

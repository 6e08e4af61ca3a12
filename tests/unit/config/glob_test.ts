import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { matches } from "../../../src/config/glob.ts";

Deno.test("a glob matches as the regular expression that it stands for", () => {
  const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet) });
  fc.assert(
    fc.property(letters("ab*?.\n"), letters("ab.\n*"), (glob, text) => {
      const pattern = [...glob].map((part) =>
        part === "*" ? "[^]*" : part === "?" ? "[^]" : `[${part}]`
      ).join("");
      assertEquals(matches(glob, text), new RegExp(`^${pattern}$`).test(text));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a glob that a backtracking matcher would never end on is answered", () => {
  assertEquals(matches(`${"*a".repeat(40)}*b`, "a".repeat(10_000)), false);
});

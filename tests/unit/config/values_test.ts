import { assertEquals } from "@std/assert";
import type { Field, Problem } from "../../../src/config/field.ts";
import { bool, number, oneOf, string, whole } from "../../../src/config/values.ts";

function read(field: Field<unknown>, raw: unknown): unknown {
  const problems: Problem[] = [];
  const value = field.decode(raw, "it", problems);
  return problems[0] === undefined ? value : problems.map(({ path, text }) => `${path} ${text}`)[0];
}

Deno.test("a text has at most so many characters, and is checked only then", () => {
  const field = string("a", {
    secret: false,
    max: 3,
    check: (text) => text === "abc" ? undefined : "be abc",
  });
  assertEquals(read(field, "abc"), "abc");
  assertEquals(read(field, "abd"), 'it must be abc; got "abd"');
  assertEquals(
    read(field, "abcd"),
    "it must have at most 3 characters; got a string of 4 characters",
  );
  assertEquals(
    read(string("a", { secret: false }), "x".repeat(65_537)),
    "it must have at most 65536 characters; got a string of 65537 characters",
  );
});

Deno.test("a text that may be a secret is not shown", () => {
  const field = string("a", { secret: true, check: () => "be abc" });
  assertEquals(read(field, "hunter2"), "it must be abc; got a string of 7 characters");
  assertEquals(read(field, 1234), "it must be a string; got a number");
});

Deno.test("words, bools and numbers are refused with what they may be", () => {
  assertEquals(read(oneOf("a", ["x", "y"]), "z"), 'it must be "x" or "y"; got "z"');
  assertEquals(read(oneOf("a", ["x", "y"]), 1), 'it must be "x" or "y"; got 1');
  assertEquals(read(bool("a"), "true"), 'it must be true or false; got "true"');
  const three = whole("a", { min: 1, max: 3 });
  assertEquals(read(three, 2), 2);
  assertEquals(read(three, 3n), 3);
  assertEquals(read(three, 1.5), "it must be a whole number from 1 to 3; got 1.5");
  assertEquals(read(three, 4), "it must be a whole number from 1 to 3; got 4");
  assertEquals(read(three, NaN), "it must be a whole number from 1 to 3; got NaN");
  const rate = number("a", { min: 1, max: 3 });
  assertEquals(read(rate, 1.5), 1.5);
  assertEquals(read(rate, 0.5), "it must be a number from 1 to 3; got 0.5");
  assertEquals(read(rate, Infinity), "it must be a number from 1 to 3; got Infinity");
});

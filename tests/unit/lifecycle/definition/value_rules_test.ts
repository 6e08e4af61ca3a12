import { assertEquals } from "@std/assert";
import {
  checkName,
  checkRange,
  checkSet,
  checkWord,
} from "../../../../src/lifecycle/definition/value_rules.ts";
import { problemsOf } from "../../../harness/definitions.ts";

Deno.test("a value that is not set is right, unless it has to be set", () => {
  const problems = problemsOf((add) => {
    checkWord(undefined, ["a"], "x", add);
    checkRange(undefined, { min: 1 }, "x", add);
    checkSet(undefined, "x", add);
  });
  assertEquals(problems, ["x must be set; got nothing"]);
});

Deno.test("a value that is wrong is told with what is allowed", () => {
  const problems = problemsOf((add) => {
    checkWord("c", ["a", "b"], "x", add);
    checkWord("c", ["a"], "x", add);
    checkRange(0, { min: 1, unit: " s" }, "x", add);
    checkRange(3, { min: 1, max: 2, unit: " MiB" }, "x", add);
    checkSet("", "x", add);
    checkName("a b", "x", add);
  });
  assertEquals(problems, [
    'x must be one of "a", "b"; got "c"',
    'x must be "a"; got "c"',
    "x must be at least 1 s; got 0 s",
    "x must be from 1 to 2 MiB; got 3 MiB",
    'x must be set; got ""',
    'x must be 1 to 255 letters, digits, - and _; got "a b"',
  ]);
});

Deno.test("a value of any length is told in a short text", () => {
  const [problem = ""] = problemsOf((add) => checkWord("x".repeat(60_000), ["a"], "x", add));
  assertEquals(problem.length < 300, true, `${problem.length}`);
});

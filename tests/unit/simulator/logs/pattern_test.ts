import { assertEquals } from "@std/assert";
import { readPattern } from "../../../../demo/simulator/logs/pattern.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";

function matching(pattern: string, ...messages: string[]): string[] {
  return messages.filter(readPattern(pattern));
}

Deno.test("an empty pattern matches everything", () => {
  assertEquals(matching(" ", "a", "b"), ["a", "b"]);
});

Deno.test("terms must all be there, excluded ones not, and one of those with a question mark", () => {
  assertEquals(matching("ERROR disk", "ERROR: disk full", "ERROR", "disk"), ["ERROR: disk full"]);
  assertEquals(matching('"disk full"', "disk full", "full disk"), ["disk full"]);
  assertEquals(matching("ERROR -disk", "ERROR: disk", "ERROR: net"), ["ERROR: net"]);
  assertEquals(matching("?WARN ?ERROR", "INFO", "WARN a", "ERROR b"), ["WARN a", "ERROR b"]);
});

const task = (more: object) =>
  JSON.stringify({ Type: "Task", TaskId: "a", CpuUtilized: 5, ...more });

Deno.test("members of JSON messages are compared, with and, or and parentheses", () => {
  const pattern = '{ $.Type = "Task" && ($.TaskId = "a" || $.TaskId = "b") }';
  assertEquals(
    matching(pattern, task({}), task({ TaskId: "b" }), task({ TaskId: "c" }), task({ Type: "X" })),
    [task({}), task({ TaskId: "b" })],
  );
  assertEquals(matching('{ $.TaskId != "a" }', task({}), task({ TaskId: "b" })), [
    task({ TaskId: "b" }),
  ]);
  assertEquals(matching("{ $.CpuUtilized >= 5 }", task({}), task({ CpuUtilized: 4.9 })), [
    task({}),
  ]);
  assertEquals(matching('{ $.TaskId = "a*" }', task({ TaskId: "abc" }), task({ TaskId: "ba" })), [
    task({ TaskId: "abc" }),
  ]);
  assertEquals(matching("{ $.a.b = c }", '{"a":{"b":"c"}}', '{"a":1}'), ['{"a":{"b":"c"}}']);
});

Deno.test("a message that is no JSON matches no JSON pattern", () => {
  assertEquals(matching('{ $.Type = "Task" }', "Task", "{"), []);
});

Deno.test("patterns that cannot be read are refused", () => {
  for (const pattern of ["{", "{ }", "{ $.a = }", "{ a = 1 }", '{ ($.a = "b" }', "{ $.a = 1 1 }"]) {
    assertRefused(
      () => readPattern(pattern),
      "InvalidParameterException",
      "Invalid filter pattern",
    );
  }
});

Deno.test("a pattern of more than 1,024 characters is refused", () => {
  readPattern("a".repeat(1_024));
  assertRefused(() => readPattern("a".repeat(1_025)), "InvalidParameterException", "1024");
});

Deno.test("a regular expression between percent signs is a term, with the signs of one", () => {
  assertEquals(matching("%m[0-9]+x%", "m12x", "mx"), ["m12x"]);
  assertEquals(matching("ERROR -%code [45]..%", "ERROR code 404", "ERROR code 200"), [
    "ERROR code 200",
  ]);
  assertRefused(() => readPattern("%(%"), "InvalidParameterException", "Invalid filter pattern");
});

Deno.test("a pattern of columns is refused, and does not seem to find nothing", () => {
  assertRefused(() => readPattern("[a, b]"), "InvalidParameterException", "Invalid filter pattern");
});

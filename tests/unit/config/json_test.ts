import { assertEquals } from "@std/assert";
import type { Problem } from "../../../src/config/field.ts";
import { json } from "../../../src/config/json.ts";

const field = json("A definition.", { max: 300_000, example: '{ "a": 1 }' });

function read(text: unknown): unknown {
  const problems: Problem[] = [];
  const value = field.decode(text, "json", problems);
  return problems.length === 0 ? value : problems.map(({ path, text }) => `${path} ${text}`).join();
}

Deno.test("a JSON object is read, with a byte order mark or without", () => {
  assertEquals(read('{"a":1}'), { a: 1 });
  assertEquals(read('\uFEFF{"a":1}'), { a: 1 });
  assertEquals(read(""), undefined);
  assertEquals(read(null), undefined);
});

const faults: Record<string, [text: string, place: string]> = {
  "no quotes": ['{"password":\n  hunter2}', "line 2, column 3"],
  "a comma too many": ['{"a":"hunter2",}', "line 1, column 16"],
  "no end": ['{"a":"hunter2"', "line 1, column 15"],
  "no end of a text": ['{"a":"hunter2', "line 1, column 6"],
  "more than one value": ['{"a":"hunter2"}{}', "line 1, column 16"],
  "a comment": ['{"a":"hunter2" /* b */}', "line 1, column 16"],
};
for (const [name, [text, place]] of Object.entries(faults)) {
  Deno.test(`a text that is no JSON is refused with the place alone: ${name}`, () => {
    assertEquals(
      read(text),
      `json must be JSON; got a string of ${text.length} characters with an error at ${place}`,
    );
  });
}

Deno.test("JSON that is no object is refused by its type alone", () => {
  const must = 'json must be a JSON object such as { "a": 1 }; got';
  assertEquals(read('["hunter2"]'), `${must} a list of 1 entry`);
  assertEquals(read('"hunter2"'), `${must} a string of 7 characters`);
  assertEquals(read("null"), `${must} nothing`);
});

Deno.test("depth is bounded, in JSON and in what is none", () => {
  const deep = "[".repeat(100_000);
  assertEquals(
    read(`{"a":${deep}${"]".repeat(100_000)}}`),
    "json must be JSON of at most 32 levels; got more",
  );
  assertEquals(
    read(deep),
    "json must be JSON; got a string of 100000 characters that is nested deeper than 32 levels",
  );
});

Deno.test("a text that is too long is not parsed", () => {
  assertEquals(
    read("x".repeat(300_001)),
    "json must have at most 300000 characters; got a string of 300001 characters",
  );
});

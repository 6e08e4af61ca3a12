import { assertEquals } from "@std/assert";
import { isJsonObject, jsonObjectIn, parseJsonObject } from "../../src/json_object.ts";

Deno.test("only what has members by name is an object", () => {
  assertEquals(isJsonObject({}), true);
  for (const other of [undefined, null, [], [{}], "text", 7, true]) {
    assertEquals(isJsonObject(other), false);
    assertEquals(jsonObjectIn(other), undefined);
  }
});

Deno.test("an object is answered as it is", () => {
  const value = { a: 1 };
  assertEquals(jsonObjectIn(value) === value, true);
});

Deno.test("a text is an object where it is JSON of one, and nothing else", () => {
  assertEquals(parseJsonObject('{"a":[1]}'), { a: [1] });
  for (const other of ["", "{", "null", "[{}]", '"text"', "7"]) {
    assertEquals(parseJsonObject(other), undefined, other);
  }
});

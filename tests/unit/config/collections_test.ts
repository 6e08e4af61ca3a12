import { assertEquals } from "@std/assert";
import { list, map } from "../../../src/config/collections.ts";
import type { Field, Problem } from "../../../src/config/field.ts";

function read(field: Field<unknown>, raw: unknown): unknown {
  const problems: Problem[] = [];
  const value = field.decode(raw, "it", problems);
  return problems.length === 0 ? value : problems.map(({ path, text }) => `${path} ${text}`);
}

Deno.test("a list's first entry that is wrong is named by its place", () => {
  const field = list("a", {
    secret: false,
    entry: (text) => text === "x" ? undefined : "be x",
  });
  assertEquals(read(field, ["x", "x"]), ["x", "x"]);
  assertEquals(read(field, ["x", 7, "y"]), ["it[1] must be a string; got 7"]);
  assertEquals(read(field, ["x", "y", "z"]), ['it[1] must be x; got "y"']);
  assertEquals(read(field, "x"), ['it must be a list of strings; got "x"']);
  assertEquals(read(field, null), undefined);
});

Deno.test("a list of more entries than it may have is not looked into", () => {
  const field = list("a", { secret: false, max: 2, entry: () => "be looked at" });
  assertEquals(read(field, [1, 2, 3]), ["it must have at most 2 entries; got 3"]);
});

Deno.test("a map's null is not set", () => {
  assertEquals(read(map("a", { secret: false }), { team: "core", stage: null }), { team: "core" });
  assertEquals(read(map("a", { secret: false }), undefined), {});
});

Deno.test("a map's first entry that is wrong is named by its key", () => {
  const field = map("a", {
    secret: false,
    max: 2,
    entry: (name, value) => name === value ? undefined : "be its name",
  });
  assertEquals(read(field, { a: "a", "b c": "d" }), ['it["b c"] must be its name; got "d"']);
  assertEquals(read(field, { a: 7 }), ['it["a"] must be a string; got 7']);
  assertEquals(read(field, ["a"]), ["it must be a map of strings; got a list of 1 entry"]);
  assertEquals(read(field, { a: 1, b: 2, c: 3 }), ["it must have at most 2 entries; got 3"]);
});

Deno.test("no entry of a list or a map that may hold secrets is shown", () => {
  const entries = list("a", { secret: true, entry: () => "be x", check: () => undefined });
  assertEquals(read(entries, ["hunter2"]), ["it[0] must be x; got a string of 7 characters"]);
  assertEquals(read(entries, [1234]), ["it[0] must be a string; got a number"]);
  assertEquals(read(entries, { hunter2: 1 }), [
    'it must be a list of strings; got a map with the key "hunter2"',
  ]);
  const values = map("a", { secret: true, entry: () => "be x" });
  assertEquals(read(values, { A: "hunter2" }), ['it["A"] must be x; got a string of 7 characters']);
  assertEquals(read(values, "hunter2"), [
    "it must be a map of strings; got a string of 7 characters",
  ]);
});

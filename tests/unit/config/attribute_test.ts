import { assertEquals } from "@std/assert";
import type { Field, Problem } from "../../../src/config/field.ts";
import { string, whole } from "../../../src/config/values.ts";

function read(field: Field<unknown>, raw: unknown): unknown {
  const problems: Problem[] = [];
  const value = field.decode(raw, "it", problems);
  return problems[0] === undefined ? value : `${problems[0].path} ${problems[0].text}`;
}

Deno.test("what is not set is the default, and so is the empty text", () => {
  const field = string("a", { secret: false, default: "x" });
  for (const raw of [undefined, null, ""]) assertEquals(read(field, raw), "x");
  assertEquals(read(string("a", { secret: false }), ""), undefined);
});

Deno.test("what must be set is refused where it is not", () => {
  const field = string("a", { secret: false, required: true });
  assertEquals(read(field, undefined), "it must be set; got nothing");
  assertEquals(read(field, ""), 'it must be set; got ""');
});

Deno.test("what is wrong is told, and the default stands in for it", () => {
  const problems: Problem[] = [];
  const value = whole("a", { min: 1, max: 3, default: 2 }).decode("x", "it", problems);
  assertEquals(value, 2);
  assertEquals(problems, [{
    path: "it",
    text: 'must be a whole number from 1 to 3; got "x"',
  }]);
});

Deno.test("a declaration says what Nomad and the reference are told", () => {
  assertEquals(whole("a", { min: 1, max: 3, default: 2 }).shape, {
    kind: "attribute",
    type: "number",
    required: false,
    default: "2",
    allowed: { kind: "range", min: 1, max: 3, whole: true },
  });
  assertEquals(string("a", { secret: true, required: true }).shape, {
    kind: "attribute",
    type: "string",
    required: true,
  });
});

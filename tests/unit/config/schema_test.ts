import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Problem } from "../../../src/config/field.ts";
import { block, blocks, bool, list, optionalBlock, string } from "../../../src/config/schema.ts";

const config = block("all", {
  name: string("a", { secret: false }),
  network: block("b", { subnets: list("c", { secret: false }), open: bool("d") }),
  rule: blocks("e", { from: string("f", { secret: false, required: true }) }, {
    max: 2,
    check: ({ from }, path, problems) => {
      if (from === "x") problems.push({ path, text: "must not be x" });
    },
  }),
  sized: optionalBlock("g", { text: string("h", { secret: true, required: true }) }, { size: 10 }),
});

function problemsOf(raw: unknown): string[] {
  const problems: Problem[] = [];
  config.decode(raw, "config", problems);
  return problems.map(({ path, text }) => `${path} ${text}`);
}

Deno.test("a decoder never throws, whatever it is given", () => {
  fc.assert(fc.property(fc.anything({ withBigInt: true }), (raw) => {
    config.decode(raw, "config", []);
  }));
});

Deno.test("each block of a list has its place in its problems' paths", () => {
  assertEquals(problemsOf({ rule: [{ from: "a" }, {}] }), [
    "config.rule[1].from must be set; got nothing",
  ]);
  assertEquals(problemsOf({ rule: [{ from: "x" }] }), ["config.rule[0] must not be x"]);
});

Deno.test("of more blocks than there may be none is read", () => {
  assertEquals(problemsOf({ rule: [{}, {}, {}] }), [
    "config.rule must stand at most 2 times; got 3",
  ]);
});

Deno.test("a block that is none is refused without being shown", () => {
  assertEquals(problemsOf("hunter2"), ["config must be a block; got a string of 7 characters"]);
  assertEquals(problemsOf({ network: ["hunter2"], rule: { hunter: "2" } }), [
    "config.network must be a block; got a list of 1 entry",
    'config.rule must be a list of blocks; got a map with the key "hunter"',
  ]);
});

Deno.test("a block that is too large is refused unread", () => {
  assertEquals(problemsOf({ sized: { text: "x".repeat(20), other: [1, 2, 3] } }), [
    "config.sized must be at most 10 bytes as JSON for AWS; got more",
  ]);
  assertEquals(problemsOf({ sized: { text: "x" } }), []);
});

Deno.test("a block that AWS does not bound stands at most as often as a definition has room for", () => {
  const many = blocks("a", { name: string("b", { secret: false }) });
  const problems: Problem[] = [];
  many.decode(Array(5_042).fill({}), "it", problems);
  assertEquals(problems, [{ path: "it", text: "must stand at most 5041 times; got 5042" }]);
  assertEquals(many.decode(Array(5_041).fill({}), "it", []).length, 5_041);
});

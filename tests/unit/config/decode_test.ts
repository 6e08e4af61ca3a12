import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodeConfig, describeProblems } from "../../../src/config/decode.ts";
import { block, string } from "../../../src/config/schema.ts";

const config = block("A block.", { name: string("A name.", { secret: false, default: "x" }) });

Deno.test("a configuration is decoded, and one that is not there is of defaults", () => {
  const name = { name: "y" };
  assertEquals(decodeConfig(config, encode(name), "config"), { kind: "ok", value: name });
  assertEquals(decodeConfig(config, new Uint8Array(), "config"), {
    kind: "ok",
    value: { name: "x" },
  });
});

Deno.test("a configuration that cannot be read is refused at its root, and is of defaults", () => {
  const decoded = decodeConfig(config, new Uint8Array([0xc1]), "config");
  assert(decoded.kind === "invalid");
  assertEquals(decoded.problems.map(({ path }) => path), ["config"]);
  assertMatch(decoded.problems[0]?.text ?? "", /^must be msgpack that can be read; got 1 bytes: /);
  assertEquals(decoded.readable, { name: "x" });
});

Deno.test("what could be read of a configuration is told beside its problems", () => {
  const decoded = decodeConfig(config, encode({ name: 7 }), "config");
  assertEquals(decoded, {
    kind: "invalid",
    problems: [{ path: "config.name", text: "must be a string; got 7" }],
    readable: { name: "x" },
  });
});

Deno.test("each problem is a line of its own: path, then what is wrong", () => {
  const problems = [{ path: "config.a", text: "is not set" }, { path: "config.b", text: "is not" }];
  assertEquals(describeProblems(problems), "config.a is not set\nconfig.b is not");
});

Deno.test("at most twenty problems are described, and the rest are counted", () => {
  const problems = Array.from(
    { length: 48_000 },
    (_, index) => ({ path: `p${index}`, text: "is" }),
  );
  const lines = describeProblems(problems).split("\n");
  assertEquals(lines.length, 21);
  assertEquals(lines[19], "p19 is");
  assertEquals(lines[20], "and 47980 more problems");
  assertStringIncludes(describeProblems(problems.slice(0, 21)), "\nand 1 more problem");
});

Deno.test("the description of problems stays within a few KB, however long each is", () => {
  const problem = { path: "p".repeat(100_000), text: "t".repeat(100_000) };
  const one = describeProblems([problem]);
  assertEquals(one.length, 1_001);
  assert(one.endsWith("…"));
  const many = describeProblems(Array.from({ length: 30 }, () => problem));
  assert(many.length < 4_500, `${many.length} characters`);
  assert(many.endsWith("\nand 27 more problems"), many.slice(-100));
});

Deno.test("a description is never cut within a character", () => {
  const text = describeProblems([{ path: "p".repeat(999), text: "" }]);
  assertEquals(text.length, 1_000);
  const cut = describeProblems([{ path: "p".repeat(998), text: "😀😀" }]);
  assertEquals(cut, `${"p".repeat(998)} …`);
});

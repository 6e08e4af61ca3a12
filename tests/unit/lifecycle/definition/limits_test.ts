import { assertEquals } from "@std/assert";
import { checkLimits } from "../../../../src/lifecycle/definition/limits.ts";
import { type Json, problemsOf } from "../../../harness/definitions.ts";

const container = { name: "app", image: "idle" };
const problems = (definition: Json) => problemsOf((add) => checkLimits(definition, add));
const list = <T>(length: number, item: T) => Array.from({ length }, () => item);

Deno.test("a definition of 65,536 bytes is taken, and one byte more refused", () => {
  const definition = { family: "web", containerDefinitions: [container], padding: "" };
  const room = 65_536 - JSON.stringify(definition).length;
  assertEquals(problems({ ...definition, padding: "x".repeat(room) }), []);
  assertEquals(problems({ ...definition, padding: "x".repeat(room + 1) }), [
    " must be at most 65536 bytes of JSON, its tags apart; got 65537",
  ]);
});

Deno.test("bytes are counted as UTF-8, and tags are not counted", () => {
  const [problem = ""] = problems({ padding: "ü".repeat(40_000) });
  assertEquals(problem.endsWith("got 80014"), true, problem);
  assertEquals(
    problems({ tags: list(48, { key: "k".repeat(128), value: "v".repeat(1_300) }) }),
    [],
  );
});

const lists: Record<string, [definition: (length: number) => Json, path: string, most: number]> = {
  containers: [
    (length) => ({ containerDefinitions: list(length, container) }),
    "containerDefinitions",
    10,
  ],
  tags: [(length) => ({ tags: list(length, { key: "a" }) }), "tags", 48],
  "placement constraints": [
    (length) => ({ placementConstraints: list(length, {}) }),
    "placementConstraints",
    10,
  ],
  "files of variables": [
    (length) => ({ containerDefinitions: [{}, { environmentFiles: list(length, {}) }] }),
    "containerDefinitions[1].environmentFiles",
    10,
  ],
  "credential specs": [
    (length) => ({ containerDefinitions: [{ credentialSpecs: list(length, "x") }] }),
    "containerDefinitions[0].credentialSpecs",
    1,
  ],
  "ignored exit codes": [
    (length) => ({
      containerDefinitions: [{ restartPolicy: { ignoredExitCodes: list(length, 1) } }],
    }),
    "containerDefinitions[0].restartPolicy.ignoredExitCodes",
    50,
  ],
};
for (const [name, [definition, path, most]] of Object.entries(lists)) {
  Deno.test(`AWS's most of ${name} are taken, and one more refused`, () => {
    assertEquals(problems(definition(most)), []);
    assertEquals(problems(definition(most + 1)), [
      `${path} must have at most ${most} ${most === 1 ? "entry" : "entries"}; got ${most + 1}`,
    ]);
  });
}

Deno.test("values of any type are looked at without an error", () => {
  for (
    const value of [null, 1, "x", [], [[1]], { restartPolicy: 1 }, [null, { environmentFiles: 1 }]]
  ) {
    assertEquals(problems({ containerDefinitions: value, tags: value }), []);
  }
});

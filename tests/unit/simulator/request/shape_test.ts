import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { readShape, shapeOf } from "../../../../demo/simulator/request/shape.ts";
import { assertRefused } from "../../../harness/simulator_definitions.ts";

const runTask = shapeOf(RunTaskRequest$);

Deno.test("a shape has the lists, maps, structures and scalars of the AWS SDK's model", () => {
  const { kind, members } = runTask as { kind: string; members: Record<string, unknown> };
  assertEquals(kind, "structure");
  assertEquals([members["cluster"], members["count"], members["enableExecuteCommand"]], [
    "string",
    "integer",
    "boolean",
  ]);
  assertEquals(members["placementStrategy"], {
    kind: "list",
    item: { kind: "structure", members: { type: "string", field: "string" } },
  });
});

Deno.test("unknown and null members are accepted, and left out", () => {
  const group = "web";
  const request = { cluster: null, isNew: { a: [1] }, group, overrides: { cpu: null } };
  assertEquals(readShape(runTask, request), { group, overrides: {} });
  const definition = {
    containerDefinitions: [{ dockerLabels: { any: "label" }, memory: 64 }],
  };
  const typo = { containerDefinitions: [{ ...definition.containerDefinitions[0], Memory: 9 }] };
  assertEquals(readShape(shapeOf(RegisterTaskDefinitionRequest$), typo), definition);
});

Deno.test("equal requests are equal texts, whatever the order of their members", () => {
  const [one, other] = [{ group: "g", count: 2 }, { count: 2, group: "g" }]
    .map((request) => JSON.stringify(readShape(runTask, request)));
  assertEquals(one, other);
});

const wrong: Record<string, [value: unknown, says: string]> = {
  "no structure": [[], "Expected structure or map, or null"],
  "a number for a string": [
    { cluster: 1 },
    "NUMBER_VALUE can not be converted to a String (cluster)",
  ],
  "a string for a number": [
    { count: "1" },
    "STRING_VALUE can not be converted to an Integer (count)",
  ],
  "a fraction for a number": [{ count: 1.5 }, "NUMBER_VALUE can not be converted"],
  "more than 32 bits": [{ count: 2 ** 31 }, "NUMBER_VALUE can not be converted"],
  "a string for a boolean": [{ enableExecuteCommand: "true" }, "a Boolean (enableExecuteCommand)"],
  "a structure for a list": [{ tags: {} }, "Expected list or null (tags)"],
  "a list for a string": [{ group: [] }, "Start of list found where not expected (group)"],
  "a number deep inside": [
    { overrides: { containerOverrides: [{ command: ["a", 1] }] } },
    "(overrides.containerOverrides[0].command[1])",
  ],
};
for (const [what, [value, says]] of Object.entries(wrong)) {
  Deno.test(`a request with another JSON type is refused: ${what}`, () => {
    assertRefused(() => readShape(runTask, value), "SerializationException", says);
  });
}

import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

const container = [{ name: "app", image: "idle" }];

function refusal(definition: Record<string, unknown>): string {
  return refusalOf({ definition: { family: "web", container, ...definition } })
    .replaceAll("config.task.definition", "it");
}

const refused: Record<string, [definition: Record<string, unknown>, text: string]> = {
  "no family": [{ family: null }, "it.family must be set; got nothing"],
  "a family with its revision": [
    { family: "web:7" },
    'it.family must be a family: 1 to 255 letters, digits, - and _; got "web:7"',
  ],
  "less CPU than a task can have": [
    { cpu: 127 },
    "it.cpu must be a whole number from 128 to 196608; got 127",
  ],
  "an unknown network mode": [
    { network_mode: "none2" },
    'it.network_mode must be "awsvpc", "bridge", "host" or "none"; got "none2"',
  ],
  "more tags than AWS takes, with the driver's two": [
    { tags: Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`t${index}`, ""])) },
    "it.tags must have at most 48 entries; got 49",
  ],
  "a tag as AWS's API has it": [
    { tags: { key: "a", value: "b" } },
    'it.tags must be written as { "name" = "value" }, and not as in AWS\'s API; ' +
    'got a map with the keys "key", "value"',
  ],
  "storage that Fargate has without asking": [
    { ephemeral_storage: { size_in_gib: 20 } },
    "it.ephemeral_storage.size_in_gib must be a whole number from 21 to 200; got 20",
  ],
};
for (const [name, [definition, text]] of Object.entries(refused)) {
  Deno.test(`a definition is refused: ${name}`, () => assertEquals(refusal(definition), text));
}

Deno.test("a definition that is far beyond what AWS takes is refused unread", () => {
  const environment = { A: "x".repeat(60_000), B: "y".repeat(60_000), C: "z".repeat(60_000) };
  assertEquals(
    refusal({ container: [{ name: "app", image: "idle", environment }], tags: 7 }),
    "it must be at most 65536 bytes as JSON for AWS; got more",
  );
});

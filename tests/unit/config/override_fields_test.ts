import { assertEquals } from "@std/assert";
import { refusalOf } from "../../harness/config.ts";

function refusal(overrides: Record<string, unknown>): string {
  return refusalOf({ task_definition: "web", overrides }).replaceAll("config.task.overrides", "it");
}

const refused: Record<string, [container: Record<string, unknown>[], text: string]> = {
  "a container twice": [
    [{ name: "a" }, { name: "b" }, { name: "a" }],
    'it.container[2].name must be the name of a container that no other block has; got "a"',
  ],
  "more memory reserved than there is": [
    [{ name: "a", memory: 128, memory_reservation: 256 }],
    "it.container[0].memory_reservation must be at most memory = 128; got 256",
  ],
  "an environment file that is none": [
    [{ name: "a", environment_files: [{ value: "file.env" }] }],
    "it.container[0].environment_files[0].value must be the ARN of an S3 object that ends in .env, such as " +
    '"arn:aws:s3:::bucket/path/file.env"; got "file.env"',
  ],
  "more environment files than ECS takes": [
    [{ name: "a", environment_files: Array(11).fill({ value: "arn:aws:s3:::bucket/a.env" }) }],
    "it.container[0].environment_files must stand at most 10 times; got 11",
  ],
  "no number of GPUs": [
    [{ name: "a", resource_requirements: [{ type: "GPU", value: "many" }] }],
    'it.container[0].resource_requirements[0].value must be a number of GPUs such as "1", or ' +
    '"ALL"; got "many"',
  ],
  "some Neuron devices": [
    [{ name: "a", resource_requirements: [{ type: "NeuronDevice", value: "1" }] }],
    'it.container[0].resource_requirements[0].value must be "ALL" for type "NeuronDevice"; got "1"',
  ],
};
for (const [name, [container, text]] of Object.entries(refused)) {
  Deno.test(`overrides are refused: ${name}`, () => assertEquals(refusal({ container }), text));
}

Deno.test("overrides far beyond what RunTask takes are refused unread", () => {
  const container = Array.from({ length: 5_000 }, () => ({ name: "a", cpu: "none" }));
  assertEquals(refusal({ container }), "it must be at most 8192 bytes as JSON for AWS; got more");
  assertEquals(
    refusal({ container: [{ name: "a", environment: { A: "x".repeat(20_000) } }] }),
    "it must be at most 8192 bytes as JSON for AWS; got more",
  );
});

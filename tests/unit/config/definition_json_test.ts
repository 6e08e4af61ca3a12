import { assertEquals, assertMatch } from "@std/assert";
import { definitionJson } from "../../../src/config/definition_json.ts";
import type { Problem } from "../../../src/config/field.ts";

const containers = [{ name: "app", image: "idle" }];

function read(document: unknown) {
  const problems: Problem[] = [];
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const definition = definitionJson.decode(text, "json", problems);
  return { definition, problems: problems.map(({ path, text }) => `${path} ${text}`) };
}

Deno.test("a definition that is described is read as it was registered", () => {
  const { definition, problems } = read({
    taskDefinition: {
      taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7",
      family: "web",
      revision: 7,
      status: "ACTIVE",
      requiresAttributes: [{ name: "com.amazonaws.ecs.capability.task-eni" }],
      compatibilities: ["EC2", "FARGATE"],
      registeredAt: "2026-01-01T00:00:00Z",
      registeredBy: "arn:aws:iam::123456789012:user/x",
      cpu: null,
      volumes: [],
      containerDefinitions: [{ name: "app", image: "idle", healthCheck: null }],
    },
    tags: [
      { key: "team", value: "core" },
      { key: "aws:cloudformation:stack-name", value: "x" },
      { key: "nomad:definition_hash", value: "x" },
    ],
  });
  assertEquals(problems, []);
  assertEquals(definition, {
    family: "web",
    volumes: [],
    containerDefinitions: containers,
    tags: [{ key: "team", value: "core" }],
  });
});

Deno.test("what stands beside a described definition is not left out without a word", () => {
  const { problems } = read({
    taskDefinition: { family: "web", containerDefinitions: containers },
    ResponseMetadata: { HTTPStatusCode: 200 },
    cpu: "256",
  });
  assertEquals(problems, [
    "json.cpu must be left out beside taskDefinition, or stand within it; got both",
  ]);
});

const families: Record<string, [family: unknown, says: RegExp]> = {
  "is not there": [undefined, /^json\.family must be .*got nothing\. Write "family": "web"$/],
  "is a number": [7, /got a number$/],
  "has a dot": [
    "web.app",
    /^json\.family must be 1 to 255 letters, digits, - and _; got "web\.app"$/,
  ],
  "has a revision": ["web:7", /got "web:7"\. ECS numbers revisions itself: write "web"$/],
  "is a placeholder": ["${FAMILY}", /got "\$\{FAMILY\}"\. Is it a placeholder/],
  "is empty": ["", /got ""$/],
};
for (const [name, [family, says]] of Object.entries(families)) {
  Deno.test(`a family that ${name} is refused with what to write`, () => {
    const { problems } = read({ family, containerDefinitions: containers });
    assertEquals(problems.length, 1);
    assertMatch(problems[0] ?? "", says);
  });
}

Deno.test("a definition without containers is refused by their path", () => {
  for (const containerDefinitions of [undefined, [], {}]) {
    const { problems } = read({ family: "web", containerDefinitions });
    assertEquals(problems.length, 1);
    assertMatch(problems[0] ?? "", /^json\.containerDefinitions must be a list of 1 to 10 /);
  }
});

Deno.test("a list of containers is refused with the definition to write around it", () => {
  const { definition, problems } = read(containers);
  assertEquals(definition, undefined);
  assertMatch(problems[0] ?? "", /^json must be a JSON object .*; got a list of 1 entry$/);
});

Deno.test("a document of another kind is one problem, of the whole", () => {
  const { definition, problems } = read({ jobDefinitionName: "x", type: "container" });
  assertEquals(definition, undefined);
  assertEquals(problems.length, 1);
  assertMatch(problems[0] ?? "", /^json must be a task definition.*Batch/);
});

function manyContainers(count: number): string {
  return JSON.stringify({
    family: "web",
    containerDefinitions: Array.from({ length: count }, () => ({ image: "i" })),
  });
}

Deno.test("more containers than ECS takes are refused by their number alone", () => {
  assertEquals(read(manyContainers(11)).problems, [
    "json.containerDefinitions must be a list of 1 to 10 containers; got 11 containers",
  ]);
  assertEquals(read(manyContainers(16_000)).problems, [
    "json.containerDefinitions must be a list of 1 to 10 containers; got 16000 containers",
  ]);
});

Deno.test("a text far beyond what ECS takes is refused unread", () => {
  const text = manyContainers(40_000);
  assertEquals(read(text).problems, [
    `json must have at most 393216 characters; got a string of ${text.length} characters`,
  ]);
});

Deno.test("a tag of any form is left to AWS's model to refuse", () => {
  const tags = [{ key: { toString: 1 } }, null, 7, { key: "aws:x", value: "y" }];
  const { definition, problems } = read({ family: "web", containerDefinitions: containers, tags });
  assertEquals(problems, []);
  assertEquals(definition?.["tags"], tags.slice(0, 3));
});

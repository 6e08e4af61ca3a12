import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { inlineDefinition } from "../../../../src/lifecycle/definition/inline.ts";
import { LaunchError } from "../../../../src/lifecycle/launch_error.ts";
import type { Json } from "../../../harness/definitions.ts";
import { configOf } from "../../../harness/world.ts";

const resources = { cpu: 100, memory: 300 };
const container = { name: "app", image: "idle", essential: true };
const read = (task: Json) =>
  inlineDefinition(configOf({ task_definition: null, ...task }), resources);
const block = (definition: Json, task: Json = {}) =>
  read({ definition: { family: "web", container: [container], ...definition }, ...task });
const json = (definition: Json, task: Json = {}) =>
  read({
    definition_json: JSON.stringify({
      family: "web",
      networkMode: "awsvpc",
      containerDefinitions: [container],
      ...definition,
    }),
    ...task,
  });

async function refusal(attempt: Promise<unknown>): Promise<string[]> {
  const error = await assertRejects(() => attempt, LaunchError);
  assertEquals(error.recoverable, false);
  return error.message.split("\n");
}

Deno.test("a task that names its definition has none of its own", async () => {
  assertEquals(await inlineDefinition(configOf({}), resources), undefined);
});

Deno.test("one content has one hash, in a block or in JSON and in whatever order", async () => {
  const first = await block({});
  const second = await json({ requiresCompatibilities: ["FARGATE"] });
  assertEquals(first?.hash, second?.hash);
  assertEquals([first?.option, second?.option], ["definition", "definition_json"]);
  const other = await block({ tags: { team: "core" } });
  assertEquals(other?.hash === first?.hash, false);
});

Deno.test("paths are those of the option: HCL's in a block, AWS's in JSON", async () => {
  const port_mapping = [{ container_port: 80, host_port: 81 }];
  const portMappings = [{ containerPort: 80, hostPort: 81 }];
  const [inBlock = ""] = await refusal(block({ container: [{ ...container, port_mapping }] }));
  assertStringIncludes(
    inBlock,
    "config.task.definition.container[0].port_mapping[0].host_port must",
  );
  const [inJson = ""] = await refusal(json({
    containerDefinitions: [{ ...container, portMappings }],
  }));
  assertStringIncludes(
    inJson,
    "config.task.definition_json.containerDefinitions[0].portMappings[0].hostPort must",
  );
});

Deno.test("a definition that is too large is refused for that alone", async () => {
  const environment = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, n) => [`VARIABLE_${n}`, "x"]),
  );
  const lines = await refusal(block({ cpu: 999, container: [{ ...container, environment }] }));
  assertEquals(lines.length, 1);
  assertStringIncludes(
    lines[0] ?? "",
    "config.task.definition must be at most 65536 bytes of JSON",
  );
});

Deno.test("values of another type are refused before any rule looks at them", async () => {
  assertEquals(
    await refusal(json({ cpu: 256, containerDefinitions: [{ ...container, cpu: 0.5 }] })),
    [
      "config.task.definition_json.containerDefinitions[0].cpu must be a whole number of 32 bits; got 0.5",
      "config.task.definition_json.cpu must be a string; got a number",
    ],
  );
});

Deno.test("a size that cannot be read is told beside all else that is wrong", async () => {
  const lines = await refusal(json({ memory: "4096MB", ipcMode: "task" }));
  assertEquals(lines.map((line) => line.split(" ")[0]), [
    "config.task.definition_json.memory",
    "config.task.definition_json.ipcMode",
  ]);
});

Deno.test("a health check without CMD is passed on, with a note", async () => {
  const health_check = { command: ["/healthcheck"] };
  const inline = await block({ container: [{ ...container, health_check }] });
  const [{ healthCheck } = {}] = inline?.input.containerDefinitions ?? [];
  assertEquals(healthCheck, { command: ["/healthcheck"] });
  assertEquals(inline?.notes.filter((note) => note.includes("health")), [
    'config.task.definition.container[0].health_check.command begins with neither "CMD" nor ' +
    '"CMD-SHELL"; ECS gets it as it is',
  ]);
});

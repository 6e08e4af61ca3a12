import { assertEquals, assertRejects } from "@std/assert";
import { readTaskConfig } from "../../../../src/config/mod.ts";
import { pluginConfig } from "../../../../src/config/plugin_config.ts";
import { LaunchError } from "../../../../src/lifecycle/launch_error.ts";
import { checkDefinition, checkTask } from "../../../../src/lifecycle/start/check.ts";

const plugin = pluginConfig.decode({ cluster: "prod" }, "config", []);

/** A task to check, from its block. */
function taskOf(block: Record<string, unknown>) {
  const read = readTaskConfig({ task: block }, plugin);
  if (read.kind === "invalid") throw new Error(JSON.stringify(read.problems));
  return { config: read.value, env: {}, resources: { cpu: 100, memory: 300 } };
}

const nobody = () => Promise.reject(new Error("AWS was asked"));
const container = { name: "web", image: "nginx", memory: 128 };

Deno.test("a definition in the jobspec is checked without AWS", async () => {
  const task = taskOf({
    launch_type: "EC2",
    definition: { family: "web", container: [container] },
  });
  assertEquals((await checkTask(task, nobody)).definition, "the jobspec's");
});

Deno.test("a definition that ECS would refuse is a LaunchError", async () => {
  const json = { family: "web", containerDefinitions: [{ ...container, imagee: "x" }] };
  const task = taskOf({ launch_type: "EC2", definition_json: JSON.stringify(json) });
  await assertRejects(() => checkTask(task, nobody), LaunchError, "imagee");
  await assertRejects(() => checkDefinition(task), LaunchError, "imagee");
});

Deno.test("a named definition is checked as far as somebody describes it", async () => {
  const task = taskOf({ launch_type: "EC2", task_definition: "web" });
  const checked = await checkTask(task, () => Promise.resolve(undefined));
  assertEquals(checked.definition, "not described");
  assertEquals(await checkDefinition(task), []);
});

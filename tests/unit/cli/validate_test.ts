import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Finding } from "../../../src/cli/validate.ts";
import { type Stage, withStage } from "../../harness/tool.ts";
import { cluster } from "../../harness/with_simulator.ts";
import { fileURLToPath } from "node:url";

const fixtures = new URL("../../fixtures/definitions/", import.meta.url);
const network = [{ aws_vpc_configuration: [{ subnets: ["subnet-0123456789abcdef0"] }] }];

/** Runs the command on a job of one task, and answers what it found of it. */
async function findingOf(
  { tool }: Stage,
  task: Record<string, unknown>,
  options: string[] = [],
  plugin?: Record<string, unknown>,
): Promise<Finding & { readonly code: number }> {
  const folder = await Deno.makeTempDir();
  const write = async (name: string, value: unknown) => {
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(value));
    return `${folder}/${name}`;
  };
  try {
    const Config = { task: [task] };
    const file = await write("job.json", {
      Job: { TaskGroups: [{ Name: "front", Tasks: [{ Name: "web", Driver: "ecs", Config }] }] },
    });
    const config = plugin === undefined ? [] : ["--config", await write("plugin.json", plugin)];
    const { code, stdout, stderr } = await tool([
      "validate",
      file,
      "--json",
      ...config,
      ...options,
    ]);
    assertEquals(stderr, "");
    return { code, ...JSON.parse(stdout).findings[0] };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("each published definition is found right, or wrong with the driver's own words", async () => {
  await withStage(async ({ tool, ecs }) => {
    let files = 0;
    for await (const { name } of Deno.readDir(fixtures)) {
      const base = /^(.*)\.json$/.exec(name)?.[1];
      if (base === undefined || base.endsWith(".request")) continue;
      files += 1;
      const refusal = await Deno.readTextFile(new URL(`${base}.refusal.txt`, fixtures)).catch(() =>
        ""
      );
      const wanted = refusal.trim().split("\n").filter((line) => line !== "").map((line) =>
        line.replaceAll("config.task.definition_json.", "")
          .replaceAll("config.task.definition_json", "the definition")
      );
      const ran = await tool(["validate", fileURLToPath(new URL(name, fixtures)), "--json"]);
      assertEquals(JSON.parse(ran.stdout).findings[0].problems, wanted, name);
      assertEquals(ran.code, wanted.length === 0 ? 0 : 1, name);
    }
    assertEquals(files > 60, true);
    assertEquals(ecs.simulator.calls.read().byOperation, {});
  });
});

const named = { launch_type: "FARGATE", task_definition: "idle", network_configuration: network };

Deno.test("a task that is right is right, and says what was not checked", async () => {
  await withStage(async (stage) => {
    const { code, name, problems, notes } = await findingOf(stage, named);
    assertEquals([code, name, problems], [0, "front/web", []]);
    assertStringIncludes(notes.join("\n"), "not checked against task definition idle: see --aws");
    assertStringIncludes(notes.join("\n"), "without the defaults of a plugin block: see --config");
  });
});

Deno.test("names that the driver does not have, and values that it refuses, are named", async () => {
  await withStage(async (stage) => {
    const { code, problems } = await findingOf(stage, { launch_type: "FARGTE", netwrk: 1 });
    assertEquals(code, 1);
    assertEquals(problems.length, 2);
    assertStringIncludes(problems[0] ?? "", "config.task.netwrk is no option of the driver");
    assertStringIncludes(problems[1] ?? "", "config.task.launch_type must be");
  });
});

Deno.test("a definition in the jobspec is checked as it would be registered", async () => {
  await withStage(async (stage) => {
    const definition = [{
      family: "web",
      container: [{ name: "web", image: "nginx", cpu: 99999 }],
    }];
    const { code, problems } = await findingOf(stage, {
      launch_type: "FARGATE",
      definition,
      network_configuration: network,
    });
    assertEquals(code, 1);
    assertStringIncludes(problems.join("\n"), "config.task.definition");
  });
});

Deno.test("the plugin block's defaults and its allowed block hold", async () => {
  await withStage(async (stage) => {
    const bare = { launch_type: "FARGATE", task_definition: "idle" };
    const config = { cluster, network_configuration: network };
    assertEquals((await findingOf(stage, bare)).code, 1);
    assertEquals((await findingOf(stage, bare, [], config)).problems, []);
    const allowed = [{ task_definitions: ["web"] }];
    const refused = await findingOf(stage, bare, [], { ...config, allowed });
    assertStringIncludes(refused.problems.join("\n"), "config.task.task_definition");
    const without = await findingOf(stage, named, [], { region: "us-east-1" });
    assertStringIncludes(without.problems.join("\n"), "config.task.cluster must be set");
  });
});

Deno.test("a value that a client fills in is not called wrong", async () => {
  await withStage(async (stage) => {
    const open = await findingOf(stage, { ...named, task_definition: "web:${meta.version}" });
    assertEquals([open.code, open.problems], [0, []]);
    assertStringIncludes(open.notes.join("\n"), "not checked: config.task.task_definition");
  });
});

Deno.test("--aws checks a task against the definition that it names", async () => {
  await withStage(async (stage) => {
    const options = ["--aws", "--cluster", cluster, "--region", "us-east-1"];
    assertEquals((await findingOf(stage, named, options)).problems, []);
    const container = await findingOf(stage, { ...named, container: "web" }, options);
    assertStringIncludes(container.problems.join("\n"), 'container of idle:1, which is "main"');
    const gone = await findingOf(stage, { ...named, task_definition: "gone" }, options);
    assertStringIncludes(gone.problems.join("\n"), "is not one that ECS knows here");
  });
});

Deno.test("the built file checks a definition, and says what is wrong in a line each", async () => {
  await withStage(async ({ executable }) => {
    const file = fileURLToPath(new URL("circle-of-dependencies.json", fixtures));
    const { code, stdout, stderr } = await executable(["validate", file]);
    assertEquals([code, stderr], [1, ""]);
    assertEquals(
      stdout,
      'wrong  app\n  containerDefinitions must have no circle of dependsOn; got one among "a", "b"\n',
    );
  });
});

Deno.test("a file that is not there, or is HCL, is an error of the command line", async () => {
  await withStage(async ({ tool }) => {
    const gone = await tool(["validate", "/nowhere.json"]);
    assertEquals(gone.code, 2);
    assertStringIncludes(gone.stderr, "cannot read /nowhere.json");
    const hcl = fileURLToPath(new URL("../../e2e/jobs/sleep.nomad.hcl", import.meta.url));
    const { code, stderr } = await tool(["validate", hcl]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "is HCL, and must be JSON");
  });
});

Deno.test("no value of an environment, a command or a label is shown, however misshapen it is", async () => {
  const hidden = "not-to-be-shown";
  const shapes: unknown[] = [
    hidden,
    hidden.repeat(9_000),
    `${hidden}\u0000`,
    `${hidden}\${x}`,
    [hidden],
    [[hidden]],
    { name: hidden },
    [{ name: "A", value: [hidden] }, { name: hidden, value: hidden, valueFrom: hidden }],
    { A: hidden },
  ];
  await withStage(async ({ tool, folder }) => {
    const file = `${folder}/file.json`;
    for (const field of ["environment", "command", "entryPoint", "dockerLabels", "secrets"]) {
      for (const shape of shapes) {
        const definition = {
          family: "web",
          containerDefinitions: [{ name: "web", image: "nginx", [field]: shape }],
        };
        const task = { launch_type: "FARGATE", definition_json: JSON.stringify(definition) };
        const job = (Env: unknown, config: unknown) => ({
          TaskGroups: [{ Name: "g", Tasks: [{ Driver: "ecs", Env, Config: { task: config } }] }],
        });
        const plain = { launch_type: "FARGATE", task_definition: "web" };
        for (const content of [definition, job({}, task), job({ A: shape }, plain)]) {
          await Deno.writeTextFile(file, JSON.stringify(content));
          for (const more of [[], ["--json"]]) {
            const { stdout, stderr } = await tool(["validate", file, ...more]);
            assertEquals((stdout + stderr).includes(hidden), false, `${field}: ${stdout}${stderr}`);
          }
        }
      }
    }
  });
});

import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../../src/cli/exit_codes.ts";
import { readJobFile } from "../../../src/cli/job_file.ts";

const web = {
  Name: "web",
  Driver: "ecs",
  Env: { COUNT: 3 },
  Resources: { CPU: 256, MemoryMB: 512 },
  Config: { task: [{ task_definition: "web", launch_typ: "EC2", tags: [{ count: 3 }] }] },
};

Deno.test("a job's tasks of this driver are read, with their block as Nomad hands it over", () => {
  const groups = [{ Name: "front", Tasks: [web, { Name: "other", Driver: "docker" }] }];
  const job = { ID: "site", TaskGroups: groups };
  for (const document of [job, { Job: job }]) {
    assertEquals(readJobFile(JSON.stringify(document), "job.json"), {
      kind: "job",
      tasks: [{
        name: "front/web",
        config: { task: { task_definition: "web", launch_typ: "EC2", tags: { count: "3" } } },
        unknown: ["config.task.launch_typ"],
        env: { COUNT: "3" },
        resources: { cpu: 256, memory: 512 },
        hasVariables: false,
      }],
    });
  }
});

Deno.test("a task that says little has Nomad's own resources", () => {
  const job = {
    TaskGroups: [{ Tasks: [{ Driver: "ecs", Config: { task: [{ group: "${x}" }] } }] }],
  };
  const file = readJobFile(JSON.stringify(job), "job.json");
  const [task] = file.kind === "job" ? file.tasks : [];
  assertEquals(
    [task?.name, task?.resources, task?.hasVariables],
    ["?/?", { cpu: 100, memory: 300 }, true],
  );
});

Deno.test("any other JSON is a task definition, and is handed on as it stands", () => {
  for (const text of ['{"family": "web"}', "[1]", '{"taskDefinition": {}}']) {
    assertEquals(readJobFile(text, "web.json"), { kind: "definition", text });
  }
});

Deno.test("a job without a task of this driver, and what is no JSON, are refused", () => {
  assertThrows(() => readJobFile('{"TaskGroups": []}', "job.json"), CliError, 'driver = "ecs"');
  assertThrows(
    () => readJobFile('job "x" {}', "job.hcl"),
    CliError,
    "job.hcl is HCL, and must be JSON: nomad job run -output job.hcl > job.json",
  );
});

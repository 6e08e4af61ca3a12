import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { operations } from "../../../src/aws/operations.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

/** What the driver's policy allows besides the operations that the driver calls, and why. */
const besides: Record<string, string> = {
  "iam:PassRole": "ECS asks for it where a task definition names roles",
  "sts:AssumeRole": "the SDK's credentials call it, where the configuration has assume_role",
};

Deno.test("the demo's policy allows every operation that the driver calls, and no other", async () => {
  const documents = (await read("demo/aws/terraform/iam.tf")).split(/^data /m);
  const policy = documents.find((text) => text.startsWith('"aws_iam_policy_document" "driver"'));
  const allowed = [...policy?.matchAll(/actions\s*= \[([^\]]*)\]/g) ?? []]
    .flatMap(([, list = ""]) => [...list.matchAll(/"([^"]+)"/g)].map(([, action = ""]) => action));
  const called = Object.values(operations).map(({ service, command }) => `${service}:${command}`);
  assertEquals(
    [...new Set(allowed)].sort(),
    [...called, ...Object.keys(besides)].sort(),
  );
});

Deno.test("what the demo on AWS tells to type is there", async () => {
  const folder = "demo/aws/terraform/";
  const readme = await read("demo/aws/README.md");
  const commands = readme.split("\n").filter((line) => line.startsWith("    ")).join("\n");
  const outputs = await read(`${folder}outputs.tf`);
  const variables = await read(`${folder}variables.tf`);
  for (const [, name = ""] of readme.matchAll(/terraform output (?:-raw )?(\w+)/g)) {
    assertStringIncludes(outputs, `output "${name}"`);
  }
  for (const [, name] of commands.matchAll(/-var '(\w+)=/g)) {
    assertStringIncludes(variables, `variable "${name}"`);
  }
  assertStringIncludes(variables, 'variable "assumable_role_arns"');
  // The file of variables is written by the walk itself.
  const files = [...commands.matchAll(/[\w.-]+\.hcl\b/g)].map(([name]) => name);
  assert(files.includes("aws.hcl"));
  for (const name of files.filter((name) => name !== "aws.hcl")) await read(`demo/nomad/${name}`);
  const [, group] = /aws logs tail (\S+)/.exec(commands) ?? [];
  assertEquals(group, "/ecs/nomad-remote-driver-demo");
  assertStringIncludes(await read(`${folder}ecs.tf`), 'name              = "/ecs/${local.name}"');
  const job = await read("demo/nomad/demo-ecs.nomad.hcl");
  for (const [, name] of commands.matchAll(/nomad job (?:status|stop) (\S+)/g)) {
    assertStringIncludes(job, `job "${name}"`);
  }
  const ignored = (await read(".gitignore")).split("\n");
  for (const line of ["*.tfstate*", "/demo/aws/terraform/.terraform/", "/demo/nomad/aws.hcl"]) {
    assert(ignored.includes(line), `what the walk leaves is not for git: ${line}`);
  }
});

Deno.test("the demo's message is no part of a shell script", async () => {
  const definition = await read("demo/aws/terraform/ecs.tf");
  const command = /command = \[([\s\S]*?)\n {6}\]/.exec(definition)?.[1] ?? "";
  const [, , script = ""] = [...command.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([text]) =>
    JSON.parse(text) as string
  );
  assertStringIncludes(script, "index.html");
  const message = `it's "quoted", $HOME and \`id\` \\n`;
  const [first = ""] = script.split(" >");
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", first],
    env: { MESSAGE: message },
  })
    .output();
  assertEquals(new TextDecoder().decode(stdout), `${message}\n`);
});

Deno.test("both demos speak of one cluster and one task definition", async () => {
  const name = "nomad-remote-driver-demo";
  assertStringIncludes(await read("demo/aws/terraform/variables.tf"), `name = "${name}"`);
  assertStringIncludes(await read("demo/nomad/client-1.hcl"), `cluster = "${name}"`);
  assertStringIncludes(await read("demo/nomad/client-2.hcl"), `cluster = "${name}"`);
  const job = await read("demo/nomad/demo-ecs.nomad.hcl");
  assertStringIncludes(job, `"${name}:1"`);
  const outputs = await read("demo/aws/terraform/outputs.tf");
  for (const [, variable = ""] of job.matchAll(/^variable "(\w+)"/gm)) {
    assertStringIncludes(outputs, `output "${variable}"`);
  }
});

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grants, type ResourceKind } from "../../../src/aws/permissions.ts";
import { operationsBlocks } from "../../harness/operations_page.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

/** How the demo's policy writes what a statement is about. */
const resources: { readonly [Kind in ResourceKind]: RegExp } = {
  any: /\["\*"\]|\[statement\.value\]/,
  cluster: /^\[aws_ecs_cluster\.demo\.arn\]$/,
  tasks: /^\["\$\{local\.ecs_arn\}:task\/[^"]+\/\*"\]$/,
  "cluster and tasks": /^\[aws_ecs_cluster\.demo\.arn, "[^"]+:task\/[^"]+\/\*"\]$/,
  "task definitions": /^\["[^"]+:task-definition\/[^"]+:\*"\]$/,
  sessions: /^\["[^"]+:ssm:[^"]+:session\/ecs-execute-command-\*"\]$/,
  "KMS keys": /^statement\.value$/,
  "log groups": /^\["\$\{aws_cloudwatch_log_group\.demo\.arn\}:\*"\]$/,
  "Container Insights": /:log-group:\/aws\/ecs\/containerinsights\/[^"]+\/performance:\*"\]$/,
  "roles to assume": /^statement\.value$/,
  "roles to pass": /^\[aws_iam_role\.execution\.arn, aws_iam_role\.task\.arn\]$/,
};

const conditions = {
  cluster: ["ArnEquals", "ecs:cluster"],
  "passed to ECS": ["StringEquals", "iam:PassedToService"],
} as const;

Deno.test("the demo's policy is what src/aws/permissions.ts declares, statement for statement", async () => {
  const documents = (await read("demo/aws/terraform/iam.tf")).split(/^data /m);
  const policy = documents.find((text) => text.startsWith('"aws_iam_policy_document" "driver"'));
  const statements = (policy ?? "").split(/^ *sid +=/m).slice(1).map((text) => ({
    sid: /"(\w+)"/.exec(text)?.[1] ?? "",
    actions: [...(/actions\s*= \[([^\]]*)\]/.exec(text)?.[1] ?? "").matchAll(/"([^"]+)"/g)]
      .map(([, action = ""]) => action),
    resources: /resources = (.*)/.exec(text)?.[1] ?? "",
    condition: [/test\s+=\s*"(\w+)"/.exec(text)?.[1], /variable = "([^"]+)"/.exec(text)?.[1]],
  }));
  assertEquals(
    statements.map(({ sid, actions }) => ({ sid, actions })),
    grants.map(({ sid, actions }) => ({ sid, actions: [...actions] })),
  );
  for (const [at, { sid, on, condition }] of grants.entries()) {
    const statement = statements[at];
    assertMatch(statement?.resources ?? "", resources[on], sid);
    assertEquals(
      statement?.condition,
      condition === undefined ? [undefined, undefined] : [...conditions[condition]],
      sid,
    );
  }
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
  const terraform = "/demo/aws/terraform/.terraform";
  const left = ["*.tfstate*", `${terraform}/`, `${terraform}.lock.hcl`, "/demo/nomad/aws.hcl"];
  for (const line of left) {
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

Deno.test("the demo's clients have what the docs tell clients of ECS to have", async () => {
  const { client } = await operationsBlocks();
  const stats = await read("docs/logs-exec-stats.md");
  const lineOf = (text: string, option: string) =>
    new RegExp(`^ *${option} += .*$`, "m").exec(text)?.[0].trim().replaceAll(/ +/g, " ");
  for (const path of ["demo/nomad/client-1.hcl", "demo/nomad/client-2.hcl"]) {
    const demo = await read(path);
    for (const option of ["gc_max_allocs", "gc_parallel_destroys", "max_kill_timeout"]) {
      const documented = lineOf(client, option);
      assert(documented !== undefined, option);
      assertEquals(lineOf(demo, option), documented, path);
    }
    const published = lineOf(stats, "publish_allocation_metrics");
    assertEquals(published, "publish_allocation_metrics = true");
    assertEquals(lineOf(demo, "publish_allocation_metrics"), published, path);
  }
});

Deno.test("the demo's task role may open what ECS Exec needs", async () => {
  const policy = await read("demo/aws/terraform/iam.tf");
  const actions = [...policy.matchAll(/"(ssmmessages:(?:Create|Open)\w+)"/g)].map(([, name]) =>
    name
  );
  for (const channel of ["ControlChannel", "DataChannel"]) {
    assert(actions.includes(`ssmmessages:Create${channel}`));
    assert(actions.includes(`ssmmessages:Open${channel}`));
  }
});

Deno.test("the demo's cost a day is that of the task that it defines, by its parts", async () => {
  const readme = await read("demo/aws/README.md");
  const definition = await read("demo/aws/terraform/ecs.tf");
  const size = (name: string) => Number(new RegExp(`${name} +\\= (\\d+)`).exec(definition)?.[1]);
  const price = (unit: string) => Number(new RegExp(`at \\$([\\d.]+) a ${unit}`).exec(readme)?.[1]);
  const row = (name: string) => {
    const line = readme.split("\n").find((text) => text.startsWith("|") && text.includes(name));
    const [, hour, day] = /\| \$([\d.]+) \| \$([\d.]+) \|$/.exec(line ?? "") ?? [];
    return [Number(hour), Number(day)] as const;
  };
  const cpu = size("cpu") / 1024 * price("vCPU");
  const memory = size("memory") / 1024 * price("GB");
  const [address] = row("IPv4");
  const whole = { "of Fargate, at $0.04": cpu, "a GB": memory, "IPv4": address };
  const all = Object.values(whole).reduce((sum, one) => sum + one, 0);
  for (const [name, hour] of Object.entries({ ...whole, "Together": all })) {
    assertEquals(row(name), [Number(hour.toFixed(5)), Number((24 * hour).toFixed(3))], name);
  }
});

/**
 * Checks demo/aws with a real OpenTofu and the schema of the real AWS provider, without an account.
 * `make terraform` runs it: CHECKER is the folder that `tools/terraform.sh` prints.
 */
import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withEcs } from "../harness/with_simulator.ts";
import { fileURLToPath } from "node:url";

const checker = Deno.env.get("CHECKER") ?? "";
assert(checker !== "", "CHECKER must be the folder that tools/terraform.sh prints");
const demo = fileURLToPath(new URL("../../demo/aws/terraform/", import.meta.url));

/** Variables that turn on what is off by default. */
const everything = [
  'assumable_role_arns=["arn:aws:iam::123456789012:role/other"]',
  'exec_kms_key_arns=["arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e"]',
  "stats_metrics=true",
  "container_insights=true",
  `message=it's "quoted" and \${not} a template`,
].map((text) => `-var=${text}`);

/** What a run printed: `output` is all of it on one line, without the frames and line breaks of messages. */
type Outcome = { readonly passed: boolean; readonly stdout: string; readonly output: string };

/** Runs OpenTofu in a folder. */
async function tofu(folder: string, ...args: string[]): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(`${checker}/tofu`, {
    args,
    cwd: folder,
    env: {
      TF_CLI_CONFIG_FILE: `${checker}/tofu.rc`,
      NO_COLOR: "1",
      TF_DATA_DIR: `${folder}/.data`,
    },
  }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const output = `${out} ${err}`.replaceAll(/[│╷╵]/g, " ").replaceAll(/\s+/g, " ").trim();
  return { passed: success, stdout: out, output };
}

/** A copy of the demo in which a file has `to` in place of `from`, and what `use` makes of it. */
async function withCopy<T>(
  use: (folder: string) => Promise<T>,
  change?: { file: string; from: string; to: string },
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for await (const { name, isFile } of Deno.readDir(demo)) {
      if (!isFile || !name.endsWith(".tf")) continue;
      const text = await Deno.readTextFile(demo + name);
      const changed = change?.file === name ? text.replace(change.from, change.to) : text;
      assert(change?.file !== name || changed !== text, `${name} does not have ${change?.from}`);
      await Deno.writeTextFile(`${folder}/${name}`, changed);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const plan = (folder: string, ...args: string[]) =>
  tofu(folder, "plan", "-no-color", "-input=false", "-lock=false", ...args);

Deno.test("the demo's Terraform is formatted", async () => {
  const { passed, output } = await tofu(demo, "fmt", "-check", "-diff");
  assert(passed, output);
});

Deno.test("the demo's Terraform is valid by the schema of the provider that it names", async () => {
  const { passed, output } = await withCopy((folder) => tofu(folder, "validate", "-no-color"));
  assert(passed, output);
  assertStringIncludes(output, "Success!");
  const [, version] = /source\s+= "hashicorp\/aws"\s+version = "([^"]+)"/.exec(
    await Deno.readTextFile(
      `${demo}versions.tf`,
    ),
  ) ?? [];
  assertEquals(
    version,
    JSON.parse(await Deno.readTextFile(`${checker}/schema.json`)).provider_version,
  );
});

for (const [title, args] of [["its defaults", []], ["everything on", everything]] as const) {
  Deno.test(`the demo can be planned with ${title}`, async () => {
    const { passed, output } = await withCopy((folder) => plan(folder, ...args));
    assert(passed, output);
    assertMatch(output, /Plan: \d+ to add, 0 to change, 0 to destroy\./);
  });
}

type Planned = {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: { readonly after: Readonly<Record<string, unknown>> };
  }[];
};

Deno.test("the demo's task definition is one that ECS takes, whatever the message", async () => {
  const planned = await withCopy(async (folder) => {
    const made = await plan(folder, "-out=plan", ...everything);
    assert(made.passed, made.output);
    const shown = await tofu(folder, "show", "-json", "plan");
    assert(shown.passed, shown.output);
    return JSON.parse(shown.stdout) as Planned;
  });
  const { change } =
    planned.resource_changes.find(({ address }) => address === "aws_ecs_task_definition.demo") ??
      {};
  const { family, cpu, memory, container_definitions } = change?.after ?? {};
  await withEcs(async (client) => {
    await client.send(
      new RegisterTaskDefinitionCommand({
        family: `${family}-planned`,
        cpu: String(cpu),
        memory: String(memory),
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        // The roles exist only after an apply.
        executionRoleArn: "arn:aws:iam::123456789012:role/execution",
        taskRoleArn: "arn:aws:iam::123456789012:role/task",
        containerDefinitions: JSON.parse(String(container_definitions)),
      }),
    );
    const { taskDefinition } = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: `${family}-planned` }),
    );
    assertEquals(taskDefinition?.containerDefinitions?.[0]?.environment, [
      { name: "MESSAGE", value: `it's "quoted" and \${not} a template` },
    ]);
  });
});

Deno.test("the walk of the README makes the job's variables, and destroys all that it has made", async () => {
  await withCopy(async (folder) => {
    const run = async (...args: string[]) => {
      const { passed, stdout, output } = await tofu(folder, ...args);
      assert(passed, `tofu ${args.join(" ")}: ${output}`);
      return stdout;
    };
    const change = ["-no-color", "-input=false", "-auto-approve", ...everything];
    const [, made] = /Apply complete! Resources: (\d+) added/.exec(await run("apply", ...change)) ??
      [];
    const variables = await run("output", "-raw", "job_variables");
    const job = await Deno.readTextFile(`${demo}../../nomad/demo-ecs.nomad.hcl`);
    assertEquals(
      variables.trim().split("\n").map((line) => line.split(/ += /)[0]).sort(),
      [...job.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name).sort(),
    );
    assertStringIncludes(variables, 'task_definition = "nomad-remote-driver-demo:1"');

    const destroyed = await run("destroy", ...change);
    assertStringIncludes(destroyed, `Destroy complete! Resources: ${made} destroyed.`);
    assertEquals(await run("state", "list"), "");
    const at = (text: string) => {
      assertStringIncludes(destroyed, text);
      return destroyed.indexOf(text);
    };
    // The cluster would make the group anew.
    const cluster = at("aws_ecs_cluster.demo: Destruction complete");
    assert(cluster < at("aws_cloudwatch_log_group.insights[0]: Destroying"));
  });
});

Deno.test("each variable and each local value of the demo is used", () => {
  const files = [...Deno.readDirSync(demo)].filter(({ name }) => name.endsWith(".tf"));
  const text = files.map(({ name }) => Deno.readTextFileSync(demo + name)).join("\n");
  const variables = [...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => `var.${name}`);
  const locals = [...text.matchAll(/^locals \{\n([\s\S]*?)^\}/gm)]
    .flatMap(([, body = ""]) => [...body.matchAll(/^ {2}(\w+) +=/gm)])
    .map(([, name]) => `local.${name}`);
  assert(variables.length > 0 && locals.length > 0);
  // A variable's own validation reads it, and uses it for nothing.
  const used = text.replaceAll(/^variable "[\s\S]*?^\}/gm, "");
  const missing = [...variables, ...locals].filter((name) => !new RegExp(`${name}\\b`).test(used));
  assertEquals(missing, []);
});

const broken: Record<string, { file: string; from: string; to: string; message: string }> = {
  "an unknown attribute": {
    file: "ecs.tf",
    from: "skip_destroy =",
    to: "skip_destory =",
    message: 'An argument named "skip_destory" is not expected here.',
  },
  "a missing attribute": {
    file: "iam.tf",
    from: "  assume_role_policy = data.aws_iam_policy_document.ecs_tasks.json\n",
    to: "",
    message: 'The argument "assume_role_policy" is required, but no definition was found.',
  },
  "an undeclared variable": {
    file: "ecs.tf",
    from: "var.region",
    to: "var.regoin",
    message: 'An input variable with the name "regoin" has not been declared.',
  },
  "an unknown resource type": {
    file: "network.tf",
    from: 'resource "aws_internet_gateway"',
    to: 'resource "aws_internet_door"',
    message: 'does not support resource type "aws_internet_door"',
  },
  "an unknown block": {
    file: "network.tf",
    from: "  ingress {",
    to: "  ingres {",
    message: 'Blocks of type "ingres" are not expected here.',
  },
  "a reference to an attribute that is not there": {
    file: "iam.tf",
    from: "aws_iam_role.task.arn",
    to: "aws_iam_role.task.arm",
    message: 'no argument, nested block, or exported attribute named "arm"',
  },
  "a value of the wrong type": {
    file: "ecs.tf",
    from: "cpu                      = 256",
    to: "cpu                      = [256]",
    message: 'Inappropriate value for attribute "cpu": string required',
  },
  "a function with a value that it refuses": {
    file: "network.tf",
    from: "var.vpc_cidr_block, 8, count.index",
    to: "var.vpc_cidr_block, 28, count.index",
    message: "Error in function call",
  },
  // OpenTofu does not validate statements below a dynamic one; the plan does.
  "an unknown attribute below a dynamic block": {
    file: "iam.tf",
    from: 'sid       = "PassRoles"',
    to: 'side      = "PassRoles"',
    message: 'An argument named "side" is not expected here.',
  },
};

for (const [fault, { message, ...change }] of Object.entries(broken)) {
  Deno.test(`the check finds ${fault}`, async () => {
    const { passed, output } = await withCopy((folder) => plan(folder, ...everything), change);
    assertEquals(passed, false);
    assertStringIncludes(output, message);
  });
}

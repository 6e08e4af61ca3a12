import { assert, assertStringIncludes } from "@std/assert";

const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

Deno.test("the demo's policy allows every operation that the driver calls", async () => {
  const policy = await read("demo/aws/terraform/iam.tf");
  const declared = await read("src/lifecycle/ecs_operations.ts");
  const api = /export type EcsApi = \{([\s\S]*?)\n\};/.exec(declared)?.[1] ?? "";
  const operations = [...api.matchAll(/^ {2}(\w+): \[/gm)].map(([, name = ""]) =>
    name.charAt(0).toUpperCase() + name.slice(1)
  );
  assert(operations.length >= 7, "the operations are found");
  for (const operation of operations) {
    assert(
      [`"ecs:${operation}"`, `"ec2:${operation}"`].some((action) => policy.includes(action)),
      operation,
    );
  }
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

import { assertStringIncludes } from "@std/assert";

Deno.test("the table of docs/operations.md is what tools/capacity.ts prints", async () => {
  const tool = new URL("../../../tools/capacity.ts", import.meta.url).pathname;
  const page = new URL("../../../docs/operations.md", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--no-check", "-A", tool],
    env: { NO_COLOR: "1" },
  }).output();
  const table = new TextDecoder().decode(stdout);
  assertStringIncludes(table, "| ECS tasks |");
  assertStringIncludes(await Deno.readTextFile(page), table);
});

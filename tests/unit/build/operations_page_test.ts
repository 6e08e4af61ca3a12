import { assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

Deno.test("the tables of docs/operations.md are what tools/capacity.ts prints", async () => {
  const tool = fileURLToPath(new URL("../../../tools/capacity.ts", import.meta.url));
  const page = new URL("../../../docs/operations.md", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--no-check", "-A", tool],
    env: { NO_COLOR: "1" },
  }).output();
  const [table = "", machines = ""] = new TextDecoder().decode(stdout).split("\n\n");
  assertStringIncludes(table, "| ECS tasks |");
  assertStringIncludes(machines, "| memory of the machine |");
  const text = await Deno.readTextFile(page);
  assertStringIncludes(text, table);
  assertStringIncludes(text, machines);
});

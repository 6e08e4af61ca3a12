import { assertEquals, assertMatch } from "@std/assert";
import { chapters } from "../../../demo/chapters/mod.ts";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);

Deno.test("each file of demo/chapters is a chapter, by its own name", () => {
  const files = [...Deno.readDirSync(new URL("demo/chapters/", root))].map(({ name }) => name)
    .filter((name) => name !== "mod.ts");
  assertEquals(files.sort(), chapters.map(({ name }) => `${name}.ts`).sort());
  for (const { title, about } of chapters) {
    assertMatch(title, /^[A-Z].*[^.]$/);
    assertMatch(about, /\.$/);
  }
});

Deno.test("the demo lists its chapters, and refuses one that there is not with those that there are", async () => {
  const run = async (...args: string[]) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--frozen", "-A", fileURLToPath(new URL("demo/run.ts", root)), ...args],
      stdin: "null",
    }).output();
    return { code, text: new TextDecoder().decode(stdout) };
  };
  const listed = await run("--list");
  assertEquals(listed.code, 0);
  assertEquals(
    listed.text.trim().split("\n").map((line) => line.split(" ")[0]),
    chapters.map(({ name }) => name),
  );
  const refused = await run("--nomad", "/no/nomad", "--chapter", "drian");
  assertEquals([refused.code, refused.text.includes('got "drian"')], [2, true]);
});

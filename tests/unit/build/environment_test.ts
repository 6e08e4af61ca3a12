import { assertEquals } from "@std/assert";

const root = new URL("../../../", import.meta.url);

/** Lines of TypeScript below a folder of the repository that match, as `path:line`. */
async function linesOf(folder: string, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) found.push(...await linesOf(`${path}/`, pattern));
    if (!entry.isFile || !path.endsWith(".ts")) continue;
    const lines = (await Deno.readTextFile(new URL(path, root))).split("\n");
    for (const [index, line] of lines.entries()) {
      if (pattern.test(line)) found.push(`${path}:${index + 1}`);
    }
  }
  return found;
}

Deno.test("src is handed what it needs of the environment, and reads none of it", async () => {
  assertEquals(await linesOf("src/", /\b(Deno|process)\.env\b/), []);
});

Deno.test("no test changes the environment, which all tests that run beside it share", async () => {
  const changes = /\bDeno\.env\.(set|delete)\(|\bprocess\.env\b|\bDeno\.chdir\(/;
  assertEquals(await linesOf("tests/", changes), []);
});

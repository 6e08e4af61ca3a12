import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A path taken from a module's URL as it stands, where a space is still `%20`. */
const encoded =
  /import\.meta\.url\)\.pathname|URL\(specifier\)\.pathname|(root|fixtures)\)\.pathname/;

Deno.test("a clone may lie in a folder with a space in its name", async () => {
  const wrong: string[] = [];
  for (const folder of ["src", "demo", "tools", "tests"]) {
    for await (const path of sourcesOf(folder)) {
      const lines = (await Deno.readTextFile(root + path)).split("\n");
      lines.forEach((line, index) => {
        if (encoded.test(line)) wrong.push(`${path}:${index + 1}: ${line.trim()}`);
      });
    }
  }
  assertEquals(wrong, [], "fileURLToPath of node:url gives the path of a URL");
});

/** The TypeScript files below a folder of the repository, but this one. */
async function* sourcesOf(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sourcesOf(path);
    else if (name.endsWith(".ts") && name !== "clone_path_test.ts") yield path;
  }
}

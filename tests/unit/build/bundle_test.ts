import { assert, assertEquals } from "@std/assert";
import { copyRepository } from "../../harness/repository.ts";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

Deno.test("the same files give the same bundle, byte for byte, in whatever folder they lie", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bundles = await Promise.all(["first", "second/deeper"].map(async (name) => {
      const copy = `${folder}/${name}`;
      await copyRepository(root, copy);
      const { code, stderr } = await new Deno.Command(`${copy}/tools/build.sh`, {
        args: ["bundle", `${folder}/${name}.js`],
        env: { NO_COLOR: "1" },
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      return await Deno.readFile(`${folder}/${name}.js`);
    }));
    const [first, second] = bundles;
    assert(first !== undefined && second !== undefined);
    assertEquals(first.length, second.length);
    assert(first.every((byte, index) => byte === second[index]));
    assert(
      first.length < 2_000_000,
      `the bundle has ${first.length} bytes; fewer than 2 MB are allowed`,
    );
    const text = new TextDecoder().decode(first);
    const imported = [...text.matchAll(/(?:^|[;}])import[^;()]*?from\s?"([^"]+)"/g)];
    assertEquals(imported.map(([, name]) => name), ["node:module"], "the rest loads when needed");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemFiles } from "../../src/files.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a file is read as it was written last, and leaves nothing unfinished beside it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/record.json`;
    assertEquals(await systemFiles.read(path), undefined);
    await systemFiles.write(path, "a long first text");
    await systemFiles.write(path, "second ✓");
    assertEquals(await systemFiles.read(path), "second ✓");
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["record.json"]);
  });
});

Deno.test("what a write that was cut off has left is in no later write's way", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/record.json`;
    await Deno.writeTextFile(`${path}.new`, "half a te");
    assertEquals(await systemFiles.read(path), undefined);
    await systemFiles.write(path, "whole");
    assertEquals(await systemFiles.read(path), "whole");
  });
});

Deno.test("a file that was removed is missing, and may be removed again", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/record.json`;
    await systemFiles.write(path, "text");
    await systemFiles.remove(path);
    assertEquals(await systemFiles.read(path), undefined);
    await systemFiles.remove(path);
    await Deno.mkdir(`${path}/inside`, { recursive: true });
    await assertRejects(() => systemFiles.remove(path));
  });
});

Deno.test("a file that cannot be written or read is an error, not a missing file", async () => {
  await inFolder(async (folder) => {
    await assertRejects(() => systemFiles.write(`${folder}/missing/record.json`, "text"));
    await Deno.mkdir(`${folder}/record.json`);
    await assertRejects(() => systemFiles.read(`${folder}/record.json`));
    await assertRejects(() => systemFiles.createdAt(`${folder}/missing`));
  });
});

Deno.test("a directory's age stays as it is when files are written into it", async () => {
  await inFolder(async (folder) => {
    const created = await systemFiles.createdAt(folder);
    const stated = (await Deno.stat(folder)).birthtime?.getTime();
    await systemFiles.write(`${folder}/record.json`, "text");
    assertEquals([created, await systemFiles.createdAt(folder)], [stated, stated]);
    assert(created === undefined || created <= Date.now());
  });
});

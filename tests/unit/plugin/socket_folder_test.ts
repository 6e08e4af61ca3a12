import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { makeSocketFolder, socketIn } from "../../../src/plugin/socket_folder.ts";

Deno.test("the folder is where the host asks, for its owner alone, and goes without a trace", async () => {
  await withFolder(async (parent) => {
    const folder = await makeSocketFolder({ kind: "unix", folder: parent, group: undefined });
    assertEquals(dirname(folder.path), parent);
    assertEquals(((await Deno.stat(folder.path)).mode ?? 0) & 0o777, 0o700);
    folder.remove();
    folder.remove();
    assertEquals([...Deno.readDirSync(parent)], []);
  });
});

Deno.test("a path that the handshake or an address cannot hold is not used, and nothing is left there", async () => {
  await withFolder(async (parent) => {
    for (const name of ["a|b", "a\nb", "x".repeat(100), "é".repeat(40)]) {
      const odd = `${parent}/${name}`;
      await Deno.mkdir(odd);
      const folder = await makeSocketFolder({ kind: "unix", folder: odd, group: undefined });
      assertEquals(dirname(folder.path), "/tmp");
      assert(socketIn(folder.path).length <= 103);
      folder.remove();
      assertEquals([...Deno.readDirSync(odd)], []);
    }
  });
});

Deno.test("a group that there is not is refused by its variable, before there is a folder", async () => {
  await withFolder(async (parent) => {
    for (const group of ["no-such-group", "4294967296", "4294967295", "99999999999999999999"]) {
      const { message } = await assertRejects(
        () => makeSocketFolder({ kind: "unix", folder: parent, group }),
        Error,
      );
      assertStringIncludes(message, `PLUGIN_UNIX_SOCKET_GROUP=${group}: `);
      assertEquals([...Deno.readDirSync(parent)], []);
    }
  });
});

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

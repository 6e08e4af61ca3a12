import { assertEquals } from "@std/assert";
import { loadLibc, openMaster } from "../../../../demo/simulator/session_manager/libc.ts";

Deno.test("a closed terminal reaches no file that has its descriptor's number by now", async () => {
  const libc = loadLibc();
  const master = openMaster(libc);
  master.closeSlave();
  master.close();
  master.close();
  const path = await Deno.makeTempFile();
  // The lowest free numbers go to these files, and so the terminal's does.
  const files = await Promise.all(
    Array.from({ length: 8 }, () => Deno.open(path, { read: true, write: true })),
  );
  await master.write(new TextEncoder().encode("typed"));
  assertEquals(await master.read(10), undefined);
  master.resize({ columns: 80, rows: 24 });
  assertEquals(await Deno.readTextFile(path), "");
  for (const file of files) file.close();
  await Deno.remove(path);
  libc.close();
});

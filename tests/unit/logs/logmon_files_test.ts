import { assertEquals } from "@std/assert";
import {
  bytesBetween,
  endOf,
  logmonFiles,
  pathOf,
  textBehind,
} from "../../../src/logs/logmon_files.ts";
import { createFakeDisk } from "../../harness/log_disk.ts";

const files = { folder: "/logs", base: "web.stdout" };

/** A disk with these log files, by index. */
function diskWith(texts: Record<number, string>) {
  const disk = createFakeDisk();
  for (const [index, text] of Object.entries(texts)) {
    disk.files.set(pathOf(files, Number(index)), new TextEncoder().encode(text));
  }
  disk.files.set("/logs/web.stdout.old", new Uint8Array(5));
  disk.files.set("/logs/web.stderr.7", new Uint8Array(5));
  return disk;
}

Deno.test("a FIFO of Nomad's names its log files, and no other path does", () => {
  assertEquals(logmonFiles("/logs/.web.stdout.fifo"), files);
  assertEquals(logmonFiles("/logs/.a.b.stderr.fifo"), { folder: "/logs", base: "a.b.stderr" });
  assertEquals(logmonFiles("/dev/null"), undefined);
});

Deno.test("the end is that of the file with the highest index", async () => {
  assertEquals(await endOf(diskWith({ 9: "x", 10: "abc" }), files), { index: 10, offset: 3 });
  assertEquals(await endOf(diskWith({}), files), { index: 0, offset: 0 });
});

Deno.test("bytes are counted over several files, unless one of them is gone or was emptied", async () => {
  const from = { index: 1, offset: 2 };
  const to = { index: 3, offset: 1 };
  assertEquals(await bytesBetween(diskWith({ 1: "abcd", 2: "efg", 3: "h" }), files, from, to), 6);
  assertEquals(await bytesBetween(diskWith({ 1: "abcd", 3: "h" }), files, from, to), undefined);
  const emptied = diskWith({ 1: "abcd", 2: "", 3: "h" });
  assertEquals(await bytesBetween(emptied, files, from, to), undefined);
});

Deno.test("the text behind a place goes on into the next files", async () => {
  const read = async (texts: Record<number, string>, skip: number) => {
    const bytes = await textBehind(diskWith(texts), files, { index: 1, offset: 1 }, skip);
    return bytes && new TextDecoder().decode(bytes);
  };
  assertEquals(await read({ 1: "abcd", 2: "efg", 3: "h" }, 0), "bcdefgh");
  assertEquals(await read({ 1: "abcd", 2: "efg", 3: "h" }, 4), "fgh");
  assertEquals(await read({ 1: "abcd" }, 3), "");
  assertEquals(await read({ 2: "efg", 3: "h" }, 0), undefined);
});

Deno.test("behind a place whose log files are all gone there is nothing, and no error", async () => {
  const gone = diskWith({});
  assertEquals(await textBehind(gone, files, { index: 0, offset: 0 }, 0), new Uint8Array());
  assertEquals(await textBehind(gone, files, { index: 0, offset: 5 }, 3), new Uint8Array());
});

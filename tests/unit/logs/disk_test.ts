import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { systemClock } from "../../../src/clock.ts";
import { systemLogDisk } from "../../../src/logs/disk.ts";
import { createFakeDisk } from "../../harness/log_disk.ts";

const disk = systemLogDisk(systemClock);

/** Lets a test have an allocation's folder of logs, and a FIFO in it. */
async function withFifo(use: (folder: string, fifo: string) => Promise<void>): Promise<void> {
  const alloc = await Deno.makeTempDir();
  try {
    const folder = `${alloc}/logs`;
    await Deno.mkdir(folder);
    const fifo = `${folder}/f`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    await use(folder, fifo);
  } finally {
    await Deno.remove(alloc, { recursive: true });
  }
}

/**
 * Has a shell hold a FIFO open for both reading and writing, so that neither end is waited for, and run a
 * command with the FIFO as its descriptor 3. Returns what ends the shell.
 */
async function hold(fifo: string, command = "true"): Promise<() => Promise<void>> {
  const holder = new Deno.Command("sh", {
    args: ["-c", `exec 3<>"${fifo}"; ${command}; echo ready; exec sleep 1000`],
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  await reader.read();
  return async () => {
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
  };
}

Deno.test("a FIFO without a reader is not waited for, and a path that is none is an error", async () => {
  await withFifo(async (folder, fifo) => {
    assertEquals(await disk.openPipe(fifo), "no reader");
    await assertRejects(() => disk.openPipe(`${folder}/none`));
  });
});

Deno.test("a full FIFO takes what fits, and tells how much: nothing is lost or doubled", async () => {
  await withFifo(async (folder, fifo) => {
    const letGo = await hold(fifo);
    const pipe = await disk.openPipe(fifo);
    if (pipe === "no reader") throw new Error("the shell has it open");
    const lines = Array.from({ length: 40_000 }, (_, at) => `${at}\n`).join("");
    const all = new TextEncoder().encode(lines);
    let written = 0;
    let read = "";
    let writes = 0;
    while (written < all.length) {
      const count = pipe.write(all.subarray(written));
      if (count === "no reader") throw new Error("the shell has it open");
      written += count;
      writes += 1;
      read += new TextDecoder().decode(await disk.drainPipe(fifo));
    }
    assertEquals([writes > 1, read === lines], [true, true]);
    assertEquals((await disk.drainPipe(fifo)).length, 0);
    await letGo();
    assertEquals(pipe.write(all), "no reader");
    pipe.close();
    assertEquals(await disk.list(folder), ["f"]);
  });
});

Deno.test("files are measured, read in part, appended to, replaced and emptied", async () => {
  await withFifo(async (folder) => {
    const path = `${folder}/web.stdout.0`;
    assertEquals([await disk.size(path), await disk.readText(path)], [undefined, undefined]);
    await disk.append(path, new TextEncoder().encode("one\n"));
    await disk.append(path, new TextEncoder().encode("two\n"));
    assertEquals(await disk.size(path), 8);
    const part = async (offset: number, most: number) =>
      new TextDecoder().decode(await disk.read(path, offset, most));
    assertEquals([await part(4, 100), await part(0, 3), await part(100, 1)], ["two\n", "one", ""]);
    await disk.replaceText(path, "other");
    assertEquals(await disk.readText(path), "other");
    await disk.empty(path);
    assertEquals([await disk.size(path), (await disk.list(folder)).sort()], [0, [
      "f",
      "web.stdout.0",
    ]]);
    await assertRejects(() => disk.empty(`${folder}/none`));
  });
});

Deno.test("a missing file, and a FIFO without a reader, are answered alike by the machine's disk and by the tests' one", async () => {
  await withFifo(async (folder) => {
    const fifo = `${folder}/.web.stdout.fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const fake = createFakeDisk();
    fake.readers("none");
    for (const each of [disk, fake]) {
      const none = `${folder}/none`;
      await assertRejects(() => each.empty(none), Error, "ENOENT");
      await assertRejects(() => each.read(none, 0, 100), Error, "ENOENT");
      assertEquals([await each.size(none), await each.readText(none)], [undefined, undefined]);
      assertEquals(await each.openPipe(fifo), "no reader");
      assertThrows(() => each.touchPipe(fifo), Error, "ENXIO");
      assertEquals(await each.drainPipe(fifo), new Uint8Array());
    }
  });
});

Deno.test("a link or another file in the place of a FIFO or of a log file is neither read nor written", async () => {
  await withFifo(async (folder, fifo) => {
    const secret = `${folder}/secret`;
    await Deno.writeTextFile(secret, "secret");
    const link = `${folder}/.web.stdout.fifo`;
    await Deno.symlink(secret, link);
    for (const path of [link, secret, folder]) {
      await assertRejects(() => disk.openPipe(path));
      await assertRejects(() => disk.drainPipe(path));
      assertThrows(() => disk.touchPipe(path));
    }
    const bytes = new TextEncoder().encode("line\n");
    // A FIFO in a log file's place has nobody who writes to it or reads from it.
    for (const path of [link, fifo, folder]) {
      await assertRejects(() => disk.size(path));
      await assertRejects(() => disk.read(path, 0, 100));
      await assertRejects(() => disk.append(path, bytes));
      await assertRejects(() => disk.empty(path));
    }
    assertEquals(await Deno.readTextFile(secret), "secret");
  });
});

Deno.test("behind a link in the place of the folder, nothing is read, written or emptied", async () => {
  await withFifo(async (folder, fifo) => {
    const elsewhere = `${folder}-of-another`;
    const log = `${folder}/web.stdout.0`;
    await Deno.writeTextFile(log, "another's line\n");
    // Opening it alone would not fail.
    const letGo = await hold(fifo, "echo private >&3");
    await Deno.rename(folder, elsewhere);
    await Deno.symlink(elsewhere, folder);
    await assertRejects(() => disk.openPipe(fifo), Error, "is no folder");
    await assertRejects(() => disk.drainPipe(fifo), Error, "is no folder");
    assertThrows(() => disk.touchPipe(fifo), Error, "is no folder");
    await assertRejects(() => disk.read(log, 0, 100), Error, "is no folder");
    await assertRejects(() => disk.append(log, new Uint8Array(1)), Error, "is no folder");
    await assertRejects(() => disk.append(`${log}1`, new Uint8Array(1)), Error, "is no folder");
    await assertRejects(() => disk.empty(log), Error, "is no folder");
    await Deno.remove(folder);
    await Deno.rename(elsewhere, folder);
    assertEquals(new TextDecoder().decode(await disk.drainPipe(fifo)), "private\n");
    assertEquals(await Deno.readTextFile(log), "another's line\n");
    assertEquals((await disk.list(folder)).sort(), ["f", "web.stdout.0"]);
    await letGo();
  });
});

import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../../src/clock.ts";
import { openedInFolder } from "../../../src/logs/own_folder.ts";

/** Lets a test have an allocation's folder of logs. */
async function withLogs(use: (alloc: string, logs: string) => Promise<void>): Promise<void> {
  const alloc = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${alloc}/logs`);
    await use(alloc, `${alloc}/logs`);
  } finally {
    await Deno.remove(alloc, { recursive: true });
  }
}

/** Replaces a folder by a link to another one, does something, and puts the folder back. */
function behindLink<T>(folder: string, target: string, work: () => T): T {
  Deno.renameSync(folder, `${folder}.kept`);
  Deno.symlinkSync(target, folder);
  const done = work();
  Deno.removeSync(folder);
  Deno.renameSync(`${folder}.kept`, folder);
  return done;
}

Deno.test("a folder that was a link only while the file was opened is noticed, and the file closed", async () => {
  await withLogs(async (alloc, logs) => {
    await Deno.mkdir(`${alloc}/secret`);
    await Deno.writeTextFile(`${logs}/f`, "own");
    await Deno.writeTextFile(`${alloc}/secret/f`, "secret");
    const opened: string[] = [];
    const closed: string[] = [];
    const read = () => Deno.readTextFileSync(`${logs}/f`);
    const text = await openedInFolder(`${logs}/f`, systemClock, {
      open: () => {
        const text = opened.length < 1 ? behindLink(logs, `${alloc}/secret`, read) : read();
        opened.push(text);
        return text;
      },
      close: (text) => void closed.push(text),
    });
    assertEquals([text, closed], ["own", ["secret"]]);
  });
});

Deno.test("beside a folder in which files are made all the time nothing is used, and the error says so", async () => {
  await withLogs(async (alloc, logs) => {
    let opened = 0;
    let made = 0;
    const clock = {
      ...systemClock,
      // The time that the wait takes is not needed: the folder has changed again after it.
      sleep: () => Deno.writeTextFile(`${alloc}/${made++}`, ""),
    };
    const opening = openedInFolder(`${logs}/f`, clock, { open: () => opened++, close: () => {} });
    await assertRejects(() => opening, Error, "all the time");
    assertEquals(opened, 0);
  });
});

Deno.test("a clock that was set back keeps no log from being shown", async () => {
  await withLogs(async (_alloc, logs) => {
    const clock = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const opening = { open: () => "opened", close: () => {} };
    assertEquals(await openedInFolder(`${logs}/f`, clock, opening), "opened");
  });
});

Deno.test("a link in the folder's place, or in the place of the folder above it, is refused", async () => {
  await withLogs(async (alloc, logs) => {
    const opening = { open: () => "opened", close: () => {} };
    await Deno.symlink(logs, `${alloc}/link`);
    await Deno.symlink(alloc, `${logs}/up`);
    for (const path of [`${alloc}/link/f`, `${logs}/up/logs/f`]) {
      await assertRejects(() => openedInFolder(path, systemClock, opening), Error, "is no folder");
    }
  });
});

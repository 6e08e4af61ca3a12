import { assertEquals } from "@std/assert";
import { createMetTasks, restoreTime } from "../../../../src/lifecycle/start/met_tasks.ts";
import {
  type EarlierStarts,
  earlierStarts,
  type RecordContext,
  recordRun,
} from "../../../../src/lifecycle/start/start_record.ts";
import { createWorld, ownerOf, silent, type World } from "../../../harness/world.ts";

const allocDir = "/alloc/own";
const never = new AbortController().signal;
const path = `${allocDir}/nomad-driver-ecs.main.json`;
const untold = {
  kind: "possible",
  openRun: undefined,
  isOwn: false,
  unrecorded: false,
  isMet: false,
} satisfies EarlierStarts;
const unrecorded: EarlierStarts = { ...untold, unrecorded: true };

/** The records as one process keeps them. */
function recordsOf({ time, disk }: World): RecordContext {
  const process = { alive: true };
  const clock = time.clock(process);
  return {
    files: disk.connect(process),
    metTasks: createMetTasks({ now: clock.now }),
    writes: new Map(),
    begunAt: clock.monotonic(),
    clock,
    log: silent,
  };
}

/** A world in which a process has run for long, and an allocation's directory has just been made. */
async function worldWithNewDirectory() {
  const world = createWorld();
  const records = recordsOf(world);
  await world.pass(restoreTime + 1);
  world.disk.makeDirectory(allocDir);
  const ask = async (run = "11111111", asked = records) => {
    const found = await world.settle(
      earlierStarts(asked, { owner: ownerOf(run), allocDir }, never),
    );
    return found.status === "fulfilled" ? found.value : found.reason;
  };
  const read = async () => {
    const found = await world.settle(records.files.read(path));
    return found.status === "fulfilled" ? JSON.parse(found.value ?? "null") : found.reason;
  };
  return { ...world, records, ask, read };
}

Deno.test("the first start in a new directory is the first, and on record before ECS is asked", async () => {
  const { ask, read } = await worldWithNewDirectory();
  assertEquals(await ask(), { kind: "none" });
  assertEquals(await read(), { task_id: ownerOf().id, run: ownerOf().id });
});

Deno.test("a second start of this process is never the first, whatever the record says", async () => {
  const { ask, records } = await worldWithNewDirectory();
  await ask();
  const without = { ...records, files: { ...records.files, read: () => Promise.resolve("") } };
  assertEquals(await ask("22222222", without), { ...untold, isMet: true });
});

Deno.test("a run that another process has asked for is to be resumed, by this start or the next", async () => {
  const { ask, ...world } = await worldWithNewDirectory();
  await ask("11111111");
  const openRun = ownerOf("11111111").id;
  assertEquals(await ask("11111111", recordsOf(world)), { ...untold, openRun, isOwn: true });
  assertEquals(await ask("22222222", recordsOf(world)), { ...untold, openRun });
});

Deno.test("a run whose end is on record is not resumed", async () => {
  const { ask, records, settle, ...world } = await worldWithNewDirectory();
  await ask();
  await settle(recordRun(records, { owner: ownerOf(), allocDir }, undefined));
  assertEquals(await ask("22222222", recordsOf({ ...world, settle })), untold);
});

Deno.test("a record that a full disk lets nobody replace is not believed by the next process", async () => {
  for (const run of [ownerOf("22222222").id, undefined]) {
    const { ask, records, disk, settle, ...world } = await worldWithNewDirectory();
    await ask();
    disk.state = "full";
    const start = { owner: ownerOf("22222222"), allocDir };
    assertEquals(await settle(recordRun(records, start, run)), {
      status: "fulfilled",
      value: false,
    });
    const next = recordsOf({ ...world, disk, settle });
    assertEquals(await ask("33333333", next), unrecorded, run);
  }
});

Deno.test("a damaged record tells that there was a start", async () => {
  const { ask, records, settle } = await worldWithNewDirectory();
  for (const text of ["", "{", "null", "[]", '{"run":7}']) {
    await settle(records.files.write(path, text));
    const process = { ...records, metTasks: createMetTasks({ now: () => 0 }) };
    const found = await ask("11111111", process);
    assertEquals(found, unrecorded, text);
  }
});

Deno.test("an earlier process may have started the task of a directory from before this one", async () => {
  const { ask, ...world } = await worldWithNewDirectory();
  assertEquals(await ask("11111111", recordsOf(world)), unrecorded);
});

Deno.test("a directory that was made in the first minute of this process tells nothing", async () => {
  const { ask, disk, pass, ...world } = await worldWithNewDirectory();
  const records = recordsOf({ ...world, disk, pass });
  await pass(restoreTime - 1);
  disk.wipe();
  await pass(restoreTime);
  assertEquals(await ask("11111111", records), untold);
});

Deno.test("a directory that is younger than the clock says it can be tells nothing", async () => {
  const { ask, time } = await worldWithNewDirectory();
  time.jump(-1_000);
  assertEquals(await ask(), unrecorded);
});

Deno.test("a directory from before this process is not new, although the clock was behind when it began", async () => {
  const world = await worldWithNewDirectory();
  world.time.jump(-3_600_000);
  const late = recordsOf(world);
  world.time.jump(3_600_000);
  await world.pass(2 * restoreTime);
  assertEquals(await world.ask("11111111", late), unrecorded);
});

Deno.test("a disk that cannot be read or written, and an agent that names no directory, tell nothing", async () => {
  for (const [state, found] of [["full", untold], ["broken", unrecorded]] as const) {
    const { ask, disk } = await worldWithNewDirectory();
    disk.state = state;
    assertEquals(await ask(), found, state);
  }
  const { records, settle } = await worldWithNewDirectory();
  const found = await settle(earlierStarts(records, { owner: ownerOf() }, never));
  assertEquals(found, { status: "fulfilled", value: untold });
});

Deno.test("a file system that does not tell a directory's age tells nothing", async () => {
  const { ask, records } = await worldWithNewDirectory();
  const files = { ...records.files, createdAt: () => Promise.resolve(undefined) };
  assertEquals(await ask("11111111", { ...records, files }), unrecorded);
});

Deno.test("of two writes the later is on record, however long the earlier takes", async () => {
  const { records, settle, read, ...world } = await worldWithNewDirectory();
  let slow = true;
  const files = {
    ...records.files,
    write: async (to: string, text: string) => {
      const ms = slow ? 1_000 : 0;
      slow = false;
      await world.time.until(world.time.now() + ms);
      await records.files.write(to, text);
    },
  };
  const context = { ...records, files };
  const start = { owner: ownerOf(), allocDir };
  const both = [recordRun(context, start, "earlier"), recordRun(context, start, "later")];
  await settle(Promise.all(both));
  assertEquals((await read()).run, "later");
  assertEquals(context.writes.size, 0);
});

Deno.test("a start that is given up while it reads was not asked for, and records nothing later", async () => {
  const { records, ask, read, settle } = await worldWithNewDirectory();
  const { promise: isRead, resolve } = Promise.withResolvers<void>();
  const slow: RecordContext = {
    ...records,
    files: {
      ...records.files,
      createdAt: async (directory) => {
        await isRead;
        return await records.files.createdAt(directory);
      },
    },
  };
  const gone = new AbortController();
  const given = earlierStarts(slow, { owner: ownerOf("11111111"), allocDir }, gone.signal);
  gone.abort(new Error("given up"));
  const { status } = await settle(given);
  assertEquals([status, await ask("22222222")], ["rejected", { kind: "none" }]);
  resolve();
  await settle(new Promise<void>((passed) => records.clock.sleep(1_000).then(passed)));
  assertEquals((await read()).run, ownerOf("22222222").id);
});

import { assertEquals } from "@std/assert";
import { encodeCheckpoint } from "../../../src/logs/checkpoint.ts";
import { firstPositions } from "../../../src/logs/first_positions.ts";
import type { LogRequest } from "../../../src/logs/logs.ts";
import { positionAt } from "../../../src/logs/position.ts";
import { createFakeDisk } from "../../harness/log_disk.ts";
import { epoch, logRequest } from "../../harness/logs_world.ts";

const own = "/alloc/b/own";
const earlier = ["/alloc/a/own", "/alloc/z/own"];

/** A checkpoint that has read a stream up to a time. */
function checkpoint(stream: string, from: number): string {
  return encodeCheckpoint({ outputs: new Map(), positions: new Map([[stream, positionAt(from)]]) });
}

/** Whether it goes on with its own log files, and from when on it reads. */
async function first(files: Record<string, string>, changes: Partial<LogRequest> = {}) {
  const disk = createFakeDisk();
  for (const [path, text] of Object.entries(files)) await disk.replaceText(path, text);
  const request = logRequest({ checkpoint: own, earlier, ...changes });
  const found = await firstPositions(disk, request, epoch);
  return [found.own !== undefined, found.positions[0]?.from];
}

Deno.test("a task goes on from its own checkpoint, and else from that of an earlier allocation", async () => {
  const app = checkpoint("app", 1_000);
  const other = checkpoint("another task's", 2_000);
  assertEquals(await first({ [own]: app, "/alloc/a/own": checkpoint("app", 7) }), [true, 1_000]);
  assertEquals(await first({ [own]: other, "/alloc/z/own": app }), [false, 1_000]);
});

Deno.test("without a checkpoint it goes on where a tag says that another client's allocation ended", async () => {
  const shown = "00000000050000001";
  assertEquals(await first({}, { shown, begins: "about now" }), [false, 5_000]);
  assertEquals(await first({ [own]: checkpoint("app", 9_000) }, { shown }), [true, 9_000]);
});

Deno.test("where nothing tells, a new task is read from its first event on, and another from about now", async () => {
  assertEquals(await first({}, { begins: "with the task" }), [false, epoch - 24 * 3_600_000]);
  assertEquals(await first({}, { begins: "about now" }), [false, epoch - 15_000]);
  assertEquals(await first({}, { begins: "about now", shown: "?" }), [false, epoch - 15_000]);
});

import { assertEquals } from "@std/assert";
import {
  type Checkpoint,
  decodeCheckpoint,
  earlierPositions,
  encodeCheckpoint,
} from "../../../src/logs/checkpoint.ts";
import { positionAt } from "../../../src/logs/position.ts";
import { createFakeDisk } from "../../harness/log_disk.ts";
import { sourceOf } from "../../harness/logs_world.ts";

function checkpoint(stream: string): Checkpoint {
  const position = positionAt(1_000);
  position.newest = 11_000;
  position.known.set(2 ** 52 + 1, 11_000);
  const base = { index: 2, offset: 77 };
  const waiting = new Uint8Array([0xff, 0x0a]);
  return {
    outputs: new Map([["stdout", { base, bytes: 5, waiting }]]),
    positions: new Map([[stream, position]]),
  };
}

/** The streams that are known to have been read before. */
async function known(files: Record<string, string>) {
  const disk = createFakeDisk();
  for (const [path, text] of Object.entries(files)) await disk.replaceText(path, text);
  const paths = { checkpoint: "/alloc/b/own", earlier: ["/alloc/a/own", "/alloc/z/own"] };
  const { own, positions } = await earlierPositions(disk, paths, [sourceOf("app")]);
  return [own !== undefined, [...positions?.keys() ?? []]];
}

Deno.test("a checkpoint is read as it was written", () => {
  assertEquals(decodeCheckpoint(encodeCheckpoint(checkpoint("app"))), checkpoint("app"));
});

Deno.test("a damaged checkpoint is none, and a damaged part of one is left out", () => {
  for (const text of ["", "{", "7", "[]", "null"]) assertEquals(decodeCheckpoint(text), undefined);
  const parts = { outputs: { stdout: { index: -1 } }, streams: { app: { from: "x" }, web: 1 } };
  const decoded = decodeCheckpoint(JSON.stringify(parts));
  assertEquals([decoded?.outputs.size, decoded?.positions.size], [0, 0]);
});

Deno.test("a task goes on from its own checkpoint, and else from that of an earlier allocation", async () => {
  const app = encodeCheckpoint(checkpoint("app"));
  const other = encodeCheckpoint(checkpoint("another task's"));
  assertEquals(await known({ "/alloc/b/own": app, "/alloc/a/own": app }), [true, ["app"]]);
  assertEquals(await known({ "/alloc/b/own": other, "/alloc/z/own": app }), [false, ["app"]]);
  assertEquals(await known({ "/alloc/b/own": other }), [false, []]);
  assertEquals(await known({}), [false, []]);
});

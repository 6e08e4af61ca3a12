import { assertEquals } from "@std/assert";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../../src/logs/checkpoint.ts";
import { positionAt } from "../../../src/logs/position.ts";

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

Deno.test("a checkpoint is read as it was written", () => {
  assertEquals(decodeCheckpoint(encodeCheckpoint(checkpoint("app"))), checkpoint("app"));
});

Deno.test("a damaged checkpoint is none, and a damaged part of one is left out", () => {
  for (const text of ["", "{", "7", "[]", "null"]) assertEquals(decodeCheckpoint(text), undefined);
  const parts = { outputs: { stdout: { index: -1 } }, streams: { app: { from: "x" }, web: 1 } };
  const decoded = decodeCheckpoint(JSON.stringify(parts));
  assertEquals([decoded?.outputs.size, decoded?.positions.size], [0, 0]);
});

import { assert, assertEquals } from "@std/assert";
import {
  mostWaiting,
  mostWaitingInAll,
  Output,
  type OutputState,
} from "../../../src/logs/output.ts";
import { createLogsWorld, type LogsWorld, stdout } from "../../harness/logs_world.ts";
import { silent } from "../../harness/world.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** An output of a task, and how often it had room again. */
async function open(world: LogsWorld, earlier?: OutputState, inAll = { bytes: 0 }) {
  const rooms = { count: 0 };
  const stuck = { count: 0 };
  const output = new Output({
    fifo: "/alloc/a/alloc/logs/.web.stdout.fifo",
    disk: world.disk,
    clock: world.clock,
    log: silent,
    inAll,
    onRoom: () => rooms.count += 1,
    onStuck: () => stuck.count += 1,
  });
  const opening = output.open(earlier);
  await world.pass(20_000);
  await opening;
  return { output, rooms, stuck };
}

/** Adds lines of 1,000 bytes until an output is full. */
function fill(output: Output): void {
  while (!output.isFull()) output.add(bytes(`${"x".repeat(999)}\n`));
}

Deno.test("a slow reader pauses who adds, and bounds what waits; then all arrives in order", async () => {
  const world = createLogsWorld();
  const { output, rooms } = await open(world);
  world.disk.readers("sleeps");
  let lines = 0;
  // The FIFO takes some of the first.
  for (let turns = 0; turns < 3; turns++) {
    while (!output.isFull()) output.add(bytes(`${lines++}\n`));
    assert(output.state().waiting.length <= mostWaiting + 10);
    await world.pass(60_000);
  }
  assert(output.isFull());
  const before = rooms.count;
  world.disk.readers("reads");
  await world.pass(60_000);
  assertEquals([output.isEmpty(), rooms.count], [true, before + 1]);
  const all = Array.from({ length: lines }, (_, at) => `${at}\n`).join("");
  assertEquals(world.disk.text(stdout), all);
});

Deno.test("a disk that fails for a while loses nothing", async () => {
  const world = createLogsWorld();
  const { output } = await open(world);
  world.disk.fault = new Error("an I/O error");
  output.add(bytes("one\n"));
  await world.pass(10_000);
  world.disk.fault = undefined;
  output.add(bytes("two\n"));
  await world.pass(10_000);
  assertEquals(world.disk.text(stdout), "one\ntwo\n");
});

Deno.test("the next process writes what waited, and leaves out what had arrived", async () => {
  const world = createLogsWorld();
  const { output } = await open(world);
  output.add(bytes("one\n"));
  const state = { ...output.state(), waiting: bytes("two\nthree\n") };
  output.add(bytes("two\n"));
  const next = await open(world, state);
  next.output.add(bytes("four\n"));
  await world.pass(10_000);
  assertEquals(world.disk.text(stdout), "one\ntwo\nthree\nfour\n");
});

Deno.test("where log files were removed, the log itself tells that lines may stand twice", async () => {
  const world = createLogsWorld();
  world.disk.files.set(stdout.replace(/0$/, "3"), bytes("x\n"));
  const base = { index: 0, offset: 0 };
  await open(world, { base, bytes: 10, waiting: new Uint8Array() });
  await world.pass(10_000);
  assert(world.disk.text(stdout).includes("lines may stand here twice"));
});

Deno.test("a closed output takes nothing more", async () => {
  const world = createLogsWorld();
  const { output } = await open(world);
  output.close();
  output.add(bytes("late\n"));
  await world.pass(10_000);
  assertEquals([world.disk.text(stdout), output.isEmpty()], ["", true]);
});

Deno.test("a line that is added at the very moment at which the writing ends is written", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const world = createLogsWorld();
    const { output } = await open(world);
    output.add(bytes("one\n"));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    output.add(bytes("two\n"));
    await world.pass(10_000);
    assertEquals(world.disk.text(stdout), "one\ntwo\n", `after ${turns} turns`);
  }
});

Deno.test("once 32 MB wait for readers in all, an output keeps 16 KB, and what it delivers makes room", async () => {
  const world = createLogsWorld();
  const others = mostWaitingInAll - 1_000;
  const inAll = { bytes: others };
  const { output } = await open(world, undefined, inAll);
  world.disk.readers("none");
  fill(output);
  assertEquals([output.state().waiting.length, inAll.bytes], [17_000, others + 17_000]);
  world.disk.readers("reads");
  await world.pass(10_000);
  assertEquals([output.isFull(), output.isEmpty(), inAll.bytes], [false, true, others]);
  inAll.bytes = 0;
  world.disk.readers("none");
  fill(output);
  assertEquals([output.state().waiting.length, inAll.bytes], [263_000, 263_000]);
  output.close();
  assertEquals(inAll.bytes, 0);
});

Deno.test("an output is stuck once it was full for half a minute and nobody has taken a byte", async () => {
  const world = createLogsWorld();
  const { output, stuck } = await open(world);
  world.disk.readers("none");
  output.add(bytes("one\n"));
  await world.pass(120_000);
  assertEquals(stuck.count, 0, "there is room");
  fill(output);
  await world.pass(28_000);
  assertEquals(stuck.count, 0);
  await world.pass(5_000);
  assertEquals(stuck.count, 1);
  world.disk.readers("reads");
  await world.pass(120_000);
  assertEquals([stuck.count, output.isEmpty()], [1, true]);
});

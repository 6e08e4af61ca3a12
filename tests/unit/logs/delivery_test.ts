import { assertEquals } from "@std/assert";
import { Delivery, type Written } from "../../../src/logs/delivery.ts";
import { createLogsWorld, type LogsWorld, stdout } from "../../harness/logs_world.ts";

const fifo = "/alloc/a/alloc/logs/.web.stdout.fifo";
const bytes = (text: string) => new TextEncoder().encode(text);

/** Writes a text with all the time that it takes, and tells how much of it was taken. */
async function write(world: LogsWorld, delivery: Delivery, text: string): Promise<number> {
  let taken = 0;
  const writing = delivery.write(bytes(text), (count) => taken += count);
  await world.pass(10_000);
  await writing;
  return taken;
}

async function resume(world: LogsWorld, written: Written): Promise<[Delivery, string | undefined]> {
  const delivery = new Delivery(fifo, world.disk, world.clock);
  const resuming = delivery.resume(written);
  await world.pass(20_000);
  const tail = await resuming;
  return [delivery, tail && new TextDecoder().decode(tail)];
}

async function begin(world: LogsWorld): Promise<Delivery> {
  const delivery = new Delivery(fifo, world.disk, world.clock);
  await delivery.begin();
  return delivery;
}

/** The delivery of a process that follows one which wrote the line `one` and was killed. */
async function successor(world: LogsWorld): Promise<Delivery> {
  const first = await begin(world);
  await write(world, first, "one\n");
  world.disk.killWriter();
  const [second] = await resume(world, first.written());
  return second;
}

Deno.test("what is written arrives, and is counted from what stood there before", async () => {
  const world = createLogsWorld();
  world.disk.files.set(stdout, bytes("earlier run\n"));
  const delivery = await begin(world);
  assertEquals(await write(world, delivery, "hello\n"), 6);
  assertEquals(world.disk.text(stdout), "earlier run\nhello\n");
  assertEquals(delivery.written(), { base: { index: 0, offset: 12 }, bytes: 6 });
  await delivery.rebase();
  assertEquals(delivery.written(), { base: { index: 0, offset: 18 }, bytes: 0 });
});

Deno.test("without a reader, or without room, nothing is taken", async () => {
  const world = createLogsWorld();
  const delivery = await begin(world);
  world.disk.readers("none");
  assertEquals(await write(world, delivery, "hello\n"), 0);
  world.disk.readers("sleeps");
  assertEquals(await write(world, delivery, "x".repeat(100_000)), 65_536);
  assertEquals(await write(world, delivery, "hello\n"), 0);
  world.disk.readers("reads");
  assertEquals(await write(world, delivery, "hello\n"), 6);
});

Deno.test("the next process is told what was delivered since the checkpoint", async () => {
  const world = createLogsWorld();
  const first = await begin(world);
  await write(world, first, "one\n");
  const written = first.written();
  await write(world, first, "two\nthr");
  const [, tail] = await resume(world, written);
  assertEquals(tail, "two\nthr");
});

Deno.test("where log files were removed since, the next process is told so", async () => {
  const world = createLogsWorld();
  const first = await begin(world);
  await write(world, first, "one\n");
  world.disk.files.delete(stdout);
  world.disk.files.set(stdout.replace(/0$/, "1"), bytes("two\n"));
  const [, tail] = await resume(world, first.written());
  assertEquals(tail, undefined);
});

Deno.test("a reader that is deaf since its writer died gets nothing: lines go to its file instead", async () => {
  const world = createLogsWorld();
  const second = await successor(world);
  assertEquals(await write(world, second, "two\n"), 4);
  assertEquals(world.disk.text(stdout), "one\ntwo\n");
  assertEquals(await write(world, second, "three\n"), 6);
  assertEquals(world.disk.text(stdout), "one\ntwo\nthree\n");
  assertEquals(second.unproven().length, 0);
});

Deno.test("while a reader may be deaf, what was written to it does not count as written", async () => {
  const world = createLogsWorld();
  const second = await successor(world);
  let taken = 0;
  second.write(bytes("two\n"), (count) => taken += count);
  await world.pass(1_000);
  assertEquals([taken, second.written().bytes], [4, 0]);
  assertEquals(new TextDecoder().decode(second.unproven()), "two\n");
});

Deno.test("a FIFO that is read again after the agent's restart is used again", async () => {
  const world = createLogsWorld();
  const second = await successor(world);
  const writing = second.write(bytes("two\n"), () => {});
  await world.pass(1_000);
  world.disk.readers("reads");
  await world.pass(10_000);
  await writing;
  assertEquals(world.disk.text(stdout), "one\ntwo\n");
  assertEquals(second.written().bytes, 4);
});

Deno.test("a reader found deaf is tried again after a minute", async () => {
  const world = createLogsWorld();
  const second = await successor(world);
  await write(world, second, "two\n");
  world.disk.readers("sleeps");
  await write(world, second, "three\n");
  assertEquals(world.disk.text(stdout), "one\ntwo\nthree\n");
  await world.pass(60_000);
  world.disk.readers("reads");
  await write(world, second, "four\n");
  world.disk.readers("none");
  assertEquals(await write(world, second, "five\n"), 0, "it goes through the FIFO");
  assertEquals(world.disk.text(stdout), "one\ntwo\nthree\nfour\n");
});

Deno.test("log files that no reader rotates stay bounded", async () => {
  const world = createLogsWorld();
  const second = await successor(world);
  await write(world, second, "two\n");
  world.disk.files.set(stdout, new Uint8Array(10 * 1024 ** 2));
  world.disk.files.set(stdout.replace(/0$/, "9"), new Uint8Array(10 * 1024 ** 2));
  await write(world, second, "three\n");
  assertEquals(world.disk.files.get(stdout)?.length, 0);
  assertEquals(world.disk.text(stdout.replace(/0$/, "10")), "three\n");
});

Deno.test("what an earlier process has counted as written, and its reader has not read, is delivered", async () => {
  const world = createLogsWorld();
  const first = await begin(world);
  await write(world, first, "one\n");
  world.disk.readers("sleeps");
  await write(world, first, "two\nthree\n");
  const checkpoint = first.written();
  await write(world, first, "four\n");
  world.disk.killWriter();
  const [second, tail] = await resume(world, checkpoint);
  assertEquals(tail, "", "what came after the checkpoint is read again, and delivered then");
  assertEquals(world.disk.text(stdout), "one\ntwo\nthree\n");
  assertEquals(second.written(), { base: { index: 0, offset: 14 }, bytes: 0 });
});

Deno.test("a disk that fails while a deaf reader is found out loses and doubles nothing", async () => {
  // Before the bytes are looked for, and after they were taken out of the FIFO.
  for (const sound of [1_000, 3_100]) {
    const world = createLogsWorld();
    const second = await successor(world);
    const append = world.disk.append;
    world.disk.append = () => Promise.reject(new Error("no space left"));
    const writing = second.write(bytes("two\n"), () => {}).catch(() => "failed");
    await world.pass(sound);
    if (sound === 1_000) world.disk.fault = new Error("an I/O error");
    await world.pass(10_000);
    assertEquals(await writing, "failed");
    world.disk.fault = undefined;
    world.disk.append = append;
    assertEquals(await write(world, second, "three\n"), 6);
    assertEquals(world.disk.text(stdout), "one\ntwo\nthree\n", `after ${sound} ms`);
    assertEquals([second.unproven().length, second.written().bytes], [0, 10]);
  }
});

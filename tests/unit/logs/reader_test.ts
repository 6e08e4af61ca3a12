import { assert, assertEquals } from "@std/assert";
import { createReader, type Reader } from "../../../src/logs/reader.ts";
import { createLogsWorld, followed, type LogsWorld } from "../../harness/logs_world.ts";
import { silent } from "../../harness/world.ts";

function readerOf({ caller, clock }: LogsWorld) {
  const over = new AbortController();
  const { signal } = over;
  return { reader: createReader({ caller, clock, log: silent, signal }), end: () => over.abort() };
}

Deno.test("a stream is followed: what comes is handed on within some seconds", async () => {
  const world = createLogsWorld();
  const { reader } = readerOf(world);
  const app = followed("app");
  world.put("app", [0, "0"]);
  reader.add(app.stream);
  for (let second = 1; second <= 60; second++) {
    await world.pass(1_000);
    world.put("app", [world.time.now(), `${second}`]);
  }
  await world.pass(3_000);
  assertEquals(app.messages, Array.from({ length: 61 }, (_, at) => `${at}`));
});

Deno.test("a thousand streams with a line a second take half of a limit of ten calls a second", async () => {
  const world = createLogsWorld();
  const { reader } = readerOf(world);
  const streams = Array.from({ length: 1_000 }, (_, at) => followed(`s${at}`));
  for (const { stream } of streams) {
    world.addStream(stream.source.stream);
    reader.add(stream);
  }
  for (let second = 0; second < 60; second++) {
    for (const { stream } of streams) {
      world.put(stream.source.stream, [world.time.now(), `${second}`]);
    }
    await world.pass(1_000);
  }
  await world.pass(5_000);
  const lines = streams.reduce((sum, { messages }) => sum + messages.length, 0);
  assertEquals(lines, 60_000);
  const rate = world.asked.length / 65;
  assert(rate <= 5.1, `${rate} calls a second`);
});

Deno.test("without a stream to follow nothing is asked for, and an ended reader asks no more", async () => {
  const world = createLogsWorld();
  const { reader, end } = readerOf(world);
  const app = followed("app");
  world.addStream("app");
  reader.add(app.stream);
  await world.pass(5_000);
  reader.remove(app.stream);
  const asked = world.asked.length;
  await world.pass(60_000);
  assertEquals(world.asked.length, asked);
  reader.add(app.stream);
  await world.pass(10_000);
  const again = world.asked.length;
  assert(again > asked);
  end();
  await world.pass(60_000);
  assertEquals(world.asked.length, again);
});

Deno.test("every fifth call fails, and nothing is lost or doubled", async () => {
  const world = createLogsWorld({ pageEvents: 7 });
  const { reader } = readerOf(world);
  const app = followed("app");
  world.fault = () => world.asked.length % 5 === 0 ? "throttled" : undefined;
  world.addStream("app");
  reader.add(app.stream);
  for (let at = 0; at < 200; at++) {
    world.put("app", [world.time.now(), `${at}`], [world.time.now(), `${at}b`]);
    await world.pass(500);
  }
  await world.pass(60_000);
  assertEquals(app.messages, Array.from({ length: 200 }, (_, at) => [`${at}`, `${at}b`]).flat());
});

Deno.test("an answer that hangs holds up its own streams alone", async () => {
  const world = createLogsWorld();
  const hanging = new Promise<never>(() => {});
  const { caller } = world;
  const over = new AbortController();
  const reader = createReader({
    ...world,
    caller: {
      ...caller,
      call: (name, input, options) =>
        JSON.stringify(input).includes("hangs") ? hanging : caller.call(name, input, options),
    },
    log: silent,
    signal: over.signal,
  });
  const hangs = followed("hangs");
  hangs.stream.state = "proven";
  const app = followed("app");
  world.put("app", [0, "hello"]);
  reader.add(hangs.stream);
  reader.add(app.stream);
  await world.pass(5_000);
  assertEquals(app.messages, ["hello"]);
  over.abort();
});

/** Puts a line a second for a minute. Returns how many of them were handed on by its end. */
async function linesSeen(
  world: LogsWorld,
  reader: Reader,
  everySecond: () => void = () => {},
): Promise<number> {
  const quiet = followed("quiet");
  world.addStream("quiet");
  reader.add(quiet.stream);
  for (let second = 0; second < 60; second++) {
    world.put("quiet", [world.time.now(), `${second}`]);
    everySecond();
    await world.pass(1_000);
  }
  return quiet.messages.length;
}

Deno.test("containers that log faster than they can be read hold up no other's lines", async () => {
  const world = createLogsWorld({ pageEvents: 5 });
  const { reader } = readerOf(world);
  const busy = Array.from({ length: 5 }, (_, at) => `busy${at}`);
  const put = () => {
    const events = Array.from({ length: 150 }, (): [number, string] => [world.time.now(), "x"]);
    for (const name of busy) world.put(name, ...events);
  };
  for (const name of busy) {
    put();
    reader.add(followed(name).stream);
    await world.pass(1_000);
  }
  const lines = await linesSeen(world, reader, put);
  assert(lines >= 50, `${lines} of 60 lines`);
});

Deno.test("hundreds of streams that do not exist hold up no other's lines", async () => {
  const world = createLogsWorld();
  const { reader } = readerOf(world);
  for (let at = 0; at < 300; at++) {
    const { stream } = followed(`none${at}`);
    stream.state = "missing";
    reader.add(stream);
  }
  const lines = await linesSeen(world, reader);
  assert(lines >= 50, `${lines} of 60 lines`);
});

Deno.test("a stream that is added while the last one is removed is followed", async () => {
  const world = createLogsWorld();
  const { reader } = readerOf(world);
  for (let delay = 0; delay < 12; delay++) {
    const [first, second] = [followed("app"), followed("app")];
    world.put("app", [0, "hello"]);
    reader.add(first.stream);
    await world.pass(5_000);
    reader.remove(first.stream);
    for (let turns = 0; turns < delay; turns++) await Promise.resolve();
    reader.add(second.stream);
    await world.pass(5_000);
    assert(second.messages.length > 0, `after ${delay} turns it was not read`);
    reader.remove(second.stream);
    await world.pass(5_000);
  }
});

Deno.test("streams whose known events fill whole pages are read in batches that fit, and not one by one", async () => {
  // A hundred streams with a line a second have a thousand events in the time that is read again.
  const world = createLogsWorld({ pageEvents: 500 });
  const { reader } = readerOf(world);
  const streams = Array.from({ length: 300 }, (_, at) => followed(`s${at}`));
  for (const { stream } of streams) {
    world.addStream(stream.source.stream);
    reader.add(stream);
  }
  for (let second = 0; second < 60; second++) {
    await world.pass(1_000);
    for (const [at, { stream }] of streams.entries()) {
      world.put(stream.source.stream, [second * 1_000 + at * 3, `${second}`]);
    }
  }
  await world.pass(5_000);
  const late = streams.filter(({ messages }) => messages.length < 55).length;
  assertEquals(late, 0);
  for (const { messages } of streams) {
    assertEquals(messages, messages.toSorted((one, other) => Number(one) - Number(other)));
  }
});

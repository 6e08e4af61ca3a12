import { assert, assertEquals } from "@std/assert";
import { nextBatch } from "../../../src/logs/batch.ts";
import { readBatch } from "../../../src/logs/read_batch.ts";
import type { Meter } from "../../../src/meter.ts";
import { keepingMeter } from "../../harness/measurements.ts";
import { createLogsWorld, followed, type LogsWorld } from "../../harness/logs_world.ts";

/** Reads these streams once. */
async function read(
  world: LogsWorld,
  ...streams: readonly ReturnType<typeof followed>[]
): Promise<void> {
  await measuredRead(world, undefined, ...streams);
}

/** The same, measured. */
async function measuredRead(
  world: LogsWorld,
  meter: Meter | undefined,
  ...streams: readonly ReturnType<typeof followed>[]
): Promise<void> {
  const { caller, clock } = world;
  const signal = new AbortController().signal;
  const reading = readBatch({ caller, clock, meter, signal }, streams.map(({ stream }) => stream));
  await world.pass(60_000);
  await reading;
}

/** Reads streams as the reader does, until each was read to its end. */
async function readAll(
  world: LogsWorld,
  ...streams: readonly ReturnType<typeof followed>[]
): Promise<void> {
  const open = new Set(streams);
  for (let reads = 0; open.size > 0; reads++) {
    assert(reads < 100, "the streams were not read to their ends");
    const now = world.clock.monotonic();
    for (const { stream } of open) stream.dueAt = Math.min(stream.dueAt, now);
    const batch = nextBatch([...open].map(({ stream }) => stream), now);
    const before = new Map(streams.map((one) => [one, one.sink.reads]));
    await read(world, ...streams.filter(({ stream }) => batch.includes(stream)));
    for (const one of open) if (one.sink.reads > (before.get(one) ?? 0)) open.delete(one);
  }
}

Deno.test("each event of several streams is handed to its own, once, in order, over awkward pages", async () => {
  const world = createLogsWorld({ pageEvents: 3, partialPages: 0.4, emptyPages: 0.4 });
  world.draw(...Array.from({ length: 500 }, (_, at) => (at * 7 % 10) / 10));
  const a = followed("a");
  const b = followed("b");
  // Five events share each millisecond.
  const events = (name: string) =>
    Array.from({ length: 20 }, (_, at): [number, string] => [Math.floor(at / 5), `${name}${at}`]);
  world.put("a", ...events("a"));
  world.put("b", ...events("b"));
  await readAll(world, a, b);
  assertEquals(a.messages, events("a").map(([, message]) => message));
  assertEquals(b.messages, events("b").map(([, message]) => message));
  assert(world.asked.length > 16, "the pages were not awkward");
});

Deno.test("events that become readable behind a page's end do not change a stream's order", async () => {
  const world = createLogsWorld({ pageEvents: 2 });
  const a = followed("a");
  const b = followed("b");
  world.put("a", [10, "a1"], [30, "a2"], [40, "a3"]);
  world.addStream("b");
  world.fault = () => {
    if (world.asked.length === 2) world.put("b", [25, "b1"], [35, "b2"]);
    return undefined;
  };
  await read(world, a, b);
  assertEquals([a.messages, b.messages], [["a1", "a2", "a3"], []]);
  assertEquals([a.sink.reads, b.sink.reads], [1, 0]);
  await readAll(world, a, b);
  assertEquals(b.messages, ["b1", "b2"]);
});

Deno.test("a stream whose known events fill pages, and one that these pages go past, are both read on", async () => {
  const world = createLogsWorld({ pageEvents: 10 });
  const [many, few] = [followed("many"), followed("few")];
  const events = (from: number) =>
    Array.from({ length: 60 }, (_, at): [number, string] => [from + at, `${from + at}`]);
  world.put("many", ...events(0));
  world.put("few", [0, "first"]);
  await readAll(world, many, few);
  world.put("few", [25, "second"]);
  world.put("many", ...events(60));
  await readAll(world, many, few);
  assertEquals(many.messages, [...events(0), ...events(60)].map(([, message]) => message));
  assertEquals(few.messages, ["first", "second"]);
});

Deno.test("a page that is not answered is asked for again, by its token", async () => {
  const world = createLogsWorld({ pageEvents: 1 });
  const app = followed("app");
  world.put("app", [1, "one"], [2, "two"], [3, "three"]);
  world.fault = () => world.asked.length % 3 === 1 ? undefined : "unavailable";
  await read(world, app);
  assertEquals([app.messages, app.sink.reads], [["one", "two", "three"], 1]);
  const tokens = new Set(world.asked.map(({ input }) => input.nextToken));
  assertEquals([world.asked.length, tokens.size], [7, 3]);
});

Deno.test("a failure between two pages loses and doubles nothing", async () => {
  const world = createLogsWorld({ pageEvents: 2 });
  const app = followed("app");
  world.put("app", [1, "one"], [1, "two"], [1, "three"], [2, "four"], [3, "five"]);
  world.fault = () => world.asked.length > 1 ? "unavailable" : undefined;
  await read(world, app);
  assertEquals([app.messages, app.sink.reads], [["one", "two"], 0]);
  assertEquals(app.stream.trouble?.kind, "outage");
  world.fault = undefined;
  await read(world, app);
  assertEquals(app.messages, ["one", "two", "three", "four", "five"]);
});

Deno.test("an event that comes late is handed on after those that came before it", async () => {
  const world = createLogsWorld();
  const app = followed("app");
  world.put("app", [1_000, "one"], [9_000, "three"]);
  await read(world, app);
  world.put("app", [5_000, "two"]);
  await read(world, app);
  assertEquals(app.messages, ["one", "three", "two"]);
});

Deno.test("one stream that does not exist keeps no other from being read", async () => {
  const world = createLogsWorld();
  const streams = Array.from({ length: 100 }, (_, at) => followed(`s${at}`));
  for (const [at, { stream }] of streams.entries()) {
    if (at !== 42) world.put(stream.source.stream, [1, "hello"]);
  }
  await read(world, ...streams);
  const missing = streams.filter(({ stream }) => stream.state === "missing");
  assertEquals(missing.map(({ stream }) => stream.source.stream), ["s42"]);
  assertEquals(streams.filter(({ messages }) => messages.length === 1).length, 99);
  assert(world.asked.length <= 16, `${world.asked.length} calls`);
});

Deno.test("a stream that AWS refuses to read, as no stream can have its name, keeps no other from being read", async () => {
  const world = createLogsWorld();
  const streams = ["a", "b", "x*", "c"].map((name) => followed(name));
  for (const name of ["a", "b", "c"]) world.put(name, [1, "hello"]);
  world.fault = ({ logStreamNames = [] }) => logStreamNames.includes("x*") ? "rejected" : undefined;
  await read(world, ...streams);
  assertEquals(streams.map(({ messages }) => messages.length), [1, 1, 0, 1]);
  assertEquals(streams.map(({ troubles }) => troubles.length), [0, 0, 1, 0]);
  assertEquals(streams[2]?.stream.state, "missing");
});

Deno.test("a stream that comes faster than it is read is found out, and is behind until it was read to its end", async () => {
  const world = createLogsWorld({ pageEvents: 10 });
  const [busy, quiet] = [followed("busy"), followed("quiet")];
  const events = Array.from({ length: 500 }, (_, at): [number, string] => [at, `${at}`]);
  world.put("busy", ...events);
  world.put("quiet", [1, "first"], [499, "last"]);
  await read(world, busy, quiet);
  assertEquals([busy.stream.isBehind, quiet.stream.isBehind], [true, false]);
  assertEquals([world.asked.length, quiet.messages], [10, ["first"]]);
  await readAll(world, busy, quiet);
  assertEquals(busy.messages, events.map(([, message]) => message));
  assertEquals(quiet.messages, ["first", "last"]);
  assertEquals([busy.stream.isBehind, quiet.stream.isBehind], [false, false]);
});

Deno.test("what a stream without room has left is not read for the sake of others", async () => {
  const world = createLogsWorld({ pageEvents: 10 });
  const [full, quiet] = [followed("full"), followed("quiet")];
  full.sink.full = true;
  world.put("full", ...Array.from({ length: 500 }, (_, at): [number, string] => [at, `${at}`]));
  world.put("quiet", [490, "last"]);
  await read(world, full, quiet);
  assertEquals([world.asked.length, full.stream.isBehind], [1, true]);
});

Deno.test("a group that does not exist costs one call for all its streams", async () => {
  const world = createLogsWorld();
  const streams = Array.from({ length: 100 }, (_, at) => {
    const one = followed(`s${at}`);
    return { ...one, stream: { ...one.stream, source: { ...one.stream.source, group: "none" } } };
  });
  await read(world, ...streams);
  assertEquals(world.asked.length, 1);
  assertEquals(streams[99]?.stream.trouble?.kind, "no group");
});

Deno.test("a stream whose reader has no room is read on later, from where it stood; others are not held up", async () => {
  const world = createLogsWorld();
  const slow = followed("slow");
  const fast = followed("fast");
  world.put("slow", [1, "one"], [2, "two"]);
  world.put("fast", [1, "uno"], [3, "due"]);
  slow.sink.full = true;
  await read(world, slow, fast);
  assertEquals([slow.messages, fast.messages], [[], ["uno", "due"]]);
  assertEquals([slow.sink.reads, fast.sink.reads], [0, 1]);
  slow.sink.full = false;
  await read(world, slow, fast);
  assertEquals([slow.messages, fast.messages], [["one", "two"], ["uno", "due"]]);
});

Deno.test("pages without an end are given up, and read on from where they were", async () => {
  const world = createLogsWorld({ emptyPages: 1 });
  const app = followed("app");
  world.put("app", [1, "one"]);
  await read(world, app);
  assertEquals([world.asked.length, app.messages, app.sink.reads], [1_000, [], 0]);
  assertEquals(app.stream.trouble, undefined);
});

Deno.test("the age of each event that was handed on is measured, and never below nothing", async () => {
  const world = createLogsWorld();
  const a = followed("a");
  const { meter, records } = keepingMeter();
  world.put("a", [0, "old"], [3_600_000, "of a clock that is ahead"]);
  await world.pass(4_000);
  await measuredRead(world, meter, a);
  await measuredRead(world, meter, a);
  assertEquals(a.messages.length, 2);
  const ages = records.map((one) => one.kind === "log delay" ? one.seconds : undefined);
  assertEquals(ages.length, 2, "one for each event");
  assert((ages[0] ?? 0) >= 4 && (ages[0] ?? 0) < 10, String(ages));
  assertEquals(ages[1], 0);
});

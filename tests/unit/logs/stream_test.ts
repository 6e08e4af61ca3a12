import { assertEquals } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../src/aws/error.ts";
import { longestInterval, shortestInterval } from "../../../src/logs/read_intervals.ts";
import {
  noteFailure,
  noteInterrupted,
  noteMore,
  noteRead,
  noteStalled,
  silentTime,
} from "../../../src/logs/stream.ts";
import { noteEvent } from "../../../src/logs/position.ts";
import { epoch, followed } from "../../harness/logs_world.ts";

const failure = (kind: EcsErrorKind, answer = "") => new EcsError(kind, "FilterLogEvents", answer);

Deno.test("a stream with news is read each 2 s, and a quiet one ever less, down to each 10 s", () => {
  const { stream } = followed("app");
  noteRead(stream, { begun: 0, fresh: 3, now: 100 });
  assertEquals(stream.dueAt, 100 + shortestInterval);
  const intervals: number[] = [];
  for (let now = 1_000; intervals.length < 6; now += 10_000) {
    noteRead(stream, { begun: now, fresh: 0, now });
    intervals.push(stream.dueAt - now);
  }
  assertEquals(intervals, [3_000, 4_500, 6_750, longestInterval, longestInterval, longestInterval]);
  noteRead(stream, { begun: 90_000, fresh: 1, now: 90_000 });
  assertEquals(stream.dueAt, 92_000);
});

Deno.test("a stream that does not exist is asked for ever less, and told of once it has lasted", () => {
  const { stream, troubles } = followed("app");
  const waits: number[] = [];
  let now = 0;
  for (let attempts = 0; attempts < 6; attempts++) {
    noteFailure(stream, failure("no_resource", "The specified log stream does not exist."), now);
    assertEquals(troubles.length > 0, now >= silentTime);
    waits.push(stream.dueAt - now);
    now = stream.dueAt;
  }
  assertEquals(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assertEquals([stream.state, troubles[0]?.kind], ["missing", "no stream"]);
});

Deno.test("a group that is missing is told apart from a stream that is", () => {
  const { stream } = followed("app");
  noteFailure(stream, failure("no_resource", "The specified log group does not exist."), 0);
  assertEquals(stream.trouble?.kind, "no group");
});

Deno.test("a refusal is told at once, and tried again after a minute", () => {
  const { stream, troubles } = followed("app");
  noteFailure(stream, failure("denied"), 0);
  assertEquals([troubles[0]?.kind, stream.dueAt], ["refused", 60_000]);
});

Deno.test("an outage is told of only once it has lasted, and over with the next answer", () => {
  const { stream, troubles } = followed("app");
  noteFailure(stream, failure("unavailable"), 0);
  assertEquals([troubles.length, stream.dueAt], [0, 500]);
  noteFailure(stream, failure("throttled"), silentTime);
  assertEquals(troubles[0]?.kind, "outage");
  noteRead(stream, { begun: silentTime, fresh: 0, now: silentTime });
  assertEquals([stream.trouble, stream.failures], [undefined, 0]);
});

Deno.test("once its container has ended, a stream that fails is tried again within 2 s", () => {
  const { stream } = followed("app");
  stream.isEnding = true;
  for (let now = 0; now < 100_000; now = stream.dueAt) {
    noteFailure(stream, failure("unavailable"), now);
    assertEquals(stream.dueAt - now <= shortestInterval, true);
  }
});

Deno.test("a stream whose sink is full is known to exist, and has news", () => {
  const { stream } = followed("app");
  noteStalled(stream, 5_000);
  assertEquals([stream.state, stream.newsAt], ["proven", 5_000]);
});

Deno.test("a stream that a read went past is due at once, and read with half as many where it came no further", () => {
  const { stream, sink } = followed("app");
  const most = [100, 50, 25, 25, 2].map((streams, at) => {
    noteInterrupted(stream, { fresh: at === 2 ? 3 : 0, streams, now: at });
    return stream.mostBeside;
  });
  assertEquals([most, stream.dueAt, sink.reads], [[49, 24, 24, 12, 0], 4, 0]);
  noteRead(stream, { begun: 4, fresh: 0, now: 5 });
  assertEquals([stream.mostBeside, sink.reads], [1, 1]);
});

Deno.test("a stream of which there is more is read on at once, and its trouble is over", () => {
  const { stream } = followed("app");
  noteFailure(stream, failure("unavailable"), 0);
  noteMore(stream, 5, 700);
  assertEquals([stream.dueAt, stream.newsAt, stream.trouble], [700, 700, undefined]);
  noteFailure(stream, failure("unavailable"), 800);
  noteStalled(stream, 900);
  assertEquals([stream.isBehind, stream.trouble], [true, undefined]);
  noteRead(stream, { begun: 1_000, fresh: 1, now: 1_000 });
  assertEquals(stream.isBehind, false);
});

Deno.test("a stream that has been quiet for a minute keeps the ids of its newest events alone", () => {
  const { stream } = followed("app");
  const { position } = stream;
  for (let at = 0; at < 2_000; at++) {
    const eventId = `${at}`.padStart(56, "0");
    noteEvent(position, { eventId, timestamp: epoch + Math.floor(at / 2), message: "m" });
  }
  noteRead(stream, { begun: 0, fresh: 2_000, now: 0 });
  noteRead(stream, { begun: 59_000, fresh: 0, now: 59_000 });
  assertEquals(position.known.size, 2_000);
  noteRead(stream, { begun: 60_000, fresh: 0, now: 60_000 });
  assertEquals([position.known.size, position.from], [2, epoch + 999]);
});

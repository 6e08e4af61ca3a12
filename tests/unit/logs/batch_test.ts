import { assertEquals } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import { nextBatch, nextDue } from "../../../src/logs/batch.ts";
import { type FollowedStream, mostStreams } from "../../../src/logs/stream.ts";
import { epoch, followed, sourceOf } from "../../harness/logs_world.ts";

type Changes = Partial<Omit<FollowedStream, "position">> & { from?: number };

function stream(name: string, { from = 0, ...changes }: Changes = {}): FollowedStream {
  const made = { ...followed(name).stream, state: "proven" as const, ...changes };
  made.position.from = epoch + from;
  return made;
}

const names = (batch: readonly FollowedStream[]) => batch.map(({ source }) => source.stream);

Deno.test("the most overdue stream is read, with others of its group that are due or soon will be", () => {
  const streams = [
    stream("late", { dueAt: 2_000 }),
    stream("first", { dueAt: 100 }),
    stream("soon", { dueAt: 1_500 }),
    stream("elsewhere", { dueAt: 200, source: sourceOf("elsewhere", { group: "other" }) }),
  ];
  assertEquals(names(nextBatch(streams, 500)), ["first", "soon"]);
});

Deno.test("nothing is read before a stream is due", () => {
  const streams = [stream("a", { dueAt: 1_000 }), stream("b", { dueAt: 1_500 })];
  assertEquals(nextBatch(streams, 999), []);
  assertEquals(nextDue(streams), 1_000);
});

Deno.test("a call names at most a hundred streams", () => {
  const streams = Array.from({ length: 250 }, (_, at) => stream(`s${at}`));
  assertEquals(nextBatch(streams, 0).length, mostStreams);
});

Deno.test("streams that AWS is not known to have are read apart, and missing ones alone", () => {
  const streams = [
    stream("missing", { dueAt: 0, state: "missing" }),
    stream("new", { dueAt: 1, state: "new" }),
    stream("newer", { dueAt: 2, state: "new" }),
    stream("proven", { dueAt: 3 }),
    stream("gone", { dueAt: 4, state: "missing" }),
  ];
  assertEquals(names(nextBatch(streams, 10)), ["missing"]);
  assertEquals(names(nextBatch(streams.slice(1), 10)), ["new", "newer"]);
});

Deno.test("streams of a group that does not exist are asked for together", () => {
  const error = new EcsError(
    "no_resource",
    "FilterLogEvents",
    "The specified log group does not exist.",
  );
  const missing = { state: "missing", trouble: { kind: "no group", error } } as const;
  const streams = [stream("a", missing), stream("b", missing), stream("c", { state: "missing" })];
  assertEquals(names(nextBatch(streams, 10)), ["a", "b"]);
});

Deno.test("after a call for a missing stream, one that is there comes first where it is due", () => {
  const streams = [
    stream("missing", { dueAt: 0, state: "missing" }),
    stream("proven", { dueAt: 100 }),
  ];
  assertEquals(names(nextBatch(streams, 100, "present")), ["proven"]);
  assertEquals(names(nextBatch(streams, 99, "present")), ["missing"]);
});

Deno.test("a stream that is behind is read alone, and holds up no other", () => {
  const streams = [
    stream("behind", { dueAt: 0, isBehind: true }),
    stream("other", { dueAt: 1 }),
    stream("third", { dueAt: 2 }),
  ];
  assertEquals(names(nextBatch(streams, 10)), ["behind"]);
  assertEquals(names(nextBatch(streams.toReversed().slice(0, 2), 10)), ["other", "third"]);
  assertEquals(names(nextBatch([stream("first"), ...streams], 10)), ["first", "other", "third"]);
});

Deno.test("a stream that two tasks follow is read for each of them", () => {
  const streams = [stream("same"), stream("same")];
  assertEquals(nextBatch(streams, 10).length, 1);
});

Deno.test("a stream that reads of many went past is read with few, or alone", () => {
  const streams = [
    stream("past", { dueAt: 0, mostBeside: 0 }),
    stream("few", { dueAt: 1, mostBeside: 1 }),
    stream("other", { dueAt: 2 }),
    stream("third", { dueAt: 3 }),
  ];
  assertEquals(names(nextBatch(streams, 10)), ["past"]);
  assertEquals(names(nextBatch(streams.slice(1), 10)), ["few", "other"]);
  // A read that goes past it would never come further.
  const first = stream("first");
  assertEquals(names(nextBatch([first, ...streams.slice(0, 1)], 10)), ["first"]);
  assertEquals(names(nextBatch([first, ...streams], 10)), ["first", "other", "third"]);
});

Deno.test("a busy stream is not read again because of one that lags behind, and quiet ones share a call", () => {
  const streams = [
    stream("quiet", { dueAt: 0, from: 0 }),
    stream("busy", { dueAt: 1, from: 60_000, rate: 50 }),
    stream("slow", { dueAt: 2, from: 60_000, rate: 0.1 }),
  ];
  assertEquals(names(nextBatch(streams, 10)), ["quiet", "slow"]);
});

Deno.test("streams that are being read, or whose readers have no room, wait", () => {
  const full = followed("full");
  full.sink.full = true;
  const streams = [stream("busy", { isBusy: true }), full.stream];
  assertEquals(nextBatch(streams, 10), []);
  assertEquals(nextDue(streams), Infinity);
});

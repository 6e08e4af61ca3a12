import { assertEquals } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import {
  isReadToEnd,
  isTooLate,
  longestWait,
  quietTime,
  usualWait,
} from "../../../src/logs/end_of_log.ts";
import type { FollowedStream, Trouble } from "../../../src/logs/stream.ts";
import { followed } from "../../harness/logs_world.ts";

const ended = 100_000;

function isRead(changes: Partial<FollowedStream>, after: number): boolean {
  const stream = { ...followed("app").stream, readAt: ended + after, ...changes };
  return isReadToEnd(stream, ended, ended + after);
}

const trouble = (kind: Trouble["kind"]): Trouble => ({
  kind,
  error: new EcsError("rejected", "", ""),
});

Deno.test("the rest was read once nothing new has come for ten seconds since the end", () => {
  assertEquals(isRead({}, quietTime - 1), false);
  assertEquals(isRead({}, quietTime), true);
  assertEquals(isRead({ newsAt: ended + 3_000 }, quietTime), false);
  assertEquals(isRead({ newsAt: ended + 3_000 }, quietTime + 3_000), true);
});

Deno.test("time without a read of it tells nothing", () => {
  assertEquals(isRead({ readAt: undefined }, quietTime), false);
  assertEquals(isRead({ readAt: ended + 1_000 }, quietTime), false);
});

Deno.test("what cannot be read is not waited for, but for a stream that may come yet", () => {
  assertEquals(isRead({ trouble: trouble("refused") }, 0), true);
  assertEquals(isRead({ trouble: trouble("no group") }, 0), true);
  assertEquals(isRead({ trouble: trouble("no stream") }, quietTime - 1), false);
  assertEquals(isRead({ trouble: trouble("no stream") }, quietTime), true);
});

Deno.test("a failure after a read that was late enough changes nothing", () => {
  const outage = trouble("outage");
  assertEquals(isRead({ trouble: outage }, quietTime), true);
  assertEquals(isRead({ trouble: outage, readAt: ended + 1_000 }, quietTime), false);
});

Deno.test("the wait ends after 15 s, and after 30 s where a stream is answered now and then", () => {
  const unread = { ...followed("app").stream, readAt: ended };
  const endOf = (stream: FollowedStream) => {
    let waited = 0;
    while (!isTooLate([stream], ended, ended + waited)) waited += 1_000;
    return waited;
  };
  assertEquals(endOf({ ...unread, readAt: ended + quietTime }), usualWait);
  assertEquals(endOf(unread), longestWait);
  const failing = { ...unread, trouble: trouble("outage") };
  assertEquals(endOf({ ...failing, failingSince: ended - 1_000 }), usualWait);
  assertEquals(endOf({ ...failing, failingSince: ended + 9_000 }), usualWait + 9_000);
  assertEquals(endOf({ ...failing, failingSince: ended + 20_000 }), longestWait);
  assertEquals(endOf({ ...unread, trouble: trouble("no stream") }), usualWait);
  const { stream, sink } = followed("app");
  sink.full = true;
  assertEquals(endOf(stream), usualWait, "nobody takes its lines");
});

import { assertEquals } from "@std/assert";
import {
  handOverTime,
  isAwaited,
  isHandOverLate,
} from "../../../../src/lifecycle/ownership/hand_over_time.ts";

Deno.test("a successor has an hour from the moment at which the task was left", () => {
  assertEquals(handOverTime, 60 * 60_000);
  assertEquals(isHandOverLate(500, 500 + handOverTime - 1), false);
  assertEquals(isHandOverLate(500, 500 + handOverTime), true);
});

Deno.test("a successor has as long after a restart of the plugin, whatever the task's tags say", () => {
  const until = Date.UTC(2026, 0, 1);
  const clockAt = (sinceUntil: number, monotonic: number) => ({
    now: () => until + sinceUntil,
    monotonic: () => monotonic,
  });
  const found = { left: { allocId: "new", until }, since: 500 };
  assertEquals(isAwaited(found, clockAt(handOverTime - 1, 900)), true);
  assertEquals(isAwaited(found, clockAt(handOverTime, 900)), false);
  assertEquals(isAwaited({ left: undefined, since: 500 }, clockAt(0, 900)), false);
  const far = { left: { allocId: "new", until: until * 10 }, since: 500 };
  assertEquals(isAwaited(far, clockAt(0, 500 + handOverTime - 1)), true);
  assertEquals(isAwaited(far, clockAt(0, 500 + handOverTime)), false);
});

import { assertEquals } from "@std/assert";
import {
  longestInterval,
  nextInterval,
  shortestInterval,
  waitAfterFailure,
  waitForMissing,
} from "../../../src/logs/read_intervals.ts";

const pace = { interval: shortestInterval, failures: 0, isEnding: false };

Deno.test("news brings the shortest interval, and each quiet read half as much again up to the longest", () => {
  assertEquals(nextInterval({ ...pace, interval: longestInterval }, 1), shortestInterval);
  assertEquals(nextInterval(pace, 0), 3_000);
  assertEquals(nextInterval({ ...pace, interval: 9_000 }, 0), longestInterval);
});

Deno.test("a wait doubles with each failure in a row, up to half a minute", () => {
  const waits = (wait: typeof waitForMissing) =>
    [1, 2, 5, 1_000].map((failures) => wait({ ...pace, failures }));
  assertEquals(waits(waitForMissing), [2_000, 4_000, 30_000, 30_000]);
  assertEquals(waits(waitAfterFailure), [500, 1_000, 8_000, 30_000]);
});

Deno.test("once the container has ended, no wait is longer than the shortest interval", () => {
  const ending = { interval: longestInterval, failures: 9, isEnding: true };
  assertEquals(
    [nextInterval(ending, 0), waitForMissing(ending)],
    [shortestInterval, shortestInterval],
  );
});

Deno.test("once the container has ended, a failed read is made again after half a second each time", () => {
  const ending = { interval: longestInterval, isEnding: true };
  assertEquals(
    [1, 2, 9].map((failures) => waitAfterFailure({ ...ending, failures })),
    [500, 500, 500],
  );
});

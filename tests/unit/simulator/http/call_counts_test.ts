import { assertEquals } from "@std/assert";
import { createCallCounter } from "../../../../demo/simulator/http/call_counts.ts";

Deno.test("calls are counted by operation and by identity, from the last reset on", () => {
  const calls = createCallCounter(() => 0);
  calls.count("RunTask");
  calls.reset();
  calls.count("RunTask");
  calls.count("ListTasks");
  calls.countAs("AKIA", "ListTasks");
  assertEquals(calls.read(), {
    byOperation: { RunTask: 1, ListTasks: 1 },
    byIdentity: { AKIA: { ListTasks: 1 } },
    peakPerSecond: 2,
  });
});

Deno.test("the peak is the most calls in any span of one second", () => {
  let now = 0;
  const calls = createCallCounter(() => now);
  for (const at of [0, 600, 900, 1_100, 1_300, 5_000]) {
    now = at;
    calls.count("ListTasks");
  }
  assertEquals(calls.read().peakPerSecond, 4);
});

Deno.test("what was read does not change with later calls", () => {
  const calls = createCallCounter(() => 0);
  calls.countAs("AKIA", "ListTasks");
  const before = calls.read();
  calls.countAs("AKIA", "ListTasks");
  assertEquals(before.byIdentity, { AKIA: { ListTasks: 1 } });
});

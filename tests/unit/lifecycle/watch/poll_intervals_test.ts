import { assertEquals } from "@std/assert";
import { restInterval, steadyShare } from "../../../../src/lifecycle/watch/poll_intervals.ts";

Deno.test("running tasks are asked for at the poll interval while the budget suffices", () => {
  assertEquals(restInterval({ tasks: 1, rate: 20, pollInterval: 5_000 }), 5_000);
  assertEquals(restInterval({ tasks: 9_000, rate: 20, pollInterval: 5_000 }), 5_000);
});

Deno.test("where the budget is low, all running tasks together take the steady share of it", () => {
  const tasks = 36_000;
  const rate = 4;
  const interval = restInterval({ tasks, rate, pollInterval: 5_000 });
  assertEquals(tasks / 100 / (interval / 1_000), steadyShare * rate);
});

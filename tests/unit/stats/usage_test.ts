import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cpuPercent, usageOf } from "../../../src/stats/usage.ts";

Deno.test("CPU units stay as they are, and MiB become bytes", () => {
  assertEquals(usageOf({ at: 60_000, cpuUtilized: 128.5, memoryUtilized: 64 }), {
    at: 60_000,
    cpuUnits: 128.5,
    memoryBytes: 67_108_864,
  });
});

Deno.test("per cent of CPU are those of one core, however many the task has", () => {
  assertEquals([0, 256, 1_024, 4_096].map(cpuPercent), [0, 25, 100, 400]);
});

Deno.test("that a task does nothing is a measurement, too", () => {
  assertEquals(usageOf({ at: 0, cpuUtilized: 0, memoryUtilized: 0 }), {
    at: 0,
    cpuUnits: 0,
    memoryBytes: 0,
  });
});

Deno.test("where one of the two was not measured, the other counts", () => {
  const cpu = usageOf({ at: 1, cpuUtilized: 1, memoryUtilized: undefined });
  assertEquals(cpu, { at: 1, cpuUnits: 1, memoryBytes: undefined });
  const memory = usageOf({ at: 1, cpuUtilized: "1", memoryUtilized: 1 });
  assertEquals(memory, { at: 1, cpuUnits: undefined, memoryBytes: 1_048_576 });
});

Deno.test("an amount that no task can use was not measured", () => {
  for (const amount of [undefined, null, "5", -1, NaN, Infinity, 1e300, 2 ** 31, true, {}, [5]]) {
    assertEquals(usageOf({ at: 1, cpuUtilized: amount, memoryUtilized: amount }), undefined);
  }
});

Deno.test("whatever AWS says, a usage has a whole time, and amounts that a task can use", () => {
  const amount = fc.oneof(fc.double(), fc.integer(), fc.anything());
  fc.assert(fc.property(amount, amount, amount, (at, cpuUtilized, memoryUtilized) => {
    const usage = usageOf({ at, cpuUtilized, memoryUtilized });
    if (usage === undefined) return;
    assert(Number.isSafeInteger(usage.at));
    const { cpuUnits = 0, memoryBytes = 0 } = usage;
    assert(cpuUnits >= 0 && cpuUnits <= 2 ** 20);
    assert(Number.isSafeInteger(memoryBytes) && memoryBytes >= 0);
  }));
});

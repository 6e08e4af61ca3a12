import { assertEquals } from "@std/assert";
import {
  burstAims,
  isMet,
  loadAims,
  reconnectAims,
  startAims,
  telemetryAims,
} from "../../bench/aims.ts";
import type { Burst } from "../../bench/bursts.ts";
import type { LoadResult } from "../../bench/load.ts";

const good: LoadResult = {
  tasks: 200,
  calls: { RunTask: 200 },
  restSeconds: 60,
  restingCallsPerSecond: 1,
  peakCallsPerSecond: 20,
  handshake: 1e9,
  startP50: 1e9,
  startP99: 1e9,
  exitSeenP50: 1e9,
  exitSeenP99: 1e9,
  restingCpu: 1e9,
  rssMb: 100,
  ecsTasks: 200,
  exitsSeen: 20,
  leftAfterStop: 0,
};
const missed = (load: LoadResult) =>
  loadAims(load, { readsPerSecond: 20, exits: 20 }).filter((aim) => !isMet(aim))
    .map(({ what }) => what);

Deno.test("the bench's check looks at counts and memory, not at times", () => {
  assertEquals(missed(good), []);
  assertEquals(missed({ ...good, restingCallsPerSecond: 1.1 }), [
    "200 tasks: DescribeTasks calls in 31 poll cycles",
  ]);
  assertEquals(missed({ ...good, peakCallsPerSecond: 31 }), ["200 tasks: calls in any second"]);
  assertEquals(missed({ ...good, exitsSeen: 19 }), ["200 tasks: exits seen"]);
  assertEquals(missed({ ...good, exitsSeen: 21 }), ["200 tasks: exits seen"]);
  assertEquals(missed({ ...good, leftAfterStop: 1 }), ["200 tasks: left after stop"]);
  assertEquals(missed({ ...good, calls: { RunTask: 203 } }), ["200 tasks: RunTask calls"]);
  assertEquals(missed({ ...good, ecsTasks: 201 }), ["200 tasks: ECS tasks"]);
  assertEquals(missed({ ...good, rssMb: 201 }), ["200 tasks: MB of memory, watching"]);
});

Deno.test("the bench's check holds an idle plugin to 80 MB, and looks at no time", () => {
  const start = { handshakeP50: 1e9, denoEvalP50: 1, cpuP50: 1e9, idleMbP50: 80 };
  assertEquals(startAims(start).map(isMet), [true]);
  assertEquals(startAims({ ...start, idleMbP50: 81 }).map(isMet), [false]);
});

Deno.test("the bench's check wants memory flat while hosts come and go", () => {
  const met = (...rssMb: number[]) => reconnectAims({ calls: 1, rssMb }).every(isMet);
  const level = met(90, 100, 101, 105, 95, 99, 108, 91, 110);
  const growing = met(100, 101, 102, 104, 106, 108, 110, 112, 114);
  assertEquals([level, growing, met()], [true, false, false]);
});

Deno.test("the bench's check holds bursts to what AWS allows, as ratios", () => {
  const burst: Burst = {
    what: "starts",
    plugins: 1,
    tasksEach: 500,
    seconds: 55,
    allowedSeconds: 20,
    besides: 30,
    calls: { "fargate-launch": { admitted: 98, refused: 2 } },
    unfairness: 1,
    failures: { count: 0, first: undefined },
    missing: 0,
  };
  const missed = (of: Partial<Burst>) =>
    burstAims({ ...burst, ...of }).filter((aim) => !isMet(aim))
      .map(({ what }) => what.split(": ")[1]);
  assertEquals(missed({}), []);
  assertEquals(missed({ seconds: 56 }), ["time, of what AWS allows"]);
  const more = { "fargate-launch": { admitted: 91, refused: 9 } };
  assertEquals(missed({ calls: more }), ["part of calls refused"]);
  assertEquals(missed({ calls: more, plugins: 8 }), []);
  assertEquals(missed({ unfairness: 1.6 }), ["slowest plugin, of the fastest"]);
  assertEquals(missed({ failures: { count: 1, first: "not acknowledged" } }), [
    "errors told to Nomad",
  ]);
  assertEquals(missed({ missing: 1 }), ["ECS tasks missing"]);
});

Deno.test("the bench's check wants metrics that are off to cost no more than those that are on", () => {
  const on = { restingCpu: 0.02, rssMb: 130, startP50: 1e9, handshake: 1e9, metered: 2_000 };
  const off = { ...on, rssMb: 120, metered: 0 };
  const missed = (changes: Partial<typeof off>, running = on) =>
    telemetryAims({ tasks: 1_000, seconds: 30, off: { ...off, ...changes }, on: running })
      .filter((aim) => !isMet(aim)).map(({ what }) => what.replace(/^.*: /, ""));
  assertEquals(missed({}), []);
  assertEquals(missed({ rssMb: 140 }), ["memory, of that with metrics"]);
  assertEquals(missed({ restingCpu: 0.03 }), ["CPU at rest, of that with metrics"]);
  assertEquals(missed({ metered: 1 }), ["calls to AWS that are measured"]);
  assertEquals(missed({}, { ...on, metered: 0 }), ["calls to AWS measured with metrics"]);
});

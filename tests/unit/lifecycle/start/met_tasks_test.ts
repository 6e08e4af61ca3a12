import { assertEquals } from "@std/assert";
import {
  createMetTasks,
  rememberedTasks,
  restoreTime,
} from "../../../../src/lifecycle/start/met_tasks.ts";

Deno.test("a task is new once, and met from then on", () => {
  const met = createMetTasks({ now: () => 0 });
  assertEquals([met.meet("a"), met.meet("a"), met.meet("b")], ["new", "met", "new"]);
});

Deno.test("a task whose note is taken back is new again", () => {
  const met = createMetTasks({ now: () => 0 });
  met.meet("a");
  met.forget("a");
  assertEquals(met.meet("a"), "new");
});

Deno.test("a directory that the agent may have made anew when it began does not count as new", () => {
  const met = createMetTasks({ now: () => 1_000 });
  assertEquals(met.knownSince(), 1_000 + restoreTime);
});

Deno.test("a task that was forgotten takes its time along, so that its directory is not new", () => {
  let now = 0;
  const met = createMetTasks({ now: () => now });
  now = restoreTime + 5_000;
  met.meet("first");
  now += 1_000;
  for (let index = 1; index < rememberedTasks; index++) met.meet(`task ${index}`);
  assertEquals(met.knownSince(), restoreTime);
  met.meet("one too many");
  assertEquals(met.knownSince(), restoreTime + 5_000);
});

Deno.test("a task that is met again is remembered as one of the last", () => {
  let now = restoreTime;
  const met = createMetTasks({ now: () => ++now });
  met.meet("kept");
  for (let index = 1; index < rememberedTasks; index++) met.meet(`task ${index}`);
  met.meet("kept");
  met.meet("one too many");
  assertEquals(met.meet("kept"), "met");
});

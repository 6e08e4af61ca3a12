import { assert, assertEquals } from "@std/assert";
import { createStarts } from "../../../../src/lifecycle/ownership/starts.ts";
import { cluster } from "../../../harness/world.ts";

const run = { cluster, index: "nomad/alloc/main", taskId: "alloc/main/11111111", since: 7 };

Deno.test("a start is under way until the last of its kind is over", () => {
  const starts = createStarts();
  const first = starts.beginStart(run.index);
  const second = starts.beginStart(run.index);
  assert(!starts.isStarting("nomad/another/main"));
  first();
  assert(starts.isStarting(run.index));
  second();
  assert(!starts.isStarting(run.index));
});

Deno.test("a start resumes the open run of its allocation's task in its cluster, once", () => {
  const starts = createStarts();
  const { resumed } = starts.leaveRun(run);
  assertEquals(starts.resumeRun({ ...cluster, name: "another" }, run.index), undefined);
  assertEquals(starts.resumeRun(cluster, "nomad/another/main"), undefined);
  assert(!resumed.aborted);
  assertEquals(starts.resumeRun(cluster, run.index), run.taskId);
  assert(resumed.aborted);
  assertEquals(starts.resumeRun(cluster, run.index), undefined);
});

Deno.test("a run whose ECS task was found is not resumed, and the search for it ends all the same", () => {
  const starts = createStarts();
  const open = starts.leaveRun(run);
  starts.foundRun(open);
  assertEquals(starts.resumeRun(cluster, run.index), undefined);
  assert(open.resumed.aborted);
});

Deno.test("the end of an older search leaves the run of a later start open", () => {
  const starts = createStarts();
  const older = starts.leaveRun(run);
  const newer = starts.leaveRun({ ...run, taskId: "alloc/main/22222222" });
  assert(older.resumed.aborted && !newer.resumed.aborted);
  starts.foundRun(older);
  starts.closeRun(older);
  assertEquals(starts.resumeRun(cluster, run.index), newer.taskId);
  starts.closeRun(newer);
});

Deno.test("a run that is closed is not resumed", () => {
  const starts = createStarts();
  starts.closeRun(starts.leaveRun(run));
  assertEquals(starts.resumeRun(cluster, run.index), undefined);
});

Deno.test("an open run is told until its ECS task is found or it is closed", () => {
  const starts = createStarts();
  assertEquals(starts.openRun(cluster, run.index), undefined);
  const open = starts.leaveRun(run);
  assertEquals(starts.openRun(cluster, run.index), open);
  assertEquals(starts.openRun({ ...cluster, name: "another" }, run.index), undefined);
  starts.foundRun(open);
  assertEquals(starts.openRun(cluster, run.index), undefined);
  starts.closeRun(open);
  starts.closeRun(starts.leaveRun(run));
  assertEquals(starts.openRun(cluster, run.index), undefined);
});

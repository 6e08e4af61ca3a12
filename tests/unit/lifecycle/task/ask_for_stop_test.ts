import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { allocMark, ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { stopUntilAcknowledged } from "../../../../src/lifecycle/task/ask_for_stop.ts";
import { claimedTask, otherOwner } from "../../../harness/claimed_task.ts";
import { ownerOf } from "../../../harness/world.ts";

const never = new AbortController().signal;
const foreignTags = ownerTags(otherOwner, "0.0.0");
const outage = new EcsError("unavailable", "StopTask", "503");

Deno.test("ECS is asked to stop a task until it acknowledges", async () => {
  const { context, calls, failures } = claimedTask({
    fail: (_, times) => times < 4 ? outage : undefined,
  });
  assertEquals(await stopUntilAcknowledged(context, "the test", never), { kind: "acknowledged" });
  assertEquals(calls, Array(4).fill("stopTask"));
  assertEquals(failures.length, 3);
});

Deno.test("a task that was just handed over is claimed before it is stopped", async () => {
  const { context, calls } = claimedTask({ tags: foreignTags });
  assertEquals(await stopUntilAcknowledged(context, "the test", never), { kind: "acknowledged" });
  assertEquals(calls, ["tagResource", "stopTask"]);
});

Deno.test("a task whose tags cannot be moved here is stopped once they can be, and its user is told", async () => {
  const { context, calls, told } = claimedTask({
    tags: foreignTags,
    fail: (name, times) =>
      name === "tagResource" && times < 3
        ? new EcsError("denied", "TagResource", "denied")
        : undefined,
  });
  assertEquals(await stopUntilAcknowledged(context, "the test", never), { kind: "acknowledged" });
  assertEquals(calls, ["tagResource", "tagResource", "tagResource", "stopTask"]);
  assertEquals(told.length, 1);
});

Deno.test("a task that another allocation has taken over is left to it", async () => {
  const taken = ownerTags(otherOwner, "0.0.0", [allocMark(ownerOf().allocId)]);
  for (const ownership of ["unknown", "started", "claimed", "lost"] as const) {
    const { context, calls } = claimedTask({ tags: taken, ownership });
    assertEquals(await stopUntilAcknowledged(context, "the test", never), {
      kind: "taken over",
      nodeId: "node-b",
    });
    assertEquals(calls, [], ownership);
  }
});

Deno.test("a task that was started here and has another node's tags is that node's", async () => {
  const { context, calls } = claimedTask({ tags: foreignTags, ownership: "started" });
  assertEquals((await stopUntilAcknowledged(context, "the test", never)).kind, "taken over");
  assertEquals(calls, []);
});

Deno.test("tags from before a claim do not keep its task from being stopped", async () => {
  const { context, calls } = claimedTask({ tags: foreignTags, ownership: "claimed" });
  assertEquals(await stopUntilAcknowledged(context, "the test", never), { kind: "acknowledged" });
  assertEquals(calls, ["stopTask"]);
});

Deno.test("a task that ECS does not tell of is not stopped before it does", async () => {
  let looks = 0;
  const { context, calls, failures } = claimedTask({
    look: () => {
      looks += 1;
      return looks < 3 ? { kind: "missing" } : {
        kind: "seen",
        task: { tags: ownerTags(ownerOf(), "0.0.0"), startedBy: startedBy(ownerOf()) },
        tags: true,
      };
    },
  });
  assertEquals(await stopUntilAcknowledged(context, "the test", never), { kind: "acknowledged" });
  assertEquals(calls, ["stopTask"]);
  assertStringIncludes(failures[0] ?? "", "ECS no longer tells of the task");
});

Deno.test("a stop that is not wanted any more is withdrawn before ECS is asked again", async () => {
  const { context, calls } = claimedTask({ fail: () => outage });
  context.isStopWanted = () => calls.length < 2;
  assertEquals((await stopUntilAcknowledged(context, "the test", never)).kind, "withdrawn");
  assertEquals(calls, ["stopTask", "stopTask"]);
});

const misread = {
  "tags that name another job": { tags: ownerTags({ ...ownerOf(), jobId: "another" }, "0.0.0") },
  "a startedBy that no driver writes": { by: "ecs-svc/1" },
};

for (const [what, answered] of Object.entries(misread)) {
  Deno.test(`a task that a search took for the node's, and that ECS describes with ${what}, is let go after a minute`, async () => {
    const { context, calls, slept } = claimedTask({ ...answered, ownership: "started" });
    const read = { ...context, ownerIsRead: true };
    assertEquals((await stopUntilAcknowledged(read, "the test", never)).kind, "withdrawn");
    assertEquals(calls, []);
    assert(slept.reduce((sum, ms) => sum + ms, 0) >= 60_000);
  });
}

Deno.test("a stop ends with its task", async () => {
  const over = new AbortController();
  const { context } = claimedTask({
    fail: () => {
      over.abort(new Error("the task has ended"));
      return outage;
    },
  });
  await assertRejects(
    () => stopUntilAcknowledged(context, "the test", over.signal),
    Error,
    "the task has ended",
  );
});

Deno.test("a foreign task is not stopped, whatever its tags say and whoever names it", async () => {
  for (const ownership of ["unknown", "started", "claimed", "foreign"] as const) {
    const { context, calls } = claimedTask({ by: "ecs-svc/1", ownership });
    assertEquals(await stopUntilAcknowledged(context, "the test", never), {
      kind: "foreign",
      startedBy: "ecs-svc/1",
    });
    assertEquals(calls, []);
  }
});

Deno.test("a task that ECS answers as another allocation's is not stopped as a start's own", async () => {
  const sameNode = ownerTags({ ...otherOwner, nodeId: "node-a" }, "0.0.0");
  const { context, calls } = claimedTask({ tags: sameNode, ownership: "started" });
  assertEquals((await stopUntilAcknowledged(context, "the test", never)).kind, "taken over");
  assertEquals(calls, []);
});

Deno.test("a task of which ECS does not tell who started it is stopped once it does", async () => {
  let looks = 0;
  const { context, calls, failures } = claimedTask({
    look: () => {
      looks += 1;
      const who = looks < 3 ? {} : { startedBy: startedBy(ownerOf()) };
      return { kind: "seen", task: { tags: ownerTags(ownerOf(), "0.0.0"), ...who }, tags: true };
    },
  });
  assertEquals(await stopUntilAcknowledged(context, "the test", never), { kind: "acknowledged" });
  assertEquals([calls, failures.length], [["stopTask"], 2]);
});

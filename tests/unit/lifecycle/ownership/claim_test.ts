import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { claimByTags, claimInTime } from "../../../../src/lifecycle/ownership/claim.ts";
import {
  allocMark,
  ownerTags,
  startedBy,
  taggedOwner,
} from "../../../../src/lifecycle/ownership/tags.ts";
import { claimedTask, otherOwner } from "../../../harness/claimed_task.ts";
import { ownerOf } from "../../../harness/world.ts";

const never = new AbortController().signal;
const foreignTags = ownerTags(otherOwner, "0.0.0");

Deno.test("a claim moves the tags to the owner, and they tell which allocation had the task before", async () => {
  const { context, calls, tags } = claimedTask({ tags: foreignTags });
  await claimInTime(context, never);
  assertEquals(calls, ["tagResource"]);
  assertEquals(context.ownership, "claimed");
  const { allocId, nodeId, previous } = taggedOwner(tags());
  assertEquals([allocId, nodeId], [ownerOf().allocId, "node-a"]);
  assertEquals(previous, [allocMark(otherOwner.allocId)]);
});

Deno.test("tags that name the owner already are not set again", async () => {
  const { context, calls } = claimedTask();
  await claimInTime(context, never);
  assertEquals([calls, context.ownership], [[], "claimed"]);
});

Deno.test("a task that another allocation has taken over from the owner is not claimed back", async () => {
  const taken = ownerTags(otherOwner, "0.0.0", [allocMark(ownerOf().allocId)]);
  const { context, calls } = claimedTask({ tags: taken });
  const described = { tags: taken, startedBy: startedBy(ownerOf()) };
  await claimByTags(context, described, { priority: "act", signal: never });
  assertEquals([calls, context.ownership], [[], "lost"]);
});

Deno.test("a claim goes on until AWS answers", async () => {
  const { context, calls } = claimedTask({
    tags: foreignTags,
    fail: (_, times) => times < 5 ? new EcsError("unavailable", "TagResource", "503") : undefined,
  });
  await claimInTime(context, never);
  assertEquals([calls.length, context.ownership], [5, "claimed"]);
});

Deno.test("a task that AWS lets nobody tag is told of, and tagged again minutes later", async () => {
  const { context, calls, told, slept } = claimedTask({
    tags: foreignTags,
    fail: (_, times) => times < 2 ? new EcsError("denied", "TagResource", "denied") : undefined,
  });
  await claimInTime(context, never);
  assertEquals([calls.length, told.length, context.ownership], [2, 1, "claimed"]);
  assert(slept.includes(300_000));
});

Deno.test("a task whose tags AWS rejects for good stays as it is", async () => {
  const { context, calls } = claimedTask({
    tags: foreignTags,
    fail: () => new EcsError("rejected", "TagResource", "too many tags"),
  });
  await assertRejects(() => claimInTime(context, never), EcsError);
  assertEquals([calls.length, context.ownership], [1, "unknown"]);
});

Deno.test("a claim ends with its task", async () => {
  const over = new AbortController();
  const { context, calls } = claimedTask({
    tags: foreignTags,
    fail: () => {
      over.abort(new Error("the task has ended"));
      return new EcsError("unavailable", "TagResource", "503");
    },
  });
  await assertRejects(() => claimInTime(context, over.signal), Error, "the task has ended");
  assertEquals(calls.length, 1);
});

Deno.test("a foreign task that a handle names is not tagged, and its user is told", async () => {
  const { context, calls, told } = claimedTask({ tags: [], by: "ecs-svc/1" });
  await claimInTime(context, never);
  assertEquals([calls, context.ownership, told.length], [[], "foreign", 1]);
  assertStringIncludes(told[0] ?? "", "ecs-svc/1");
});

Deno.test("a task of the Go driver is claimed by its handle", async () => {
  const { context, calls } = claimedTask({ tags: [], by: "nomad-ecs-driver" });
  await claimInTime(context, never);
  assertEquals([calls, context.ownership], [["tagResource"], "claimed"]);
});

Deno.test("a task that ECS does not know yet is claimed once it does", async () => {
  const described = { startedBy: startedBy(ownerOf()), tags: foreignTags, lastStatus: "RUNNING" };
  let looks = 0;
  const { context, calls } = claimedTask({
    tags: foreignTags,
    look: () =>
      ++looks < 3
        ? { kind: "missing" }
        : { kind: "seen", tags: true, task: { taskArn: "a", ...described } },
  });
  await claimInTime(context, never);
  assertEquals([looks, calls, context.ownership], [3, ["tagResource"], "claimed"]);
});

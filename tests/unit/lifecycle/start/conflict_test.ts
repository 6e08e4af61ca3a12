import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import type { Output } from "../../../../src/aws/operations.ts";
import { LaunchError } from "../../../../src/lifecycle/launch_error.ts";
import { ownTaskOf } from "../../../../src/lifecycle/start/conflict.ts";
import { ownerTags, startedBy, takingTags } from "../../../../src/lifecycle/ownership/tags.ts";
import { callerOver } from "../../../harness/caller.ts";
import { answering, cluster, createWorld, ownerOf } from "../../../harness/world.ts";

const arn = `arn:aws:ecs:us-east-1:123456789012:task/${cluster.name}/0123456789abcdef`;
const owner = ownerOf();
const heir = ownerOf("22222222", "99999999-9c0f-4f0e-8f3a-5f6f0a9c3d11");
const tags = ownerTags(owner, "0.0.0");
const own = {
  taskArn: arn,
  startedBy: startedBy(owner),
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  tags,
};

/** What comes of a conflict that names `arns`, where DescribeTasks answers this. */
async function afterConflict(
  answer: Partial<Output<"describeTasks">> | Error,
  arns: readonly [string, ...string[]] = [arn],
) {
  let asked = 0;
  const world = createWorld();
  const clock = world.time.clock({ alive: true });
  const operations = answering("describeTasks", () => {
    asked += 1;
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve({ $metadata: {}, ...answer });
  })(world.connect({ alive: true }));
  const error = new EcsError("conflict", "ECS RunTask web:1", "words of AWS", arns);
  const context = { cluster, caller: callerOver(operations, clock) };
  const { signal } = new AbortController();
  const result = await world.settle(ownTaskOf(context, { owner, arns, error }, signal));
  return { result, asked };
}

Deno.test("the allocation's task that a conflict names is found by one call, also once it has stopped", async () => {
  const stopped = { ...own, lastStatus: "STOPPED", desiredStatus: "STOPPED", containers: [] };
  // ECS may have deleted the tags of a task that has stopped.
  for (const task of [own, stopped, { ...stopped, tags: [] }]) {
    const { result, asked } = await afterConflict({ tasks: [task] });
    assertEquals(result, { status: "fulfilled", value: arn });
    assertEquals(asked, 1);
  }
});

Deno.test("the allocation's task is found among others that a conflict names", async () => {
  const foreign = { ...own, taskArn: `${arn}0`, startedBy: "ecs-svc/1" };
  const { result, asked } = await afterConflict({ tasks: [foreign, own] }, [`${arn}0`, arn]);
  assertEquals(result, { status: "fulfilled", value: arn });
  assertEquals(asked, 1);
});

Deno.test("a task of somebody else's that a conflict names is refused for now, with what ECS said", async () => {
  for (
    const [by, said] of [
      ["ecs-svc/1", 'was not started for this Nomad task: its startedBy is "ecs-svc/1"'],
      [undefined, 'was not started for this Nomad task: its startedBy is ""'],
      [startedBy(heir), "was not started for this Nomad task"],
      ["nomad-ecs-driver", "was not started for this Nomad task"],
    ] as const
  ) {
    const { startedBy: _, ...others } = own;
    const task = { ...others, tags: [], ...(by === undefined ? {} : { startedBy: by }) };
    const { result } = await afterConflict({ tasks: [task] });
    assert(result.status === "rejected" && result.reason instanceof EcsError);
    assertEquals(result.reason.kind, "unavailable");
    for (const part of [arn, said, "words of AWS"]) {
      assertStringIncludes(result.reason.message, part);
    }
  }
});

Deno.test("a task that ECS does not describe yet, or without its tags, is refused for now", async () => {
  const { tags: _, ...untagged } = own;
  const answers = [
    { tasks: [], failures: [{ arn, reason: "MISSING" }] },
    { tasks: [untagged] },
    // One that was not asked for tells nothing.
    { tasks: [{ ...own, taskArn: `${arn}0` }] },
  ];
  for (const answer of answers) {
    const { result } = await afterConflict(answer);
    assert(result.status === "rejected" && result.reason instanceof EcsError);
    assertEquals(result.reason.kind, "unavailable");
  }
});

Deno.test("a start is refused for good whose task lives on under another allocation", async () => {
  const taken = { ...own, tags: takingTags(tags, heir, "0.0.0") };
  const { result } = await afterConflict({ tasks: [taken] });
  assert(result.status === "rejected" && result.reason instanceof LaunchError);
  assertEquals(result.reason.recoverable, false);
  assertStringIncludes(result.reason.message, `runs on under allocation ${heir.allocId}`);

  const stopped = { ...taken, lastStatus: "STOPPED", desiredStatus: "STOPPED", containers: [] };
  const ended = await afterConflict({ tasks: [stopped] });
  assert(ended.result.status === "rejected" && ended.result.reason instanceof EcsError);
  assertStringIncludes(ended.result.reason.message, `belongs to allocation ${heir.allocId}`);
});

Deno.test("credentials that may not describe tasks are told as denied", async () => {
  const denied = Object.assign(new Error("not authorized"), {
    name: "AccessDeniedException",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
  const { result } = await afterConflict(denied);
  assert(result.status === "rejected" && result.reason instanceof EcsError);
  assertEquals(result.reason.kind, "denied");
});

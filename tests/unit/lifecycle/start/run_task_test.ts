import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Output } from "../../../../src/aws/operations.ts";
import { EcsError } from "../../../../src/aws/error.ts";
import { ownerTags, startedBy as indexOf } from "../../../../src/lifecycle/ownership/tags.ts";
import { runTask } from "../../../../src/lifecycle/start/run_task.ts";
import { callerOver } from "../../../harness/caller.ts";
import { answering, cluster, createWorld, ownerOf } from "../../../harness/world.ts";

const owner = ownerOf();
const startedBy = indexOf(owner);
const id = "0123456789abcdef0123456789abcdef";
const arn = `arn:aws:ecs:us-east-1:123456789012:task/${cluster.name}/${id}`;
const elsewhere = `arn:aws:ecs:us-east-1:123456789012:task/elsewhere/${id}`;

/** An error as the SDK throws it. */
function refusal(name: string, status: number, members: object = {}): Error {
  return Object.assign(new Error("words of AWS"), {
    name,
    $fault: status < 500 ? "client" : "server",
    $metadata: { httpStatusCode: status },
    ...members,
  });
}

type Answer<N extends "runTask" | "describeTasks"> = Partial<Output<N>> | Error;

/** The first of these answers, then the second, and for ever the last. */
function inTurn<N extends "runTask" | "describeTasks">(answers: readonly Answer<N>[]) {
  let asked = 0;
  return {
    asked: () => asked,
    answer: () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? {};
      asked += 1;
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ $metadata: {}, ...answer });
    },
  };
}

async function runTaskAnswered(...answers: Answer<"runTask">[]) {
  return await runTaskDescribed(answers, []);
}

/** RunTask, and DescribeTasks where a conflict names a task. */
async function runTaskDescribed(
  answers: readonly Answer<"runTask">[],
  descriptions: readonly Answer<"describeTasks">[],
) {
  const runs = inTurn(answers);
  const described = inTurn(descriptions);
  const world = createWorld();
  const clock = world.time.clock({ alive: true });
  const operations = answering("runTask", runs.answer)(
    answering("describeTasks", described.answer)(world.connect({ alive: true })),
  );
  const deadline = new AbortController();
  clock.sleep(300_000).then(() => deadline.abort(new Error("out of time")));
  let ambiguous = 0;
  const told: string[] = [];
  const result = await world.settle(runTask(
    {
      cluster,
      caller: callerOver(operations, clock),
      clock,
      random: () => 0.5,
    },
    { taskDefinition: "web:1", clientToken: "token", startedBy },
    {
      owner,
      signal: deadline.signal,
      ambiguous: () => ambiguous += 1,
      retrying: ({ kind }) => told.push(kind),
    },
  ));
  return { result, asked: runs.asked(), described: described.asked(), ambiguous, told };
}

Deno.test("the task that RunTask answers is the one that was started", async () => {
  const { result, asked, described, ambiguous } = await runTaskAnswered({
    tasks: [{ taskArn: arn, startedBy }],
  });
  assertEquals(result, { status: "fulfilled", value: { arn, accepted: "as asked" } });
  assertEquals([asked, described, ambiguous], [1, 0, 0]);
});

Deno.test("a request without an answer is made again, and told as one that ECS may have accepted", async () => {
  const lost = new TypeError("connection reset");
  const { result, asked, ambiguous, told } = await runTaskAnswered(lost, lost, {
    tasks: [{ taskArn: arn, startedBy }],
  });
  assertEquals(result.status, "fulfilled");
  assertEquals([asked, ambiguous, told], [3, 2, ["unavailable", "unavailable"]]);
});

Deno.test("a request that AWS refused for its rate or for now was not accepted", async () => {
  const { result, asked, ambiguous, told } = await runTaskAnswered(
    refusal("ThrottlingException", 400),
    refusal("UpdateInProgressException", 400),
    { tasks: [{ taskArn: arn, startedBy }] },
  );
  assertEquals(result.status, "fulfilled");
  assertEquals([asked, ambiguous, told], [3, 0, ["throttled", "not_yet"]]);
});

const conflict = refusal("ConflictException", 409, { resourceIds: [arn] });
const task = { taskArn: arn, lastStatus: "RUNNING", startedBy };
const own = { tasks: [{ ...task, tags: ownerTags(owner, "0.0.0") }] };

Deno.test("the allocation's task that a conflict names was accepted otherwise than asked", async () => {
  const { result, asked, described } = await runTaskDescribed([conflict], [own]);
  assertEquals(result, { status: "fulfilled", value: { arn, accepted: "otherwise" } });
  assertEquals([asked, described], [1, 1]);
});

Deno.test("while a conflict names no task that is seen to be the allocation's, ECS is asked again", async () => {
  const missing = { tasks: [], failures: [{ arn, reason: "MISSING" }] };
  const foreign = { tasks: [{ ...task, startedBy: "ecs-svc/1", tags: [] }] };
  const untagged = { tasks: [task] };
  const throttled = refusal("ThrottlingException", 400);
  for (const odd of [missing, foreign, untagged, throttled]) {
    const passing = await runTaskDescribed([conflict], [odd, odd, own]);
    assertEquals(passing.result, { status: "fulfilled", value: { arn, accepted: "otherwise" } });
    assertEquals([passing.asked, passing.told.length], [3, 2]);

    const lasting = await runTaskDescribed([conflict], [odd]);
    assert(lasting.result.status === "rejected");
    assertEquals(lasting.result.reason.message, "out of time");
    assert(lasting.ambiguous > 0 && lasting.told.length > 5);
  }
});

Deno.test("a run whose task may not be described is told as one that ECS has a task for", async () => {
  const denied = refusal("AccessDeniedException", 400);
  const { result, asked, ambiguous } = await runTaskDescribed([conflict], [denied]);
  assert(result.status === "rejected" && result.reason instanceof EcsError);
  assertEquals([result.reason.kind, asked, ambiguous], ["denied", 1, 1]);
});

Deno.test("a conflict that names no task is told as one that ECS has a task for", async () => {
  for (const resourceIds of [undefined, [], ["nonsense"], [7]]) {
    const { result, ambiguous } = await runTaskAnswered(
      refusal("ConflictException", 409, { resourceIds }),
    );
    assertEquals(result.status, "rejected");
    assertEquals(ambiguous, 1);
  }
});

Deno.test("a task without room is told in ECS's words, and one that cannot be placed is rejected", async () => {
  const kinds: [reason: string, kind: string][] = [
    ["RESOURCE:MEMORY", "capacity"],
    ["AGENT", "capacity"],
    ["MISSING", "rejected"],
    ["INACTIVE", "rejected"],
  ];
  for (const [reason, kind] of kinds) {
    const { result, asked } = await runTaskAnswered({ tasks: [], failures: [{ reason }] });
    assert(result.status === "rejected" && result.reason instanceof EcsError);
    assertEquals([result.reason.kind, asked], [kind, 1]);
    assertStringIncludes(result.reason.message, reason);
  }
});

Deno.test("an answer of neither a task nor a failure leaves open whether a task was started", async () => {
  const { result, ambiguous, asked } = await runTaskAnswered({ tasks: [], failures: [] });
  assertEquals(result.status, "rejected");
  assert(asked > 5 && ambiguous === asked + 1, `${ambiguous} of ${asked}`);
});

Deno.test("a task without a usable ARN may be running, and is asked for again under the same token", async () => {
  const unusable = [{}, { taskArn: "" }, { taskArn: "0123" }, { taskArn: 7 as unknown as string }]
    .map((task) => ({ ...task, startedBy }));
  for (const task of unusable) {
    const { result, asked, ambiguous } = await runTaskAnswered(
      { tasks: [task], failures: [] },
      { tasks: [{ taskArn: arn, startedBy }] },
    );
    assertEquals(result, { status: "fulfilled", value: { arn, accepted: "as asked" } });
    assertEquals([asked, ambiguous], [2, 1]);
  }
});

Deno.test("a task of somebody else's that RunTask answers is not taken for the one that was started", async () => {
  for (const by of ["ecs-svc/1", undefined]) {
    const foreign = { tasks: [{ taskArn: arn, ...(by === undefined ? {} : { startedBy: by }) }] };
    const own = { tasks: [{ taskArn: `${arn}0`, startedBy }] };
    const { result, asked, ambiguous, told } = await runTaskAnswered(foreign, own);
    assertEquals(result, {
      status: "fulfilled",
      value: { arn: `${arn}0`, accepted: "as asked" },
    });
    assertEquals([asked, ambiguous, told], [2, 1, ["unavailable"]]);
  }
});

Deno.test("the task that was started is found among others that RunTask answers", async () => {
  const tasks = [{ taskArn: `${arn}0`, startedBy: "ecs-svc/1" }, { taskArn: arn, startedBy }];
  const { result, ambiguous } = await runTaskAnswered({ tasks });
  assertEquals(result, { status: "fulfilled", value: { arn, accepted: "as asked" } });
  assertEquals(ambiguous, 0);
});

Deno.test("a task of another cluster is none that RunTask has started here", async () => {
  const { result, asked, ambiguous } = await runTaskAnswered(
    { tasks: [{ taskArn: elsewhere, startedBy }] },
    { tasks: [{ taskArn: elsewhere, startedBy }, { taskArn: arn, startedBy }] },
  );
  assertEquals(result, { status: "fulfilled", value: { arn, accepted: "as asked" } });
  assertEquals([asked, ambiguous], [2, 1]);
  const { result: refused, ambiguous: open, described } = await runTaskAnswered(
    refusal("ConflictException", 409, { resourceIds: [elsewhere] }),
  );
  assertEquals([refused.status, open, described], ["rejected", 1, 0]);
});

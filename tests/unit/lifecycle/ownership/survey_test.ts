import type { Task } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { stopUnchanged, surveyTasks } from "../../../../src/lifecycle/ownership/survey.ts";
import { leftTags, ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { callerAnswering } from "../../../harness/caller.ts";
import { cluster, ownerOf } from "../../../harness/world.ts";

const owner = { ...ownerOf("1", "old"), nodeId: "node-a" };
const ours: Task = {
  taskArn: "ours",
  lastStatus: "RUNNING",
  startedBy: startedBy(owner),
  tags: ownerTags(owner, "0.1.0"),
};
const { signal } = new AbortController();

function clusterOf(tasks: () => Task[]) {
  return callerAnswering({
    listTasks: () => ({ taskArns: tasks().map(({ taskArn = "" }) => taskArn) }),
    describeTasks: ({ tasks: arns }) => ({
      tasks: tasks().filter(({ taskArn = "" }) => arns?.includes(taskArn)) as never,
    }),
    stopTask: () => ({ task: {} }),
  });
}

Deno.test("a survey tells the live tasks that drivers have started, also those without tags", async () => {
  const { caller } = clusterOf(() => [
    ours,
    { taskArn: "go", lastStatus: "RUNNING", startedBy: "nomad-ecs-driver", tags: [] },
    { taskArn: "service", lastStatus: "RUNNING", startedBy: "ecs-svc/1", tags: ours.tags },
    { ...ours, taskArn: "going", desiredStatus: "STOPPED" },
  ]);
  const found = await surveyTasks({ cluster, caller }, signal);
  assertEquals(
    found.map(({ described, tagged }) => [described.taskArn, tagged?.owner.allocId]),
    [["ours", "old"], ["go", undefined]],
  );
});

const changes: Record<string, { task: Task[]; outcome: string }> = {
  "is asked for where nothing has changed": { task: [ours], outcome: "asked" },
  "is not asked for where another node has taken the task over": {
    task: [{ ...ours, tags: ownerTags({ ...owner, nodeId: "node-b" }, "0.1.0") }],
    outcome: "not asked",
  },
  "is not asked for where the task was left to an allocation meanwhile": {
    task: [{ ...ours, tags: [...ours.tags ?? [], ...leftTags({ allocId: "new", until: 1 })] }],
    outcome: "not asked",
  },
  "is not asked for where ECS no longer tells of the task": { task: [], outcome: "not asked" },
  "is not asked for twice": {
    task: [{ ...ours, desiredStatus: "STOPPED" }],
    outcome: "not asked",
  },
};

for (const [name, { task, outcome }] of Object.entries(changes)) {
  Deno.test(`a stop ${name}`, async () => {
    let tasks = [ours];
    const { caller, asked } = clusterOf(() => tasks);
    const [found] = await surveyTasks({ cluster, caller }, signal);
    tasks = task;
    if (found?.tagged === undefined) throw new Error("the task was not found");
    const { kind } = await stopUnchanged({ cluster, caller }, found.tagged, "why", signal);
    assertEquals(kind, outcome);
    assertEquals(asked.some(({ name }) => name === "stopTask"), outcome === "asked");
  });
}

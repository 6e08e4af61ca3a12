import { assertEquals } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused, region } from "../../../harness/simulator_definitions.ts";
import {
  createTaskModel,
  runContainers,
  type TaskModel,
} from "../../../harness/simulator_tasks.ts";

const base = "arn:aws:ecs:us-east-1:123456789012:";

function stage(): {
  world: TaskModel;
  arn: string;
  call(operation: string, input: Input): unknown;
} {
  const world = createTaskModel();
  const { arn } = runContainers(world, { app: {} });
  world.at(2_000);
  return { world, arn, call: (operation, input) => perform(world.model, region, operation, input) };
}

for (
  const [kind, arnOf] of [
    ["task", (arn: string) => arn],
    ["cluster", () => `${base}cluster/main`],
    ["task definition", () => `${base}task-definition/web:1`],
  ] as const
) {
  Deno.test(`tags of a ${kind} are added, replaced and removed`, () => {
    const { arn, call } = stage();
    const resourceArn = arnOf(arn);
    call("TagResource", {
      resourceArn,
      tags: [{ key: "a", value: "1" }, { key: "b", value: "1" }],
    });
    call("TagResource", { resourceArn, tags: [{ key: "a", value: "2" }] });
    call("UntagResource", { resourceArn, tagKeys: ["b"] });
    assertEquals(call("ListTagsForResource", { resourceArn }), {
      tags: [{ key: "a", value: "2" }],
    });
  });
}

Deno.test("StopTask deletes the tags of the task", () => {
  const { world, arn, call } = stage();
  call("TagResource", { resourceArn: arn, tags: [{ key: "a", value: "1" }] });
  call("StopTask", { cluster: "main", task: arn });
  const described = call("DescribeTasks", { cluster: "main", tasks: [arn], include: ["TAGS"] });
  assertEquals((described as { tasks: { tags: unknown }[] }).tasks[0]?.tags, []);
  assertEquals(world.model.tasks.get(arn)?.desired, "STOPPED");
});

Deno.test("a stopped task can be tagged no more", () => {
  const { world, arn, call } = stage();
  call("StopTask", { cluster: "main", task: arn });
  const task = world.model.tasks.get(arn);
  if (task !== undefined) task.status = "STOPPED";
  assertRefused(
    () => call("TagResource", { resourceArn: arn, tags: [{ key: "a", value: "1" }] }),
    "InvalidParameterException",
    "The specified task is stopped. Specify a running task and try again.",
  );
});

Deno.test("resources that are not there are refused", () => {
  const { call } = stage();
  const tag = (resourceArn: string) => () => call("TagResource", { resourceArn, tags: [] });
  assertRefused(tag("nonsense"), "InvalidParameterException", "Invalid resource ARN.");
  assertRefused(tag(`${base}cluster/x`), "ClusterNotFoundException", "Cluster not found.");
  assertRefused(tag(`${base}task-definition/x:1`), "ClientException", "does not exist");
  assertRefused(tag(`${base}task/main/x`), "ResourceNotFoundException", "was not found");
  assertRefused(
    () => call("ListTagsForResource", { resourceArn: `${base}task/main/x` }),
    "InvalidParameterException",
    "was not found",
  );
});

Deno.test("tags and keys of tags are required", () => {
  const { arn, call } = stage();
  for (const [operation, key] of [["TagResource", "tags"], ["UntagResource", "tagKeys"]] as const) {
    assertRefused(
      () => call(operation, { resourceArn: arn }),
      "InvalidParameterException",
      `${key} cannot be null.`,
    );
  }
});

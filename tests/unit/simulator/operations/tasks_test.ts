import { assertEquals } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused, region } from "../../../harness/simulator_definitions.ts";
import { createTaskModel, runContainers } from "../../../harness/simulator_tasks.ts";

function stage() {
  const world = createTaskModel();
  const { arn, id } = runContainers(world, { app: {} });
  const call = (operation: string, input: Input) => perform(world.model, region, operation, input);
  call("CreateCluster", { clusterName: "other" });
  return { arn, id, call };
}

for (
  const [operation, named] of [
    ["DescribeTasks", (task: string) => ({ tasks: [task] })],
    ["StopTask", (task: string) => ({ task })],
  ] as const
) {
  Deno.test(`${operation} takes a task's id and its ARN`, () => {
    const { arn, id, call } = stage();
    for (const task of [arn, id]) call(operation, { cluster: "main", ...named(task) });
  });

  Deno.test(`${operation} refuses what is no task of the cluster`, () => {
    const { arn, call } = stage();
    const refused = (cluster: string, task: string, says: string) =>
      assertRefused(
        () => call(operation, { cluster, ...named(task) }),
        "InvalidParameterException",
        says,
      );
    refused("main", "nope", "taskId length should be one of [32,36]");
    refused(
      "other",
      arn,
      "Invalid identifier: Identifier is for cluster main. Your cluster is other",
    );
    refused("main", arn.replace("us-east-1", "eu-west-1"), "Invalid Region in ARN");
  });
}

Deno.test("an id that no task has is MISSING to DescribeTasks and refused by StopTask", () => {
  const { call } = stage();
  const id = "f".repeat(32);
  assertEquals(call("DescribeTasks", { cluster: "main", tasks: [id] }), {
    tasks: [],
    failures: [{
      arn: `arn:aws:ecs:us-east-1:123456789012:task/main/${id}`,
      reason: "MISSING",
    }],
  });
  assertRefused(
    () => call("StopTask", { cluster: "main", task: id }),
    "InvalidParameterException",
    "The referenced task was not found.",
  );
});

Deno.test("DescribeTasks takes 1 to 100 tasks", () => {
  const { arn, call } = stage();
  const describe = (count: number) => () =>
    call("DescribeTasks", { cluster: "main", tasks: Array(count).fill(arn) });
  describe(100)();
  assertRefused(describe(0), "InvalidParameterException", "Tasks cannot be empty.");
  assertRefused(describe(101), "InvalidParameterException", "taskIds can have at most 100 items.");
});

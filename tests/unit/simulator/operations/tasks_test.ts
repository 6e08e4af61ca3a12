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

Deno.test("ListTasks lists by each of its filters", () => {
  const { arn, call } = stage();
  const listed = (filter: Input) =>
    (call("ListTasks", { cluster: "main", ...filter }) as { taskArns: string[] }).taskArns;
  const instance = "0123456789abcdef0123456789abcdef";
  const matching: Input[] = [
    {},
    { family: "web" },
    { launchType: "EC2" },
    { containerInstance: instance },
    { containerInstance: `arn:aws:ecs:us-east-1:123456789012:container-instance/main/${instance}` },
  ];
  for (const filter of matching) assertEquals(listed(filter), [arn], JSON.stringify(filter));
  const others: Input[] = [
    { family: "other" },
    { daemonName: "agent" },
    { launchType: "FARGATE" },
    { containerInstance: "f".repeat(32) },
  ];
  for (const filter of others) assertEquals(listed(filter), [], JSON.stringify(filter));
});

Deno.test("ListTasks refuses a service and a launch type that there are not", () => {
  const { call } = stage();
  assertRefused(
    () => call("ListTasks", { cluster: "main", serviceName: "web" }),
    "ServiceNotFoundException",
    "Service not found.",
  );
  assertRefused(
    () => call("ListTasks", { cluster: "main", launchType: "X" }),
    "InvalidParameterException",
    "launchType must be one of",
  );
});

Deno.test("DescribeTasks refuses to include what there is not", () => {
  const { arn, call } = stage();
  assertRefused(
    () => call("DescribeTasks", { cluster: "main", tasks: [arn], include: ["TAG"] }),
    "InvalidParameterException",
    "include must be of TAGS",
  );
});

Deno.test("startedBy is combined with no filter other than the desired status", () => {
  const { call } = stage();
  const list = (filter: Input) => call("ListTasks", { cluster: "main", startedBy: "a", ...filter });
  list({ desiredStatus: "STOPPED" });
  for (const name of ["family", "containerInstance", "serviceName", "launchType", "daemonName"]) {
    assertRefused(
      () => list({ [name]: "EC2" }),
      "InvalidParameterException",
      "startedBy cannot be combined with another filter.",
    );
  }
});

Deno.test("a new task is MISSING for a time that is shorter by the speed", () => {
  const world = createTaskModel();
  Object.assign(world.model, { speed: 10 });
  world.model.pace.consistency = 1_000;
  const { arn } = runContainers(world, { app: {} });
  const found = (operation: string, input: Input, member: string) =>
    (perform(world.model, region, operation, { cluster: "main", ...input }) as Record<
      string,
      unknown[]
    >)[member]?.length;
  const both = () => [
    found("DescribeTasks", { tasks: [arn] }, "tasks"),
    found("ListTasks", {}, "taskArns"),
  ];
  world.at(99);
  assertEquals(both(), [0, 0]);
  world.at(100);
  assertEquals(both(), [1, 1]);
});

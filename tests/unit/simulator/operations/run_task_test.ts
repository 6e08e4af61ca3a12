import { assertEquals, assertNotEquals } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused, containers, region } from "../../../harness/simulator_definitions.ts";
import { createTaskModel } from "../../../harness/simulator_tasks.ts";

type Started = { tasks: { taskArn: string; tags: unknown[] }[] };

const request = { cluster: "main", taskDefinition: "web", count: 2, clientToken: "once" };

function stage() {
  let draws = 0;
  const { model } = createTaskModel(() => (draws += 0.618) % 1);
  const call = (operation: string, input: Input) => perform(model, region, operation, input);
  call("RegisterTaskDefinition", containers({ app: {} }));
  const arnsOf = (input: Input) =>
    (call("RunTask", input) as Started).tasks.map(({ taskArn }) => taskArn);
  return { call, arnsOf };
}

Deno.test("a client token with the same parameters answers the same tasks, in any order of members", () => {
  const { arnsOf } = stage();
  const first = arnsOf(request);
  assertEquals(arnsOf(request), first);
  assertEquals(arnsOf(Object.fromEntries(Object.entries(request).reverse())), first);
  assertEquals(arnsOf({ ...request, group: null }), first);
  assertNotEquals(arnsOf({ ...request, clientToken: "twice" }), first);
});

Deno.test("a client token with other parameters is refused", () => {
  const { arnsOf } = stage();
  arnsOf(request);
  assertRefused(() => arnsOf({ ...request, count: 1 }), "ConflictException", "already in use");
});

Deno.test("a client token answers the same tasks after their definition has become inactive", () => {
  const { call, arnsOf } = stage();
  const first = arnsOf({ ...request, taskDefinition: "web:1" });
  call("DeregisterTaskDefinition", { taskDefinition: "web:1" });
  assertEquals(arnsOf({ ...request, taskDefinition: "web:1" }), first);
  assertRefused(
    () => arnsOf({ ...request, taskDefinition: "web:1", clientToken: "twice" }),
    "ClientException",
    "TaskDefinition is inactive",
  );
});

Deno.test("a client token lives an hour longer than its tasks, as their descriptions do", () => {
  let draws = 0;
  const world = createTaskModel(() => (draws += 0.618) % 1);
  const call = (operation: string, input: Input) => perform(world.model, region, operation, input);
  call("RegisterTaskDefinition", containers({ app: {} }));
  const run = () => (call("RunTask", request) as Started).tasks.map(({ taskArn }) => taskArn);
  const first = run();
  for (const task of first) call("StopTask", { cluster: "main", task });
  const stoppedAt = () =>
    Math.max(...[...world.model.tasks.values()].map((task) => task.stoppedAt ?? Infinity));
  world.at(5_000);
  const forgottenAt = stoppedAt() + 3_600_000;
  world.at(forgottenAt - 1);
  assertEquals(run(), first);
  world.at(forgottenAt);
  const again = run();
  assertEquals([again.length, again.filter((arn) => first.includes(arn)).length], [2, 0]);
});

Deno.test("managed tags name the cluster, beside 50 tags of one's own", () => {
  const { call } = stage();
  const tags = Array.from({ length: 50 }, (_, at) => ({ key: `key-${at}`, value: "" }));
  const answer = call("RunTask", {
    cluster: "main",
    taskDefinition: "web",
    enableECSManagedTags: true,
    tags,
  });
  const [task] = (answer as Started).tasks;
  const managed = { key: "aws:ecs:clusterName", value: "main" };
  assertEquals(task?.tags, [managed, ...tags]);
  const resourceArn = task?.taskArn ?? "";
  call("TagResource", { resourceArn, tags: [{ key: "key-0", value: "new" }] });
  call("UntagResource", { resourceArn, tagKeys: tags.map(({ key }) => key) });
  assertEquals(call("ListTagsForResource", { resourceArn }), { tags: [managed] });
  assertRefused(
    () => call("UntagResource", { resourceArn, tagKeys: [managed.key] }),
    "InvalidParameterException",
    "aws:",
  );
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import { performLogs } from "../../../../demo/simulator/logs/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { containerPrinted } from "../../../../demo/simulator/state/container_logs.ts";
import { containerExited } from "../../../../demo/simulator/state/task_life.ts";
import { createTaskModel, runContainers } from "../../../harness/simulator_tasks.ts";

const awslogs = (options: Input = {}) => ({
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": "g", "awslogs-region": "us-east-1", ...options },
  },
});
const prefix = { "awslogs-stream-prefix": "web" };

function stage() {
  const world = createTaskModel();
  Object.assign(world.model.logs.habits, { emptyPages: 0, partialPages: 0 });
  const logs = (operation: string, input: Input = {}) =>
    performLogs(world.model, "us-east-1", operation, { logGroupName: "g", ...input });
  return { world, logs };
}

Deno.test("streams are named by prefix, container and task, and there from the start on", () => {
  const { world, logs } = stage();
  logs("CreateLogGroup");
  const task = runContainers(world, {
    app: awslogs(prefix),
    bare: awslogs(),
    other: { logConfiguration: { logDriver: "json-file" } },
  });
  world.at(2_000);
  const { logStreams } = logs("DescribeLogStreams") as { logStreams: { logStreamName: string }[] };
  assertEquals(
    logStreams.map(({ logStreamName }) => logStreamName).sort(),
    [task.containers[1]?.runtimeId, `web/app/${task.id}`].sort(),
  );
});

Deno.test("a last line without a break is read after the container's end", () => {
  const { world, logs } = stage();
  logs("CreateLogGroup");
  const task = runContainers(world, { app: awslogs(prefix) });
  world.at(2_000);
  const [app] = task.containers;
  if (app === undefined) throw new Error("the task has no container");
  containerPrinted(world.model, app, "stdout", "first\nlast");
  containerExited(world.model, task, "app", { exitCode: 0 });
  const messages = () => {
    const { events } = logs("FilterLogEvents") as { events: { message: string }[] };
    return events.map(({ message }) => message);
  };
  world.at(2_001);
  assertEquals([task.status, messages()], ["STOPPED", []]);
  world.at(2_000 + 7_000);
  assertEquals(messages(), ["first", "last"]);
});

Deno.test("without its log group a container runs, unless its mode is blocking", () => {
  const { world } = stage();
  const task = runContainers(world, { app: awslogs(prefix) });
  world.at(2_000);
  assertEquals(task.status, "RUNNING");
  const blocked = runContainers(world, { app: awslogs({ ...prefix, mode: "blocking" }) });
  world.at(4_000);
  assertEquals([blocked.status, blocked.stopCode], ["STOPPED", "TaskFailedToStart"]);
  assertStringIncludes(
    blocked.stoppedReason ?? "",
    "ResourceNotFoundException: The specified log group does not exist.",
  );
});

import { assertEquals } from "@std/assert";
import { performLogs } from "../../../../demo/simulator/logs/operations.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import { nextChangeAt } from "../../../../demo/simulator/state/task_life.ts";
import { createTaskModel, runContainers } from "../../../harness/simulator_tasks.ts";

function stage(setting: string) {
  const world = createTaskModel();
  Object.assign(world.model.logs.habits, { emptyPages: 0, partialPages: 0 });
  perform(world.model, "us-east-1", "UpdateClusterSettings", {
    cluster: "main",
    settings: [{ name: "containerInsights", value: setting }],
  });
  const task = runContainers(world, { app: { cpu: 256 }, agent: { cpu: 64, essential: false } });
  const events = (pattern: string): Record<string, unknown>[] => {
    const answer = performLogs(world.model, "us-east-1", "FilterLogEvents", {
      logGroupName: "/aws/ecs/containerinsights/main/performance",
      filterPattern: pattern,
      startTime: 0,
    });
    return (answer as { events: { message: string }[] }).events.map(({ message }) =>
      JSON.parse(message)
    );
  };
  return { world, task, events };
}

for (const setting of ["enabled", "enhanced"]) {
  Deno.test(`a running task has one performance log event a minute: ${setting}`, () => {
    const { world, task, events } = stage(setting);
    for (const at of [60_000, 120_000, 240_000]) world.at(at);
    const found = events(`{ $.Type = "Task" && $.TaskId = "${task.id}" }`);
    assertEquals(found.map(({ Timestamp }) => Timestamp), [60_000, 120_000, 180_000]);
    const { TaskDefinitionFamily, CpuUtilized, CpuReserved, MemoryUtilized, MemoryReserved } =
      found[0] ?? {};
    assertEquals(
      { TaskDefinitionFamily, CpuUtilized, CpuReserved, MemoryUtilized, MemoryReserved },
      {
        TaskDefinitionFamily: "web",
        CpuUtilized: 32,
        CpuReserved: 320,
        MemoryUtilized: 48,
        MemoryReserved: 128,
      },
    );
    assertEquals(events('{ $.Type = "Container" && $.ContainerName = "agent" }').length, 3);
  });
}

Deno.test("a point can be read only a while after its minute", () => {
  const { world, events } = stage("enabled");
  world.at(60_000);
  assertEquals(events('{ $.Type = "Task" }'), []);
  world.at(60_000 + 45_000);
  assertEquals(events('{ $.Type = "Task" }').length, 1);
});

Deno.test("without Container Insights nothing is measured, and no time is waited for", () => {
  const { world } = stage("disabled");
  world.at(600_000);
  assertEquals(nextChangeAt(world.model), Infinity);
  assertEquals(world.model.insights.series.size, 0);
  assertEquals(world.model.logs.groups.size, 0);
});

Deno.test("a container that has ended is measured no more", () => {
  const { world, task, events } = stage("enhanced");
  const [, agent] = task.containers;
  world.at(2_000);
  if (agent !== undefined) agent.phase = "ended";
  world.at(60_000);
  world.at(180_000);
  assertEquals(events('{ $.Type = "Container" }').map(({ ContainerName }) => ContainerName), [
    "app",
    "app",
  ]);
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  containerExited,
  healthReported,
  stop,
} from "../../../../demo/simulator/state/task_life.ts";
import { createTaskModel, phasesOf, runContainers } from "../../../harness/simulator_tasks.ts";

const helper = { essential: false };
const after = (containerName: string, condition: string) => ({
  dependsOn: [{ containerName, condition }],
});
const user = { code: "UserInitiated", reason: "enough" } as const;

Deno.test("containers without dependencies start together, and then the task is RUNNING", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: {}, agent: {} });
  world.at(1_999);
  assertEquals([task.status, phasesOf(task)], ["PENDING", { app: "waiting", agent: "waiting" }]);
  world.at(2_000);
  assertEquals([task.status, task.startedAt, world.events], [
    "RUNNING",
    2_000,
    ["start app", "start agent"],
  ]);
});

Deno.test("a container starts after the container that it depends on", () => {
  const world = createTaskModel();
  runContainers(world, { app: after("agent", "START"), agent: {} });
  world.at(2_000);
  assertEquals(world.events, ["start agent", "start app"]);
});

Deno.test("links and volumes of another container order the start like START", () => {
  const world = createTaskModel();
  runContainers(world, {
    app: { links: ["db:db"], volumesFrom: [{ sourceContainer: "data" }] },
    db: {},
    data: {},
  });
  world.at(2_000);
  assertEquals(world.events, ["start db", "start data", "start app"]);
});

Deno.test("a task is PENDING until the container that another waits for has ended with success", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: after("init", "SUCCESS"), init: helper });
  world.at(60_000);
  assertEquals([task.status, world.events], ["PENDING", ["start init"]]);
  containerExited(world.model, task, "init", { exitCode: 0 });
  world.at(60_001);
  assertEquals([task.status, phasesOf(task)], ["RUNNING", { app: "running", init: "ended 0" }]);
});

Deno.test("COMPLETE takes any exit code", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: after("init", "COMPLETE"), init: helper });
  world.at(2_000);
  containerExited(world.model, task, "init", { exitCode: 1 });
  world.at(2_001);
  assertEquals(task.status, "RUNNING");
});

Deno.test("HEALTHY waits for the health of the other container", () => {
  const world = createTaskModel();
  const healthCheck = { command: ["CMD", "true"] };
  const task = runContainers(world, { app: after("db", "HEALTHY"), db: { healthCheck } });
  world.at(2_000);
  healthReported(world.model, task, "db", "UNHEALTHY");
  assertEquals(task.status, "PENDING");
  healthReported(world.model, task, "db", "HEALTHY");
  world.at(2_001);
  assertEquals([task.status, world.events], ["RUNNING", ["start db", "start app"]]);
});

Deno.test("a task fails to start when an essential container never can", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: after("init", "SUCCESS"), init: helper });
  world.at(2_000);
  containerExited(world.model, task, "init", { exitCode: 1 });
  world.at(2_001);
  assertEquals([task.status, task.stopCode, task.startedAt, phasesOf(task)], [
    "STOPPED",
    "TaskFailedToStart",
    undefined,
    { app: "ended 143", init: "ended 1" },
  ]);
  assertStringIncludes(
    task.containers[0]?.reason ?? "",
    "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency " +
      "[init] for target [app] as dependency did not exit successfully.",
  );
});

Deno.test("a task runs on without a helper that never can start", () => {
  const world = createTaskModel();
  const task = runContainers(world, {
    app: {},
    report: { ...helper, ...after("init", "SUCCESS") },
    last: { ...helper, ...after("report", "START") },
    init: helper,
  });
  world.at(2_000);
  containerExited(world.model, task, "init", { exitCode: 2 });
  world.at(2_001);
  assertEquals([task.status, phasesOf(task)], ["RUNNING", {
    app: "running",
    report: "ended 143",
    last: "ended 143",
    init: "ended 2",
  }]);
});

Deno.test("a wait ends with the start timeout of the container that is waited for", () => {
  const world = createTaskModel();
  const task = runContainers(world, {
    app: after("init", "COMPLETE"),
    init: { ...helper, startTimeout: 5 },
  });
  world.at(6_999);
  assertEquals(task.status, "PENDING");
  world.at(7_000);
  assertEquals([task.stopCode, phasesOf(task)["app"]], ["TaskFailedToStart", "ended 143"]);
  assertStringIncludes(task.containers[0]?.reason ?? "", "has timed out");
  assertEquals(world.events.at(-1), "end init");
});

Deno.test("containers end in the opposite order of their start", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: after("agent", "START"), agent: {} });
  world.at(2_000);
  stop(world.model, task, user);
  world.at(2_001);
  assertEquals([task.status, world.events.slice(2)], ["STOPPING", ["end app"]]);
  containerExited(world.model, task, "app", { exitCode: 143 });
  assertEquals(world.events.slice(2), ["end app", "end agent"]);
  containerExited(world.model, task, "agent", { exitCode: 143 });
  world.at(2_002);
  assertEquals([task.status, task.executionStoppedAt], ["STOPPED", 2_001]);
});

Deno.test("a stop while containers wait ends those that run and starts no other", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: after("init", "SUCCESS"), init: helper });
  world.at(2_000);
  stop(world.model, task, user);
  assertEquals([task.status, world.events], ["STOPPING", ["start init", "end init"]]);
  containerExited(world.model, task, "init", { exitCode: 0 });
  world.at(2_001);
  assertEquals([task.status, phasesOf(task)], ["STOPPED", { app: "ended", init: "ended 0" }]);
});

Deno.test("a task stays RUNNING when a container that is not essential ends", () => {
  const world = createTaskModel();
  const task = runContainers(world, { app: {}, agent: helper });
  world.at(2_000);
  containerExited(world.model, task, "agent", { exitCode: 1, reason: "gone" });
  world.at(3_000);
  assertEquals([task.status, task.desired, phasesOf(task)], ["RUNNING", "RUNNING", {
    app: "running",
    agent: "ended 1",
  }]);
});

Deno.test("a container that ends at once leaves a task that was started", () => {
  const world = createTaskModel();
  world.model.pace.activating = 60_000;
  const task = runContainers(world, { app: {} });
  world.at(2_000);
  containerExited(world.model, task, "app", { exitCode: 0 });
  world.at(2_001);
  assertEquals([task.status, task.startedAt, task.stopCode], [
    "STOPPED",
    2_000,
    "EssentialContainerExited",
  ]);
});

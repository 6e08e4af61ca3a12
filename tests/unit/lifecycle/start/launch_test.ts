import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { containerExited } from "../../../../demo/simulator/state/task_life.ts";
import type { AwsOperations } from "../../../../src/aws/operations.ts";
import { LaunchError, type Lifecycle } from "../../../../src/lifecycle/lifecycle.ts";
import { restoreTime } from "../../../../src/lifecycle/start/met_tasks.ts";
import { runForeignTask } from "../../../harness/foreign_task.ts";
import {
  answering,
  configOf,
  createWorld,
  ownerOf,
  startRequest,
  type World,
} from "../../../harness/world.ts";

const allocDir = "/alloc/own";

function start(
  { start }: Lifecycle,
  run: string,
  { task = {}, dir = allocDir }: { task?: Record<string, unknown>; dir?: string } = {},
) {
  const config = configOf({ wait_for: "none", ...task });
  return start(startRequest({ owner: ownerOf(run), config, allocDir: dir }));
}

/** A world of plugins that have run for long, with a new directory, and what calls starts have made. */
async function worldWithCalls(consistency = 0) {
  const calls: string[] = [];
  const counted = (operations: AwsOperations): AwsOperations => ({
    ...operations,
    listTasks: (...call) => {
      calls.push("ListTasks");
      return operations.listTasks(...call);
    },
    runTask: (...call) => {
      calls.push("RunTask");
      return operations.runTask(...call);
    },
  });
  const world = createWorld({ consistency, intercept: counted });
  await world.pass(restoreTime + 1);
  world.disk.makeDirectory(allocDir);
  return { ...world, calls };
}

Deno.test("the first start of an allocation's task asks ECS for nothing but its task", async () => {
  const { lifecycle, settle, calls } = await worldWithCalls();
  const started = await settle(start(lifecycle, "11111111"));
  assertEquals([started.status, calls], ["fulfilled", ["RunTask"]]);
});

Deno.test("a start looks for an earlier one's task where one may have been", async () => {
  const restarted = await worldWithCalls();
  const first = await restarted.settle(start(restarted.lifecycle, "11111111"));
  assert(first.status === "fulfilled");
  await restarted.settle(first.value.remote.stop("the test", 60_000));
  await restarted.settle(start(restarted.lifecycle, "22222222"));
  assertEquals(restarted.calls, ["RunTask", "ListTasks", "RunTask"]);

  const unrecorded = await worldWithCalls();
  unrecorded.disk.state = "full";
  await unrecorded.settle(start(unrecorded.lifecycle, "11111111"));
  assertEquals(unrecorded.calls, ["ListTasks", "RunTask"]);

  const missing = await worldWithCalls();
  await missing.settle(start(missing.lifecycle, "11111111", { dir: "/alloc/other" }));
  assertEquals(missing.calls, ["ListTasks", "RunTask"]);
});

Deno.test("a process that dies when ECS has its task leaves it to the next start, however young it is", async () => {
  const world = await worldWithCalls(15_000);
  const { lifecycle, kill } = world.launch();
  await world.pass(restoreTime);
  start(lifecycle, "11111111");
  while (world.ecs.live().length === 0) await world.pass(1);
  kill();
  const next = await world.settle(start(world.launch().lifecycle, "22222222"));
  assert(next.status === "fulfilled");
  assertEquals(world.ecs.live().map(({ arn }) => arn), [next.value.remote.ref.arn]);
});

Deno.test("a start after a process that died without a record does not believe ECS before it lists all", async () => {
  for (const state of ["full", "broken"] as const) {
    for (const later of ["fine", state] as const) {
      const world = await worldWithCalls(15_000);
      world.disk.state = state;
      const { lifecycle, kill } = world.launch();
      start(lifecycle, "11111111");
      while (world.ecs.live().length === 0) await world.pass(1);
      kill();
      world.disk.state = later;
      const next = await world.settle(start(world.launch().lifecycle, "22222222"));
      assert(next.status === "fulfilled");
      const arns = world.ecs.live().map(({ arn }) => arn);
      assertEquals(arns, [next.value.remote.ref.arn], `${state}, then ${later}`);
    }
  }
});

Deno.test("a new directory's start does not wait for what ECS may list later", async () => {
  const world = await worldWithCalls();
  const { lifecycle } = world.launch();
  await world.pass(1);
  world.disk.makeDirectory("/alloc/new");
  const told: string[] = [];
  const config = configOf({ wait_for: "none" });
  const onEvent = ({ message }: { message: string }) => void told.push(message);
  const request = startRequest({ owner: ownerOf(), config, allocDir: "/alloc/new", onEvent });
  const started = await world.settle(lifecycle.start(request));
  assertEquals(started.status, "fulfilled");
  assertEquals(told.filter((message) => message.startsWith("Waiting")), []);
});

Deno.test("a start that is asked for again after its process died keeps its task, whatever the configuration is by then", async () => {
  const world = await worldWithCalls();
  const { lifecycle, kill } = world.launch();
  start(lifecycle, "11111111", { task: { tags: { stage: "1" } } });
  while (world.ecs.live().length === 0) await world.pass(1);
  kill();
  // ECS neither lists nor describes it when the start is asked for again.
  world.ecs.model.pace.consistency = 15_000;
  const task = { tags: { stage: "2" } };
  const again = await world.settle(start(world.launch().lifecycle, "11111111", { task }));
  assert(again.status === "fulfilled");
  assertEquals(world.ecs.model.tasks.size, 1);
});

Deno.test("a run that ended while it was looked after is not taken up again by the next process", async () => {
  const world = await worldWithCalls();
  const { lifecycle, kill } = world.launch();
  const first = await world.settle(start(lifecycle, "11111111"));
  assert(first.status === "fulfilled");
  await world.settle(first.value.remote.stop("the test", 60_000));
  await world.pass(1_000);
  kill();
  const second = await world.settle(start(world.launch().lifecycle, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(world.ecs.live().map(({ arn }) => arn), [second.value.remote.ref.arn]);
});

Deno.test("a run whose end nobody saw is reported and not run again", async () => {
  const world = await worldWithCalls();
  const { lifecycle, kill } = world.launch();
  const running = { wait_for: "running" };
  start(lifecycle, "11111111", { task: running });
  while (world.ecs.model.tasks.size === 0) await world.pass(1);
  kill();
  await world.pass(60_000);
  const [task] = world.ecs.live();
  assert(task?.status === "RUNNING");
  containerExited(world.ecs.model, task, "main", { exitCode: 7 });
  await world.pass(60_000);
  const next = await world.settle(start(world.launch().lifecycle, "22222222", { task: running }));
  assert(next.status === "fulfilled");
  await world.pass(60_000);
  const state = next.value.remote.state();
  assertEquals(state.kind === "ended" && state.ending.exitCode, 7);
  assertEquals(world.ecs.model.tasks.size, 1);
});

/** A world whose process has died when ECS had its task, with a foreign task that conflicts name in its stead. */
async function worldWithFalseConflicts(falseAnswers: number) {
  let wrong = 0;
  let foreign = "";
  const misled = answering("runTask", async (input, signal, real) => {
    try {
      return await real(input, signal);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ConflictException") throw error;
      wrong += 1;
      if (wrong <= falseAnswers) Object.assign(error, { resourceIds: [foreign] });
      throw error;
    }
  });
  const world = createWorld({ intercept: misled });
  const task = runForeignTask(world.ecs.model, { startedBy: "ecs-svc/1" });
  foreign = task.arn;
  world.ecs.addForeign(task);
  await world.pass(restoreTime + 1);
  world.disk.makeDirectory(allocDir);
  const { lifecycle, kill } = world.launch();
  await world.pass(restoreTime);
  start(lifecycle, "11111111", { task: { tags: { stage: "1" } } });
  while (world.ecs.live().length === 0) await world.pass(1);
  kill();
  // ECS lists the task only later.
  world.ecs.model.pace.consistency = 15_000;
  return { ...world, foreign: task };
}

Deno.test("a start that is asked for again is not answered with a foreign task that ECS names for its client token", async () => {
  const { settle, launch, ecs, foreign } = await worldWithFalseConflicts(3);
  const task = { tags: { stage: "2" } };
  const again = await settle(start(launch().lifecycle, "11111111", { task }));
  assert(again.status === "fulfilled");
  assertEquals(ecs.live().map(({ arn }) => arn), [again.value.remote.ref.arn]);
  assertEquals([foreign.desired, foreign.tags], ["RUNNING", []]);
});

Deno.test("a start whose client token ECS gives to a foreign task fails for now, runs no second task and stops its own", async () => {
  for (const run of ["11111111", "22222222"]) {
    const { settle, pass, launch, ecs, foreign } = await worldWithFalseConflicts(Infinity);
    const task = { tags: { stage: "2" }, start_timeout: "10s" };
    const again = await settle(start(launch().lifecycle, run, { task }));
    assert(again.status === "rejected" && again.reason instanceof LaunchError);
    assert(again.reason.recoverable);
    assertStringIncludes(again.reason.message, 'its startedBy is "ecs-svc/1"');
    assertEquals(ecs.model.tasks.size, 2);
    await pass(120_000);
    assertEquals(ecs.live(), []);
    assertEquals([foreign.desired, foreign.tags, ecs.model.tasks.size], ["RUNNING", [], 2]);
  }
});

/** What a start that fails says that it leaves in its cluster. */
async function leftBy(world: World, run = "11111111", dir = allocDir) {
  const failed = await world.settle(
    start(world.lifecycle, run, { dir, task: { start_timeout: "10s" } }),
  );
  assert(failed.status === "rejected" && failed.reason instanceof LaunchError);
  return failed.reason.left;
}

Deno.test("a failed start leaves nothing where AWS answered no call and RunTask was not tried", async () => {
  const world = await worldWithCalls();
  world.ecs.weather = { mode: "error503", rate: 1 };
  assertEquals(await leftBy(world), "nothing");
  assertEquals(await leftBy(world, "22222222"), "nothing", "this process knows of the first start");
});

Deno.test("a failed start leaves nothing where AWS refused each of its calls", async () => {
  const world = await worldWithCalls();
  world.ecs.weather = { mode: "access-denied", rate: 1 };
  assertEquals(await leftBy(world), "nothing");
  assertEquals(world.calls, ["RunTask"]);
});

Deno.test("a failed start leaves perhaps a task where a RunTask got no answer", async () => {
  const denied = Object.assign(new Error("no"), {
    name: "AccessDeniedException",
    $fault: "client",
  });
  const world = createWorld({
    intercept: (operations) => ({
      ...operations,
      describeTaskDefinition: () => Promise.reject(denied),
      runTask: () => Promise.reject(new Error("the connection was lost")),
    }),
  });
  await world.pass(restoreTime + 1);
  world.disk.makeDirectory(allocDir);
  assertEquals(await leftBy(world), "perhaps a task");
});

Deno.test("a failed start leaves perhaps a task where an earlier process may have started one", async () => {
  const world = await worldWithCalls();
  world.ecs.weather = { mode: "error503", rate: 1 };
  const unknown = await leftBy(world, "11111111", "/alloc/other");
  assertEquals(unknown, "perhaps a task");
  const recorded = await worldWithCalls();
  recorded.ecs.weather = { mode: "error503", rate: 1 };
  await leftBy(recorded);
  const { lifecycle } = recorded.launch();
  assertEquals(await leftBy({ ...recorded, lifecycle }), "perhaps a task");
});

Deno.test("a failed start leaves perhaps a task where AWS has answered any call in its account", async () => {
  const world = await worldWithCalls();
  await world.settle(world.lifecycle.checkCluster(startRequest().cluster));
  world.ecs.weather = { mode: "error503", rate: 1 };
  assertEquals(await leftBy(world), "perhaps a task");
});

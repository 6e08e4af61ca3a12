import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { containerExited } from "../../../../demo/simulator/state/task_life.ts";
import type { RemoteState } from "../../../../src/lifecycle/task/tracking.ts";
import { createWorld, ownerOf, startRequest, type World } from "../../../harness/world.ts";

async function started(world: World) {
  const events: string[] = [];
  const start = await world.settle(
    world.lifecycle.start(startRequest({ onEvent: ({ message }) => events.push(message) })),
  );
  assert(start.status === "fulfilled");
  return { remote: start.value.remote, events };
}

function exit({ ecs }: World, exitCode: number) {
  for (const task of ecs.live()) containerExited(ecs.model, task, "main", { exitCode });
}

Deno.test("a listener hears of every new state, and of the end last", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  const heard: RemoteState[] = [];
  remote.listen((state) => heard.push(state));
  exit(world, 3);
  await world.pass(60_000);
  const last = heard.at(-1);
  assert(last?.kind === "ended");
  assertEquals(last.ending.exitCode, 3);
  assertEquals(heard.filter(({ kind }) => kind === "ended").length, 1);
  assertEquals(new Set(heard).size, heard.length, "a state that stays is not told again");
});

Deno.test("a listener that is taken back hears nothing more", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  const heard: RemoteState[] = [];
  remote.listen((state) => heard.push(state))();
  exit(world, 0);
  await world.pass(60_000);
  assertEquals(heard, []);
});

Deno.test("a release ends the task for its listeners at once, and not its ECS task", async () => {
  const world = createWorld();
  const { remote, events } = await started(world);
  const heard: RemoteState[] = [];
  remote.listen((state) => heard.push(state));
  remote.release("the task was destroyed");
  const [state] = heard;
  assert(state?.kind === "ended");
  assertEquals([state.ending.exitCode, state.ending.error], [-1, "the task was destroyed"]);
  assertEquals(remote.state(), state);
  const told = events.length;
  exit(world, 3);
  await world.pass(60_000);
  assertEquals(heard.length, 1, "how the ECS task ends is nobody's news");
  assertEquals(events.length, told);
});

Deno.test("a task that is left to run on has ended well for its listeners", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  remote.leave();
  const state = remote.state();
  assert(state.kind === "ended");
  assertEquals([state.ending.exitCode, state.ending.error], [0, undefined]);
  assertEquals(state.ending.endedAt !== undefined, true);
  await world.pass(60_000);
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("ECS is asked to stop a released task until it acknowledges", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  world.ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  const stopped = await world.settle(remote.stop("the test", 1_000));
  assert(stopped.status === "fulfilled" && stopped.value.kind === "unacknowledged");
  assertStringIncludes(stopped.value.error?.message ?? "", "StopTask");
  remote.release("the task was destroyed");
  await world.pass(60_000);
  assertEquals(world.ecs.live().length, 1);
  world.ecs.weather = undefined;
  await world.pass(60_000);
  assertEquals(world.ecs.live(), []);
});

for (
  const [mode, says] of [["error503", "DescribeTasks"], ["cut-before", "DescribeTasks"]] as const
) {
  Deno.test(`a stop answers in its time where ECS describes no task: ${mode}`, async () => {
    const world = createWorld();
    const { remote } = await started(world);
    world.ecs.weather = { mode, rate: 1, operation: "DescribeTasks" };
    const asked = world.time.now();
    const stopped = await world.settle(remote.stop("the test", 5_000));
    assert(stopped.status === "fulfilled" && stopped.value.kind === "unacknowledged");
    assertStringIncludes(stopped.value.error?.message ?? "none yet", says);
    assertEquals(world.time.now() - asked, 5_000);
    world.ecs.weather = undefined;
    await world.pass(60_000);
    assertEquals(world.ecs.live(), [], "the driver went on asking");
  });
}

Deno.test("a stop answers with the end when that comes in time, else with the acknowledgement", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  const soon = await world.settle(remote.stop("the test", 1_000));
  assertEquals(soon, { status: "fulfilled", value: { kind: "acknowledged" } });
  const late = await world.settle(remote.stop("the test", 120_000));
  assertEquals(late, { status: "fulfilled", value: { kind: "ended" } });
  const over = await world.settle(remote.stop("the test", 120_000));
  assertEquals(over, { status: "fulfilled", value: { kind: "ended" } });
});

Deno.test("a burst of stops is acknowledged, however long AWS's limits make it wait", async () => {
  const world = createWorld();
  const owners = Array.from({ length: 400 }, (_, at) => ownerOf("11111111", `alloc-${at}`));
  const { signal } = new AbortController();
  const starts = await world.settle(
    Promise.all(
      owners.map((owner) => world.lifecycle.start(startRequest({ owner, abandoned: signal }))),
    ),
  );
  assert(starts.status === "fulfilled");
  await world.pass(60_000);
  const began = world.time.now();
  const stops = await world.settle(
    Promise.all(starts.value.map(({ remote }) => remote.stop("the test", 1_000))),
  );
  assert(stops.status === "fulfilled");
  assertEquals(stops.value.filter(({ kind }) => kind !== "acknowledged"), []);
  const allowed = (400 - 100) / 40 * 1_000;
  assert(world.time.now() - began < 1.25 * allowed, `${world.time.now() - began} ms`);
});

Deno.test("a stop that ECS refuses is told to be unacknowledged when its time is over", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  world.ecs.weather = { mode: "error503", rate: 1, operation: "StopTask" };
  const began = world.time.now();
  const stopped = await world.settle(remote.stop("the test", 5_000));
  assert(stopped.status === "fulfilled" && stopped.value.kind === "unacknowledged");
  assert(world.time.now() - began < 6_000);
});

Deno.test("a stop that is throttled all the time is told to be unacknowledged in the end", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  world.ecs.weather = { mode: "throttle", rate: 1, operation: "StopTask" };
  const began = world.time.now();
  const stopped = await world.settle(remote.stop("the test", 5_000));
  assert(stopped.status === "fulfilled" && stopped.value.kind === "unacknowledged");
  assertStringIncludes(stopped.value.error?.message ?? "", "ThrottlingException");
  assertEquals(world.time.now() - began, 125_000);
});

Deno.test("a recovered task's first state is no news, and its end is", async () => {
  const world = createWorld();
  const { remote } = await started(world);
  remote.leave();
  const events: string[] = [];
  world.lifecycle.recover({
    ref: remote.ref,
    owner: ownerOf(),
    container: undefined,
    onEvent: ({ message }) => events.push(message),
  });
  await world.pass(30_000);
  assertEquals(events, []);
  exit(world, 0);
  await world.pass(60_000);
  assertStringIncludes(events.at(-1) ?? "", "is STOPPED");
});

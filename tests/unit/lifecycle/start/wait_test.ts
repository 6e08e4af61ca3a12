import { assert, assertEquals } from "@std/assert";
import { configOf, createWorld, startRequest, type World } from "../../../harness/world.ts";

function start({ lifecycle }: World, task: Record<string, unknown>) {
  const messages: string[] = [];
  const started = lifecycle.start(
    startRequest({ config: configOf(task), onEvent: ({ message }) => messages.push(message) }),
  );
  return { started, messages };
}

Deno.test("a start that waits for nothing is answered once ECS has accepted the task", async () => {
  const world = createWorld();
  const result = await world.settle(start(world, { wait_for: "none" }).started);
  assert(result.status === "fulfilled");
  assertEquals(result.value.remote.state().kind, "unseen");
});

Deno.test("a start that waits for the network is answered with the task's address, before RUNNING", async () => {
  const world = createWorld();
  const result = await world.settle(start(world, { wait_for: "network" }).started);
  assert(result.status === "fulfilled");
  const state = result.value.remote.state();
  assert(state.kind === "live" && state.snapshot.address !== undefined);
  assertEquals(state.snapshot.lastStatus === "RUNNING", false);
});

Deno.test("the user is reminded every minute of what a start still waits for", async () => {
  const world = createWorld();
  world.ecs.model.pace.pending = 150_000;
  const { started, messages } = start(world, {});
  const result = await world.settle(started);
  assertEquals(result.status, "fulfilled");
  const reminders = messages.filter((message) => message.startsWith("Still waiting"));
  assertEquals(reminders.length, 2);
  await world.pass(120_000);
  assertEquals(messages.filter((message) => message.startsWith("Still waiting")).length, 2);
});

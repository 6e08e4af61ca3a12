import { assert, assertEquals } from "@std/assert";
import { answering, configOf, createWorld, startRequest } from "../../../harness/world.ts";

/** A world in which a start is cut off after ECS accepted its RunTask, which ECS lists only later. */
async function worldAfterCutStart(consistency: number) {
  const world = createWorld({
    consistency,
    intercept: answering("runTask", async (input, signal, real) => {
      await real(input, signal);
      return await new Promise((_, reject) => signal.addEventListener("abort", reject));
    }),
  });
  const started = await world.settle(
    world.lifecycle.start(startRequest({ config: configOf({ start_timeout: "10s" }) })),
  );
  assert(started.status === "rejected");
  assertEquals(world.ecs.live().length, 1);
  return world;
}

Deno.test("the ECS task of a start that was cut off is stopped as soon as ECS lists it", async () => {
  const world = await worldAfterCutStart(30_000);
  await world.pass(60_000);
  assertEquals(world.ecs.live(), []);
});

Deno.test("AWS refusing the search for a while does not end it", async () => {
  const world = await worldAfterCutStart(0);
  world.ecs.weather = { mode: "access-denied", rate: 1 };
  await world.pass(30_000);
  assertEquals(world.ecs.live().length, 1);
  world.ecs.weather = undefined;
  await world.pass(60_000);
  assertEquals(world.ecs.live(), []);
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { launchDriver } from "../../harness/timed_driver.ts";
import { createWorld, ownerOf } from "../../harness/world.ts";

const { id } = ownerOf("a");

/** A driver whose task runs. StopTask is never answered where `deaf` says so. */
async function started(deaf: "deaf" | "answering" = "answering") {
  const world = createWorld({
    intercept: (operations): AwsOperations =>
      deaf === "deaf"
        ? { ...operations, stopTask: () => Promise.reject(new Error("socket hang up")) }
        : operations,
  });
  const plugin = launchDriver(world);
  const settled = await world.settle(plugin.start("a").started);
  assertEquals(settled.status, "fulfilled");
  return { ...world, ...plugin };
}

Deno.test("a stop is answered once ECS has acknowledged it", async () => {
  const world = await started();
  assertEquals((await world.settle(world.driver.stop(id, 10_000, "SIGTERM"))).status, "fulfilled");
  assertEquals(world.ecs.stops.length, 1);
});

Deno.test("a stop that ECS has not acknowledged in time is an error that Nomad may try again", async () => {
  const world = await started("deaf");
  const settled = await world.settle(world.driver.stop(id, 10_000, ""));
  const error = settled.status === "rejected" ? settled.reason : undefined;
  assertEquals([error?.kind, error?.recoverable], ["stop_failed", true]);
  assertStringIncludes(error?.message ?? "", "within 10000 ms; the driver keeps asking");
});

Deno.test("DETACH ends the task for Nomad, and leaves the ECS task running", async () => {
  const world = await started();
  const ended = Promise.withResolvers<number>();
  world.driver.onExit(id, ({ exitCode }) => ended.resolve(exitCode));
  await world.driver.stop(id, 10_000, "DETACH");
  assertEquals(await ended.promise, 0);
  await world.pass(60_000);
  assertEquals([world.ecs.live().length, world.ecs.stops.length], [1, 0]);
});

Deno.test("a task that runs is destroyed by force alone, and is then stopped", async () => {
  const world = await started();
  let message = "";
  try {
    world.driver.destroy(id, "unless running");
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  assertStringIncludes(message, "its ECS task runs; stop it first");
  world.driver.destroy(id, "by force");
  await world.pass(60_000);
  assertEquals([world.ecs.live().length, world.ecs.stops.length], [0, 1]);
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { containerExited } from "../../../demo/simulator/state/task_life.ts";
import { isStopSignal } from "../../../src/driver/signal.ts";
import { createExecWorld, type ExecWorld } from "../../harness/exec_world.ts";
import { ownerOf } from "../../harness/world.ts";

const { id } = ownerOf("a");

async function started(world: ExecWorld): Promise<void> {
  const settled = await world.settle(world.start("a").started);
  assertEquals(settled.status, "fulfilled");
}

/** The texts of a task's events so far. */
async function eventsOf(world: ExecWorld): Promise<string[]> {
  const texts: string[] = [];
  const over = new AbortController();
  const read = async () => {
    for await (const { message } of world.driver.events(over.signal)) texts.push(message);
  };
  const reading = read();
  await world.pass(1);
  over.abort();
  await reading.catch(() => {});
  return texts;
}

function stops(world: ExecWorld): number {
  return world.ecs.stops.length;
}

Deno.test("SIGTERM and no signal are ECS's own way to stop", () => {
  assertEquals(["", "SIGTERM", "sigterm", "TERM"].map(isStopSignal), [true, true, true, true]);
  assertEquals(["SIGINT", "HUP"].map(isStopSignal), [false, false]);
});

Deno.test("a signal goes to process 1 of the container", async () => {
  const world = createExecWorld();
  await started(world);
  const sent = world.driver.signal(id, "SIGHUP");
  await world.pass(1_000);
  world.finish(0);
  assertEquals((await world.settle(sent)).status, "fulfilled");
  assert(world.commands[0]?.command.endsWith("sh kill -s HUP 1"), world.commands[0]?.command);
});

Deno.test("a signal that there is not is refused before anything is sent", async () => {
  const world = createExecWorld();
  await started(world);
  const settled = await world.settle(world.driver.signal(id, "SIGNOPE; rm -rf /"));
  const message = settled.status === "rejected" ? settled.reason.message : "";
  assertStringIncludes(message, 'must be a Linux signal such as SIGHUP; got "SIGNOPE; rm -rf /"');
  assertEquals(world.commands, []);
});

Deno.test("a signal that the container's kill refuses is an error with its words", async () => {
  const world = createExecWorld();
  await started(world);
  const sent = world.driver.signal(id, "SIGHUP");
  sent.catch(() => {});
  await world.pass(1_000);
  world.finish(1, "kill: not permitted");
  const settled = await world.settle(sent);
  const message = settled.status === "rejected" ? settled.reason.message : "";
  assertStringIncludes(message, "kill ended with 1: kill: not permitted");
});

Deno.test("kill_signal is sent first, and the stop goes on once the task goes down by it", async () => {
  const world = createExecWorld();
  await started(world);
  const stopped = world.driver.stop(id, 20_000, "SIGINT");
  const exit = Promise.withResolvers<number>();
  world.driver.onExit(id, ({ exitCode }) => exit.resolve(exitCode));
  await world.pass(1_000);
  world.finish(0);
  await world.pass(1_000);
  assertEquals(stops(world), 0);
  const [task] = world.ecs.live();
  if (task !== undefined) containerExited(world.ecs.model, task, "main", { exitCode: 130 });
  await world.pass(3_000);
  assertEquals(stops(world), 1);
  assertEquals((await world.settle(stopped)).status, "fulfilled");
  assertEquals(await world.settle(exit.promise), { status: "fulfilled", value: 130 });
});

Deno.test("a task that kill_signal does not end is stopped by ECS after half of the time", async () => {
  const world = createExecWorld();
  await started(world);
  const stopped = world.driver.stop(id, 20_000, "SIGINT");
  await world.pass(1_000);
  world.finish(0);
  await world.pass(8_000);
  assertEquals(stops(world), 0);
  await world.pass(3_000);
  assertEquals(stops(world), 1);
  assertEquals((await world.settle(stopped)).status, "fulfilled");
});

Deno.test("a stop does not wait for a kill_signal that cannot be sent, and says so", async () => {
  const world = createExecWorld({
    refusal: "InvalidParameterException: execute command was not enabled",
  });
  await started(world);
  const stopped = world.driver.stop(id, 20_000, "SIGINT");
  await world.pass(3_000);
  assertEquals(stops(world), 1);
  assertEquals((await world.settle(stopped)).status, "fulfilled");
  const texts = await eventsOf(world);
  const told = texts.find((text) => text.includes("kill_signal"));
  assertStringIncludes(told ?? "", "kill_signal SIGINT was not sent, so ECS sends only SIGTERM: ");
  assertStringIncludes(told ?? "", "enable_execute_command = true");
});

Deno.test("a session that hangs does not hold up a stop", async () => {
  const world = createExecWorld();
  await started(world);
  const stopped = world.driver.stop(id, 20_000, "SIGINT");
  await world.pass(13_000);
  assertEquals(stops(world), 1);
  assertEquals((await world.settle(stopped)).status, "fulfilled");
});

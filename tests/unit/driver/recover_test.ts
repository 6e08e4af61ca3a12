import { assert, assertEquals, assertThrows } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { DriverError } from "../../../src/driver/driver_error.ts";
import { createTimedDriver, launchDriver } from "../../harness/timed_driver.ts";
import { cluster, ownerOf } from "../../harness/world.ts";

const arn = `arn:aws:ecs:us-east-1:123456789012:task/${cluster.name}/0123456789abcdef`;

Deno.test("a task is looked after from its handle on, without an answer from ECS", async () => {
  const world = createTimedDriver();
  const started = await world.settle(world.start("11111111").started);
  assert(started.status === "fulfilled");
  world.ecs.weather = { mode: "error503", rate: 1 };
  const { driver } = launchDriver(world);
  driver.recover(ownerOf("11111111"), started.value.handle, {
    allocDir: "/alloc/own",
  });
  const { state, attributes } = driver.inspect(ownerOf("11111111").id);
  assertEquals([state, attributes["arn"]], ["running", world.ecs.live()[0]?.arn]);
});

Deno.test("a task that is recovered twice is one task", () => {
  const { driver } = createTimedDriver();
  const handle = { version: 1, state: encode({ ARN: arn }) };
  driver.recover(ownerOf(), handle);
  driver.recover(ownerOf(), { version: 1, state: new Uint8Array() });
  assertEquals(driver.inspect(ownerOf().id).attributes["arn"], arn);
});

Deno.test("a handle that cannot be read is refused, and leaves nothing to look after", () => {
  const { driver } = createTimedDriver();
  const refused = assertThrows(
    () => driver.recover(ownerOf(), { version: 1, state: encode({}) }),
    DriverError,
  );
  assertEquals(refused.kind, "invalid_handle");
  assertThrows(() => driver.inspect(ownerOf().id), DriverError, "task not found");
});

Deno.test("a task whose handle contradicts its ARN is watched where the ARN says it is", async () => {
  const world = createTimedDriver();
  const started = await world.settle(world.start("11111111").started);
  assert(started.status === "fulfilled");
  const [task] = world.ecs.live();
  assert(task !== undefined);
  const { driver } = launchDriver(world);
  for (const fields of [{ Cluster: "second" }, { Cluster: cluster.name, Region: "eu-west-1" }]) {
    const state = encode({ ARN: task.arn, ...fields });
    driver.recover(ownerOf("11111111"), { version: 1, state });
    await world.pass(120_000);
    assertEquals(driver.inspect(ownerOf("11111111").id).state, "running");
    await world.settle(driver.stop(ownerOf("11111111").id, 1_000, "DETACH"));
    driver.destroy(ownerOf("11111111").id, "unless running");
  }
  const state = encode({ ARN: task.arn, Cluster: "second" });
  driver.recover(ownerOf("11111111"), { version: 1, state });
  const stopped = await world.settle(driver.stop(ownerOf("11111111").id, 60_000, "SIGTERM"));
  assertEquals([stopped.status, world.ecs.live()], ["fulfilled", []]);
  assertEquals(driver.inspect(ownerOf("11111111").id).state, "exited");
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { containerExited } from "../../../demo/simulator/state/task_life.ts";
import type { KnownNetwork } from "../../../src/driver/network.ts";
import { createTaskRecord, type ExitResult } from "../../../src/driver/task_record.ts";
import { cluster, createWorld, startRequest } from "../../harness/world.ts";

const unknown: KnownNetwork = { advertise: "private", address: undefined, ports: {} };

/** The record of a task that runs, and what its first listener has heard. */
async function recordOfRunning(network = unknown) {
  const world = createWorld();
  const started = await world.settle(world.lifecycle.start(startRequest()));
  assert(started.status === "fulfilled");
  const { remote } = started.value;
  const record = createTaskRecord({ remote, network, startedAt: 1_000, handover: true });
  const heard: ExitResult[] = [];
  const takeBack = record.onExit((how) => heard.push(how));
  const exits = async (exitCode: number) => {
    const [task] = world.ecs.live();
    assert(task !== undefined);
    containerExited(world.ecs.model, task, "main", { exitCode });
    await world.pass(60_000);
  };
  return { ...world, record, heard, takeBack, exits };
}

Deno.test("a listener hears once how the task ended, and one that comes later at once", async () => {
  const { record, heard, exits } = await recordOfRunning();
  await exits(3);
  const expected = { exitCode: 3, oomKilled: false, error: undefined };
  assertEquals(heard, [expected]);
  const late: ExitResult[] = [];
  record.onExit((how) => late.push(how));
  assertEquals(late, [expected]);
  const { state, result, completedAt } = record.status();
  assertEquals([state, result], ["exited", expected]);
  assert(completedAt !== undefined && completedAt > 1_000);
});

Deno.test("a listener that was taken back hears nothing", async () => {
  const { heard, takeBack, exits } = await recordOfRunning();
  takeBack();
  await exits(0);
  assertEquals(heard, []);
});

Deno.test("a detached task has ended well for Nomad, while its ECS task runs on", async () => {
  const { record, heard, ecs, pass } = await recordOfRunning();
  record.detach();
  assertEquals(heard, [{ exitCode: 0, oomKilled: false, error: undefined }]);
  assertEquals(record.isLive(), false);
  await pass(60_000);
  assertEquals(ecs.live().length, 1);
});

Deno.test("who waits for a task that is destroyed hears that it was", async () => {
  const { record, heard } = await recordOfRunning();
  record.destroy();
  assertEquals(heard.map(({ exitCode }) => exitCode), [-1]);
  assertStringIncludes(heard[0]?.error ?? "", "destroyed");
});

Deno.test("a task is live until its stop is asked for", async () => {
  const { record } = await recordOfRunning();
  assertEquals(record.isLive(), true);
  record.remote.stop("the test", 0);
  assertEquals(record.isLive(), false);
});

Deno.test("the status of a running task tells where it is and how it is reached", async () => {
  const { record, ecs } = await recordOfRunning({ ...unknown, ports: { http: 80 } });
  const [task] = ecs.live();
  const { state, network, attributes, result, completedAt } = record.status();
  assertEquals([state, result, completedAt], ["running", undefined, undefined]);
  assertEquals(network, { address: task?.address ?? "none", ports: { http: 80 } });
  assertEquals(attributes["arn"], task?.arn);
  assertEquals([attributes["cluster"], attributes["region"]], [cluster.name, "us-east-1"]);
  assertEquals(attributes["last_status"], "RUNNING");
  assertStringIncludes(
    attributes["console_url"] ?? "",
    "https://us-east-1.console.aws.amazon.com/",
  );
});

Deno.test("the private address never stands in for a public one", async () => {
  const { record } = await recordOfRunning({ ...unknown, advertise: "public" });
  assertEquals([record.known().network.address, record.status().network], [undefined, undefined]);
});

Deno.test("an address that a start has found is told whatever ECS says later", async () => {
  const { record } = await recordOfRunning({ ...unknown, address: "203.0.113.7" });
  assertEquals(record.status().network?.address, "203.0.113.7");
});

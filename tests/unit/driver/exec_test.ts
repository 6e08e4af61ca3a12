import { assertEquals, assertStringIncludes } from "@std/assert";
import { containerExited } from "../../../demo/simulator/state/task_life.ts";
import type { DriverError } from "../../../src/driver/driver_error.ts";
import { createExecWorld, type ExecWorld } from "../../harness/exec_world.ts";
import { ownerOf } from "../../harness/world.ts";

const { id } = ownerOf("a");
const never = new AbortController().signal;

async function started(world: ExecWorld): Promise<void> {
  const settled = await world.settle(world.start("a").started);
  assertEquals(settled.status, "fulfilled");
}

function run(world: ExecWorld, command: readonly string[]) {
  const output: string[] = [];
  const code = world.driver.exec(id, command, "pipes", {
    input: [{ kind: "end of stdin" }],
    onOutput: (stream, bytes) => void output.push(`${stream}: ${new TextDecoder().decode(bytes)}`),
    signal: never,
  });
  code.catch(() => {});
  return { code, output };
}

Deno.test("a command runs in the task's container, and its exit code is the answer", async () => {
  const world = createExecWorld();
  await started(world);
  const { code, output } = run(world, ["ls", "/nowhere"]);
  await world.pass(1_000);
  world.finish(2, "no such file");
  assertEquals(await world.settle(code), { status: "fulfilled", value: 2 });
  assertEquals(output, ["stderr: no such file"]);
  assertEquals(world.commands.length, 1);
  assertStringIncludes(world.commands[0]?.command ?? "", "sh ls /nowhere");
});

Deno.test("a command in a task that has ended is refused without asking ECS", async () => {
  const world = createExecWorld();
  await started(world);
  const [task] = world.ecs.live();
  if (task !== undefined) containerExited(world.ecs.model, task, "main", { exitCode: 0 });
  await world.pass(120_000);
  const settled = await world.settle(run(world, ["ls"]).code);
  const error: DriverError | undefined = settled.status === "rejected" ? settled.reason : undefined;
  assertEquals([error?.kind, world.commands.length], ["exec_failed", 0]);
});

Deno.test("a refusal is an error that says what to set", async () => {
  const refusal = "InvalidParameterException: The execute command failed because execute command " +
    "was not enabled when the task was run";
  const world = createExecWorld({ refusal });
  await started(world);
  const settled = await world.settle(run(world, ["ls"]).code);
  const error: DriverError | undefined = settled.status === "rejected" ? settled.reason : undefined;
  assertEquals(error?.kind, "exec_failed");
  assertStringIncludes(error?.message ?? "", "set enable_execute_command = true");
});

Deno.test("with exec = false a command is refused without asking ECS, and a stop goes on", async () => {
  const world = createExecWorld({ config: { exec: false } });
  await started(world);
  const settled = await world.settle(run(world, ["ls"]).code);
  const error: DriverError | undefined = settled.status === "rejected" ? settled.reason : undefined;
  assertEquals([error?.kind, world.commands.length], ["exec_failed", 0]);
  assertStringIncludes(error?.message ?? "", "exec = false");
  const stopped = await world.settle(world.driver.stop(id, 60_000, "SIGINT"));
  assertEquals([stopped.status, world.commands.length], ["fulfilled", 0]);
});

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LaunchError } from "../../../../src/lifecycle/launch_error.ts";
import { runForeignTask } from "../../../harness/foreign_task.ts";
import {
  answering,
  configOf,
  createWorld,
  ownerOf,
  startRequest,
  type World,
} from "../../../harness/world.ts";

function start(
  { lifecycle }: World,
  run: string,
  { timeout = 300_000, definition = "idle", abandoned = new AbortController().signal }: {
    timeout?: number;
    definition?: string;
    abandoned?: AbortSignal;
  } = {},
) {
  return lifecycle.start(
    startRequest({
      owner: ownerOf(run),
      config: configOf({ task_definition: definition, start_timeout: `${timeout}ms` }),
      abandoned,
    }),
  );
}

/** A world in which ECS accepts the first RunTask, answers it never, and shows its task late. */
function worldWithLostAnswer() {
  let asked = 0;
  return createWorld({
    consistency: 15_000,
    intercept: answering("runTask", async (input, signal, real) => {
      const answer = await real(input, signal);
      asked += 1;
      if (asked === 1) await new Promise((_, reject) => signal.addEventListener("abort", reject));
      return answer;
    }),
  });
}

Deno.test("a run after one that was cut off goes on with the ECS task that ECS may have accepted", async () => {
  const world = worldWithLostAnswer();
  const first = await world.settle(start(world, "11111111", { timeout: 10_000 }));
  assert(first.status === "rejected");
  // ECS does not list the first run's task yet; its client token is what finds it.
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(world.ecs.live().map(({ arn }) => arn), [second.value.remote.ref.arn]);
  await world.pass(300_000);
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("a run after one that was cut off, with another configuration, replaces its ECS task", async () => {
  const world = worldWithLostAnswer();
  const first = await world.settle(start(world, "11111111", { timeout: 10_000 }));
  assert(first.status === "rejected");
  const second = await world.settle(start(world, "22222222", { definition: "sleep" }));
  assert(second.status === "fulfilled");
  await world.pass(300_000);
  const [only, ...others] = world.ecs.live();
  assertEquals(others, []);
  assertEquals(only?.definition.family, "sleep");
});

Deno.test("what a start that was cut off has left is stopped when no other start follows", async () => {
  const world = worldWithLostAnswer();
  const first = await world.settle(start(world, "11111111", { timeout: 10_000 }));
  assert(first.status === "rejected");
  assertEquals(world.ecs.live().length, 1);
  await world.pass(60_000);
  assertEquals(world.ecs.live().length, 0);
});

Deno.test("a start that waits in vain stops its ECS task and says what it waited for", async () => {
  const world = createWorld();
  world.ecs.model.pace.pending = 3_600_000;
  const result = await world.settle(start(world, "11111111", { timeout: 30_000 }));
  assert(result.status === "rejected");
  assert(result.reason instanceof LaunchError);
  assert(result.reason.recoverable);
  assertMatch(
    result.reason.message,
    /start_timeout \(30 s\): it has been PENDING for [12][0-9] s; ECS says: ElasticNetworkInterface is PRECREATED$/,
  );
  await world.pass(60_000);
  assertEquals(world.ecs.live(), []);
});

Deno.test("a task that cannot start any more fails at once, with ECS's reason", async () => {
  const world = createWorld();
  const result = await world.settle(start(world, "11111111", { definition: "unpullable" }));
  assert(result.status === "rejected");
  assertStringIncludes(result.reason.message, "CannotPullContainerError");
  assert(world.time.now() < 120_000);
});

Deno.test("a start finds the ECS task that its allocation already has", async () => {
  const world = createWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  first.value.remote.release("the test");
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(second.value.remote.ref.arn, first.value.remote.ref.arn);
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("a foreign task that ECS names for a client token is not stopped", async () => {
  let foreign = "";
  const conflict = () =>
    Object.assign(new Error("the token is in use"), {
      name: "ConflictException",
      $fault: "client",
      $metadata: { httpStatusCode: 400 },
      resourceIds: [foreign],
    });
  let asked = 0;
  const world = createWorld({
    intercept: answering("runTask", async (input, signal, real) => {
      asked += 1;
      if (asked === 1) await new Promise((_, reject) => signal.addEventListener("abort", reject));
      if (asked === 2) throw conflict();
      return await real(input, signal);
    }),
  });
  const task = runForeignTask(world.ecs.model, { startedBy: "ecs-svc/1" });
  foreign = task.arn;
  const first = await world.settle(start(world, "11111111", { timeout: 10_000 }));
  assert(first.status === "rejected");
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled", String(Object.values(second)));
  assert(second.value.remote.ref.arn !== foreign);
  assertEquals(task.desired, "RUNNING");
});

import { assert, assertEquals } from "@std/assert";
import type { EcsTask } from "../../../demo/ecs/model.ts";
import { EcsError } from "../../../src/lifecycle/ecs_error.ts";
import { answering, configOf, createWorld, ownerOf, scope, type World } from "./world.ts";

function start({ lifecycle }: World, run: string) {
  return lifecycle.start({
    scope,
    owner: ownerOf(run),
    config: configOf(),
    env: {},
    resources: { cpu: 100, memory: 300 },
    abandoned: new AbortController().signal,
    onEvent: () => {},
  });
}

Deno.test("a task that ECS lost sight of and shows again is taken over, and no second one started", async () => {
  const world = createWorld();
  const first = await world.settle(start(world, "11111111"));
  assert(first.status === "fulfilled");
  const { remote } = first.value;
  const hidden = [...world.ecs.model.tasks] as [string, EcsTask][];
  world.ecs.model.tasks.clear();
  await world.pass(120_000);
  assertEquals(remote.state().kind, "ended");
  for (const [arn, task] of hidden) world.ecs.model.tasks.set(arn, task);
  const second = await world.settle(start(world, "22222222"));
  assert(second.status === "fulfilled");
  assertEquals(second.value.remote.ref.arn, remote.ref.arn);
  assertEquals(world.ecs.live().length, 1);
});

Deno.test("a stop does not wait for tags that AWS lets nobody set", async () => {
  const denied = new EcsError("denied", "TagResource", "AccessDeniedException");
  let tagged = 0;
  const world = createWorld({
    intercept: answering("tagResource", () => {
      tagged += 1;
      return Promise.reject(denied);
    }),
  });
  const owner = { ...ownerOf(), nodeId: "node-b" };
  const events: string[] = [];
  const started = await world.settle(start(world, "11111111"));
  assert(started.status === "fulfilled");
  const { remote } = started.value;
  remote.release();
  const recovered = world.lifecycle.recover(
    remote.ref,
    owner,
    undefined,
    ({ message }) => events.push(message),
  );
  await world.pass(120_000);
  assertEquals(tagged, 1, "a refusal is not worth asking again soon");
  assert(events.some((message) => message.includes("cannot be tagged")));
  const stopped = await world.settle(recovered.stop("the test", 60_000));
  assert(stopped.status === "fulfilled");
  assertEquals(world.ecs.live(), []);
});

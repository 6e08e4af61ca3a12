import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { demoPreset, loadPreset } from "../../../../demo/simulator/preset.ts";
import { createLifecycle } from "../../../../src/lifecycle/lifecycle.ts";
import {
  answering,
  configOf,
  createWorld,
  ownerOf,
  silent,
  startRequest,
  type World,
} from "../../../harness/world.ts";

function start(
  { lifecycle }: Pick<World, "lifecycle">,
  task: Record<string, unknown>,
  owner = ownerOf(),
) {
  const events: string[] = [];
  const started = lifecycle.start(
    startRequest({ owner, config: configOf(task), onEvent: ({ message }) => events.push(message) }),
  );
  return { started, events };
}

/** Registers a revision of `web` with these containers. */
function register({ ecs }: World, ...names: string[]): void {
  loadPreset(ecs.model, {
    ...demoPreset,
    clusters: [],
    logGroups: [],
    taskDefinitions: [{
      family: "web",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: names.map((name) => ({ name, image: "idle" })),
    }],
  });
}

Deno.test("what a family's remembered revision does not have is looked for in its newest", async () => {
  const world = createWorld();
  register(world, "main");
  const first = await world.settle(start(world, { task_definition: "web" }).started);
  assert(first.status === "fulfilled");
  register(world, "main", "side");
  const second = await world.settle(
    start(world, { task_definition: "web", container: "side" }).started,
  );
  assert(second.status === "fulfilled", String(second.status === "rejected" && second.reason));
});

Deno.test("a definition that is deregistered again and again is worth another try", async () => {
  const inactive = Object.assign(new Error("TaskDefinition is inactive"), {
    name: "ClientException",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
  const world = createWorld({ intercept: answering("runTask", () => Promise.reject(inactive)) });
  const definition = { family: "own", container: [{ name: "main", image: "idle" }] };
  const result = await world.settle(
    start(world, { task_definition: null, definition }).started,
  );
  assert(result.status === "rejected");
  assertStringIncludes(result.reason.message, "deregistered twice");
  assertEquals(result.reason.recoverable, true);
});

Deno.test("two clients that register one content at the same time end on one revision", async () => {
  const world = createWorld();
  const second = createLifecycle({
    connect: () => world.connect({ alive: true }),
    files: world.disk.connect({ alive: true }),
    clock: world.time.clock({ alive: true }),
    random: () => 0.5,
    log: silent,
    version: "0.0.0",
    settings: () => ({
      calls: { raised: {}, share: 1, ceiling: undefined },
      pollInterval: 2_000,
      unhealthyAfter: 60_000,
      endpoint: undefined,
    }),
  });
  const task = {
    task_definition: null,
    definition: { family: "own", container: [{ name: "main", image: "idle" }] },
  };
  const results = await world.settle(Promise.allSettled([
    start(world, task).started,
    start({ ...world, lifecycle: second }, task, ownerOf("22222222", "other")).started,
  ]));
  assert(results.status === "fulfilled");
  assertEquals(results.value.map(({ status }) => status), ["fulfilled", "fulfilled"]);
  const revisions = world.ecs.model.definitions.get("us-east-1/own") ?? [];
  assertEquals(revisions.map(({ status }) => status), ["ACTIVE", "INACTIVE"]);
  assertEquals(world.ecs.live().map(({ definition }) => definition.revision), [1, 1]);
  second.close();
});

import { encode } from "@msgpack/msgpack";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Input } from "../../../demo/simulator/request/input.ts";
import { demoPreset, loadPreset } from "../../../demo/simulator/preset.ts";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { createDriver } from "../../../src/driver/driver.ts";
import { mismatches } from "../../../src/aws/request_model.ts";
import type { AwsOperations } from "../../../src/aws/operations.ts";
import { arbitraryTask } from "../../harness/arbitrary_task.ts";
import { cluster, createWorld, ownerOf, silent } from "../../harness/world.ts";

/** Task definitions that generated tasks may name, besides the demo's. */
const definitions: Input[] = [
  {
    family: "two",
    networkMode: "awsvpc",
    cpu: "512",
    memory: "1024",
    containerDefinitions: [
      {
        name: "main",
        image: "idle",
        portMappings: [{ containerPort: 80, name: "http" }],
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      },
      { name: "side", image: "idle", essential: false },
    ],
    volumes: [{ name: "data", configuredAtLaunch: true }],
  },
  {
    family: "bridge",
    networkMode: "bridge",
    memory: "512",
    containerDefinitions: [{ name: "main", image: "idle" }],
  },
];

/** What a start of a task with this configuration led to. */
type Outcome = {
  readonly error: string | undefined;
  readonly runTask: readonly unknown[];
  readonly registered: readonly unknown[];
};

async function outcomeOf(task: unknown, env: Record<string, string>): Promise<Outcome> {
  const runTask: unknown[] = [];
  const registered: unknown[] = [];
  const noted = (operations: AwsOperations): AwsOperations => ({
    ...operations,
    runTask: (input, signal) => {
      runTask.push(input);
      return operations.runTask(input, signal);
    },
    describeNetworkInterfaces: () => Promise.resolve({ publicAddress: "203.0.113.1" }),
    registerTaskDefinition: (input, signal) => {
      registered.push(input);
      return operations.registerTaskDefinition(input, signal);
    },
  });
  const world = createWorld();
  loadPreset(world.ecs.model, { ...demoPreset, taskDefinitions: definitions });
  const process = { alive: true };
  const plugin = decodePluginConfig(new Uint8Array());
  assert(plugin.kind === "ok");
  const driver = createDriver({
    connect: () => noted(world.ecs.connect(process)),
    files: world.disk.connect(process),
    clock: world.time.clock(process),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length),
    log: silent,
    version: "0.0.0",
    config: { ...plugin.value, enabled: true, cluster: cluster.name, region: cluster.region },
  });
  const started = await world.settle(driver.start(
    ownerOf(),
    { config: encode({ task }), env, ports: [], resources: { cpu: 300, memory: 700 } },
    new AbortController().signal,
  ));
  driver.shutdown();
  const error = started.status === "fulfilled" ? undefined : String(started.reason.message);
  return { error, runTask, registered };
}

Deno.test("a configuration is run as AWS's model has it, or refused by its path without a request", async () => {
  const seen = { run: 0, registered: 0, refused: 0, byEcs: 0 };
  const env = fc.dictionary(fc.constantFrom("A", "DB_URL", "NOMAD_JOB_ID", "B"), fc.string());
  await fc.assert(
    fc.asyncProperty(arbitraryTask, env, async (task, variables) => {
      const { error, runTask, registered } = await outcomeOf(task, variables);
      for (const input of registered) {
        assertEquals(mismatches("registerTaskDefinition", input, "input"), []);
      }
      for (const input of runTask) assertEquals(mismatches("runTask", input, "input"), []);
      if (error === undefined) {
        assertEquals(runTask.length, 1);
        seen.run += 1;
        seen.registered += registered.length;
      } else {
        assertEquals(runTask, [], error);
        assert(error.includes("config.task."), error);
        seen.refused += 1;
        // The forms of some single values, and where a definition can run, are ECS's to judge when it
        // is asked to register it.
        if (registered.length > 0) {
          assert(/ECS RegisterTaskDefinition|can run on/.test(error), error);
          seen.byEcs += 1;
        }
      }
    }),
    {
      numRuns: Number(Deno.env.get("RUNS") ?? 5_000),
      seed: Number(Deno.env.get("SEED") ?? 1),
      endOnFailure: true,
    },
  );
  // Of each kind there have to be enough for the property to mean something.
  const enough = seen.run >= 300 && seen.registered >= 100 && seen.refused >= 300;
  assert(enough && seen.byEcs <= seen.refused / 20, JSON.stringify(seen));
});

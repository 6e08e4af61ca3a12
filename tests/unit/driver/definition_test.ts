import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadPreset } from "../../../demo/simulator/preset.ts";
import type { Input } from "../../../demo/simulator/request/input.ts";
import { readRules } from "../../../demo/simulator/state/faults.ts";
import type { DriverTaskEvent } from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { call } from "../../harness/plugin.ts";
import { driverConfig, failureOf, start, taskOf } from "../../harness/driver_calls.ts";
import { type Bench, withPlugin } from "../../harness/with_plugin.ts";

function define({ ecs }: Bench, family: string, definition: Input = {}): void {
  loadPreset(ecs.simulator.model, {
    region: "us-east-1",
    clusters: [],
    taskDefinitions: [{
      family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [
        { name: "init", image: "idle", essential: false, memory: 64 },
        {
          name: "app",
          image: "idle",
          memory: 64,
          portMappings: [{ name: "http", containerPort: 8080 }, { containerPort: 9090 }],
        },
      ],
      ...definition,
    }],
  });
}

/** The environment that RunTask was asked to give each container, of the newest task. */
function environments({ ecs }: Bench): Record<string, Record<string, string>> {
  const input = [...ecs.simulator.model.tasks.values()].at(-1)?.input ?? {};
  const { containerOverrides = [] } = (input["overrides"] ?? {}) as {
    containerOverrides?: { name: string; environment: { name: string; value: string }[] }[];
  };
  return Object.fromEntries(
    containerOverrides.map(({ name, environment }) => [
      name,
      Object.fromEntries(environment.map(({ name, value }) => [name, value])),
    ]),
  );
}

function eventsOf({ connection }: Bench): DriverTaskEvent[] {
  const events: DriverTaskEvent[] = [];
  const stream = connection.driver.taskEvents({});
  stream.on("data", (event) => events.push(event));
  stream.on("error", () => {});
  return events;
}

Deno.test("the first essential container gets the environment, and its user a warning", async () => {
  await withPlugin({}, async (bench) => {
    define(bench, "pair");
    const events = eventsOf(bench);
    const env = { STAGE: "prod", NOMAD_JOB_NAME: "web", NOMAD_TASK_DIR: "/local" };
    await start(bench.connection, taskOf(driverConfig({ task_definition: "pair" }), { env }));
    assertEquals(environments(bench), { app: { STAGE: "prod", NOMAD_JOB_NAME: "web" } });
    const warnings = events.map(({ message }) => message).filter((message) =>
      message.includes("DescribeTasks")
    );
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0] ?? "", "Container app gets STAGE.");

    const chosen = driverConfig({
      task_definition: "pair",
      container: "init",
      pass_env: ["NOMAD_META_*"],
      overrides: { container: [{ name: "init", environment: { A: "1" } }] },
    });
    await start(bench.connection, taskOf(chosen, { env: { ...env, NOMAD_META_x: "y" } }));
    assertEquals(environments(bench), { init: { A: "1", NOMAD_META_x: "y" } });

    const explicit = driverConfig({
      task_definition: "pair",
      overrides: { container: [{ name: "app", environment: { STAGE: "explicit" } }] },
    });
    await start(bench.connection, taskOf(explicit, { env: { STAGE: "job", MORE: "1" } }));
    assertEquals(environments(bench), { app: { STAGE: "explicit", MORE: "1" } });
  });
});

Deno.test("a secret of the definition goes before the environment, and its user is told", async () => {
  await withPlugin({}, async (bench) => {
    const secrets = [{
      name: "TOKEN",
      valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/t",
    }];
    define(bench, "secretive", {
      executionRoleArn: "arn:aws:iam::123456789012:role/exec",
      containerDefinitions: [{ name: "app", image: "idle", secrets }],
    });
    const events = eventsOf(bench);
    const env = { TOKEN: "from the job", STAGE: "prod" };
    await start(bench.connection, taskOf(driverConfig({ task_definition: "secretive" }), { env }));
    assertEquals(environments(bench), { app: { STAGE: "prod" } });
    assert(events.some(({ message }) => message.includes("app gets TOKEN from its definition's")));
  });
});

Deno.test("an environment that is too large is refused with its largest variables", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const env = { SMALL: "x", LARGE: "x".repeat(8_000), LARGER: "x".repeat(9_000) };
    const task = taskOf(driverConfig({ task_definition: "idle" }), { env });
    const { message } = await failureOf(start(connection, task));
    for (const words of ["8192", "LARGER (9006), LARGE (8005)", "config.task.pass_env"]) {
      assertStringIncludes(message, words);
    }
    const command = ["sh", "-c", "x".repeat(9_000)];
    const long = driverConfig({
      task_definition: "idle",
      pass_env: [],
      overrides: { container: [{ name: "main", command }] },
    });
    const refused = await failureOf(start(connection, taskOf(long)));
    assertStringIncludes(refused.message, "The largest parts are command (9004)");
    assertEquals(ecs.simulator.calls.read().byOperation["RunTask"], undefined);
  });
});

const refused: Record<
  string,
  { definition?: Input; task: Record<string, unknown>; says: string[] }
> = {
  "a container that there is not": {
    task: { container: "web" },
    says: [
      'config.task.container must be a container of family-0:1, which is "init" or "app"; got "web"',
    ],
  },
  "an override of a container that there is not": {
    task: { overrides: { container: [{ name: "db" }] } },
    says: [
      "config.task.overrides.container[0].name must be a container of family-1:1, which is " +
      '"init" or "app"; got "db"',
    ],
  },
  "subnets for a network mode without": {
    definition: { networkMode: "bridge", requiresCompatibilities: ["EC2"] },
    task: {
      launch_type: "EC2",
      network_configuration: { aws_vpc_configuration: { subnets: ["s"] } },
    },
    says: [
      'aws_vpc_configuration.subnets must be left out for network mode "bridge", which family-2:1 ' +
      "has; got [",
    ],
  },
  "a network mode that needs subnets": {
    task: { launch_type: null, network_configuration: null },
    says: [
      'aws_vpc_configuration.subnets must have 1 to 16 subnets for network mode "awsvpc", which ' +
      "family-3:1 has; got []",
    ],
  },
  "Fargate for what is not for it": {
    definition: {
      networkMode: "awsvpc",
      requiresCompatibilities: ["EC2"],
      cpu: null,
      memory: null,
    },
    task: {},
    says: [
      "config.task.launch_type must be one that family-4:1 can run on: " +
      '"EC2" or "MANAGED_INSTANCES"; got "FARGATE"',
    ],
  },
  "half a size that does not go with the other half": {
    task: { overrides: { cpu: 4096 } },
    says: [
      "config.task.overrides.memory must be 8192, or a multiple of 1024 up to 30720, on Fargate " +
      "with cpu = 4096; got 512, of family-5:1",
    ],
  },
  "a volume that the definition has not": {
    task: {
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: { role_arn: "arn:aws:iam::123456789012:role/ebs", size_in_gib: 1 },
      }],
    },
    says: [
      "config.task.volume_configuration[0].name must be a volume that family-6:1 leaves to be " +
      'configured at launch: none; got "data"',
    ],
  },
  "a volume that is left out": {
    definition: {
      volumes: [{ name: "data", configuredAtLaunch: true }],
      containerDefinitions: [{
        name: "app",
        image: "idle",
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      }],
    },
    task: {},
    says: [
      'config.task.volume_configuration must be set, as family-7:1 leaves volume "data" to be ' +
      "configured; got nothing",
    ],
  },
};
Deno.test("what a definition does not allow is refused before RunTask", async (t) => {
  await withPlugin({}, async (bench) => {
    let number = 0;
    for (const [name, { definition, task, says }] of Object.entries(refused)) {
      await t.step(name, async () => {
        const family = `family-${number++}`;
        define(bench, family, definition);
        const config = driverConfig({ task_definition: family, ...task });
        const { message } = await failureOf(start(bench.connection, taskOf(config)));
        for (const words of says) assertStringIncludes(message, words);
      });
    }
    await t.step("a definition that there is not", async () => {
      const config = driverConfig({ task_definition: "nothing:7" });
      const { message } = await failureOf(start(bench.connection, taskOf(config)));
      assertStringIncludes(message, 'config.task.task_definition = "nothing:7"');
    });
    assertEquals(bench.ecs.simulator.calls.read().byOperation["RunTask"], undefined);
  });
});

Deno.test("a client that may not describe definitions still runs tasks", async () => {
  await withPlugin({}, async (bench) => {
    const { connection, ecs } = bench;
    ecs.simulator.faults = readRules(
      [{ operations: ["DescribeTaskDefinition"], mode: "access-denied" }],
      Date.now(),
    );
    const env = { STAGE: "prod" };
    const config = { task_definition: "idle" };
    await start(connection, taskOf(driverConfig(config), { env }));
    assertEquals(environments(bench), {});
    await start(connection, taskOf(driverConfig({ ...config, container: "main" }), { env }));
    assertEquals(environments(bench), { main: { STAGE: "prod" } });
    const insisting = driverConfig({ ...config, pass_env: ["STAGE"] });
    const { message } = await failureOf(start(connection, taskOf(insisting, { env })));
    assertStringIncludes(message, "set config.task.container");
  });
});

Deno.test("a task may advertise its public address", async () => {
  await withPlugin({}, async (bench) => {
    const { connection, ecs } = bench;
    const config = { task_definition: "idle", advertise: "public" };
    const { networkOverride } = await start(connection, taskOf(driverConfig(config)));
    const [task] = ecs.simulator.model.tasks.values();
    assert(task?.publicAddress !== undefined);
    assertEquals(networkOverride?.addr, task.publicAddress);

    const vpc = { assign_public_ip: "DISABLED", subnets: ["s"] };
    const hidden = { ...config, network_configuration: { aws_vpc_configuration: vpc } };
    const { message } = await failureOf(start(connection, taskOf(driverConfig(hidden))));
    assertStringIncludes(
      message,
      'config.task.advertise must be "private", or network_configuration.aws_vpc_configuration.' +
        'assign_public_ip "ENABLED"; got "public"',
    );
    assertEquals(ecs.simulator.model.tasks.size, 1);
  });
});

Deno.test("a task's network is told at its start, and again after a recovery", async () => {
  await withPlugin({}, async (bench) => {
    define(bench, "pair");
    const ports = [
      { label: "api", value: 25_000, to: 9090 },
      { label: "http", value: 25_001, to: 0 },
      { label: "other", value: 25_002, to: -1 },
    ];
    const task = taskOf(driverConfig({ task_definition: "pair" }), { ports });
    const { networkOverride, handle } = await start(bench.connection, task);
    const [ecsTask] = bench.ecs.simulator.model.tasks.values();
    assert(ecsTask?.address !== undefined);
    assertEquals(networkOverride, {
      addr: ecsTask.address,
      portMap: { http: 8080, api: 9090, other: 25_002 },
      autoAdvertise: true,
    });

    const { driver } = await bench.relaunch();
    await call(driver, driver.recoverTask, { taskId: task.id, handle });
    const inspected = await call(driver, driver.inspectTask, { taskId: task.id });
    assertEquals(inspected.networkOverride, networkOverride);
  });
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRules } from "../../../demo/simulator/state/faults.ts";
import type { TaskDefinition } from "../../../demo/simulator/state/model.ts";
import type { RunningSimulator } from "../../../demo/simulator/start.ts";
import { startPlugin } from "../../harness/plugin.ts";
import { configure, driverConfig, failureOf, start, taskOf } from "../../harness/driver_calls.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

const containers = [{ name: "app", image: "idle" }];
const logOptions = {
  "awslogs-group": "x",
  "awslogs-region": "us-east-1",
  "awslogs-stream-prefix": "app",
};

function inline(definition: Record<string, unknown>, task: Record<string, unknown> = {}) {
  return driverConfig({
    definition: { family: "inline", container: containers, ...definition },
    ...task,
  });
}

function revisions({ simulator }: RunningSimulator, family = "inline"): TaskDefinition[] {
  return simulator.model.definitions.get(`us-east-1/${family}`) ?? [];
}

function active(ecs: RunningSimulator, family?: string): number[] {
  return revisions(ecs, family).filter(({ status }) => status === "ACTIVE")
    .map(({ revision }) => revision);
}

function runOf(ecs: RunningSimulator): (string | undefined)[] {
  return [...ecs.simulator.model.tasks.values()].map(({ definition }) =>
    definition.arn.split("/")[1]
  );
}

Deno.test("a definition in the jobspec is registered once for its content, across plugins", async () => {
  await withPlugin({}, async (bench) => {
    const { ecs } = bench;
    await start(bench.connection, taskOf(inline({})));
    await start(bench.connection, taskOf(inline({})));
    const connection = await bench.relaunch();
    await start(connection, taskOf(inline({})));
    const changed = inline({ container: [{ name: "app", image: "idle:2" }] });
    await start(connection, taskOf(changed));
    await start(connection, taskOf(inline({})));
    assertEquals(runOf(ecs), ["inline:1", "inline:1", "inline:1", "inline:2", "inline:1"]);
    assertEquals(ecs.simulator.calls.read().byOperation["RegisterTaskDefinition"], 2);
    const [first] = revisions(ecs);
    assertEquals(first?.input["cpu"], "256");
    assertEquals(first?.input["memory"], "512");
    assertEquals(first?.input["requiresCompatibilities"], ["FARGATE"]);
    assertEquals(first?.networkMode, "awsvpc");
  });
});

Deno.test("fifty starts on two clients at once, of one content, end on one revision", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const second = await startPlugin({
      AWS_ENDPOINT_URL_ECS: ecs.endpoint,
      AWS_ACCESS_KEY_ID: "simulated",
      AWS_SECRET_ACCESS_KEY: "simulated",
    });
    const other = second.connect();
    try {
      for (const each of [connection, other]) await configure(each);
      await Promise.all(
        Array.from(
          { length: 50 },
          (_, index) => start(index % 2 === 0 ? connection : other, taskOf(inline({}))),
        ),
      );
    } finally {
      other.close();
      await second.close();
    }
    assertEquals(active(ecs).length, 1);
    assertEquals(new Set(runOf(ecs)).size, 1);
    assertEquals(runOf(ecs).length, 50);
  });
});

Deno.test("a registration whose answer was lost is the one that is used", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    ecs.simulator.faults = readRules(
      [{ operations: ["RegisterTaskDefinition"], mode: "cut-after", count: 1 }],
      Date.now(),
    );
    await start(connection, taskOf(inline({})));
    assertEquals(active(ecs), [1]);
    assertEquals(runOf(ecs), ["inline:1"]);
  });
});

Deno.test("a revision that somebody deregistered is registered anew", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    await start(connection, taskOf(inline({})));
    for (const revision of revisions(ecs)) revision.status = "INACTIVE";
    await start(connection, taskOf(inline({})));
    assertEquals(runOf(ecs), ["inline:1", "inline:2"]);
  });
});

Deno.test("deregister takes the job's earlier revisions out of use, and nobody else's", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const of = (image: string, jobId: string, deregister: boolean) => ({
      ...taskOf(inline({ container: [{ name: "app", image }] }, { deregister })),
      jobId,
    });
    await start(connection, of("idle:1", "job", false));
    await start(connection, of("idle:2", "other", false));
    await start(connection, of("idle:3", "job", true));
    assertEquals(active(ecs), [2, 3]);
  });
});

Deno.test("a definition as JSON is taken as AWS prints it", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const definition_json = JSON.stringify({
      taskDefinition: {
        taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/json:7",
        family: "json",
        revision: 7,
        status: "ACTIVE",
        compatibilities: ["EC2", "FARGATE"],
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "512",
        memory: "1024",
        volumes: [],
        containerDefinitions: [{ name: "app", image: "idle", essential: true }],
        registeredAt: "2026-01-01T00:00:00Z",
        registeredBy: "arn:aws:iam::123456789012:user/x",
      },
      tags: [{ key: "team", value: "core" }],
    });
    await start(connection, taskOf(driverConfig({ definition_json })));
    const [registered] = revisions(ecs, "json");
    assertEquals(registered?.input["cpu"], "512");
    assertEquals(registered?.input["status"], undefined);
    assert(registered?.tags.some(({ key, value }) => key === "team" && value === "core"));
    assertEquals(runOf(ecs), ["json:1"]);
  });
});

Deno.test("everything of a definition reaches RegisterTaskDefinition", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    const definition = {
      cpu: 512,
      memory: 1024,
      task_role_arn: "app",
      execution_role_arn: "exec",
      runtime_platform: { cpu_architecture: "ARM64", operating_system_family: "LINUX" },
      ephemeral_storage: { size_in_gib: 30 },
      tags: { team: "core" },
      volume: [
        { name: "tmp" },
        { name: "efs", efs_volume_configuration: { file_system_id: "fs-1", root_directory: "/a" } },
      ],
      container: [{
        name: "app",
        image: "idle",
        entry_point: ["sh"],
        command: ["-c", "sleep 1"],
        user: "1000",
        environment: { A: "1" },
        secrets: { TOKEN: "arn:aws:ssm:us-east-1:123456789012:parameter/token" },
        port_mapping: [{ container_port: 80, name: "http", protocol: "tcp" }],
        mount_point: [{ source_volume: "tmp", container_path: "/tmp", read_only: true }],
        health_check: { command: ["CMD-SHELL", "true"], interval: "10s", retries: 2 },
        depends_on: [{ container_name: "init", condition: "SUCCESS" }],
        log_configuration: { log_driver: "awslogs", options: logOptions },
        linux_parameters: { init_process_enabled: true, capabilities: { add: ["SYS_PTRACE"] } },
        ulimit: [{ name: "nofile", soft_limit: 1024, hard_limit: 2048 }],
        stop_timeout: "1m",
        docker_labels: { "com.example": "x" },
        readonly_root_filesystem: true,
      }, { name: "init", image: "idle", essential: false, command: ["true"] }],
    };
    await start(connection, taskOf(inline(definition)));
    const { tags: _tags, ...input } = revisions(ecs)[0]?.input ?? {};
    assertEquals(input, {
      family: "inline",
      cpu: "512",
      memory: "1024",
      taskRoleArn: "app",
      executionRoleArn: "exec",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      ephemeralStorage: { sizeInGiB: 30 },
      volumes: [
        { name: "tmp" },
        { name: "efs", efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/a" } },
      ],
      containerDefinitions: [{
        name: "app",
        image: "idle",
        essential: true,
        entryPoint: ["sh"],
        command: ["-c", "sleep 1"],
        user: "1000",
        environment: [{ name: "A", value: "1" }],
        secrets: [{
          name: "TOKEN",
          valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/token",
        }],
        portMappings: [{ containerPort: 80, name: "http", protocol: "tcp" }],
        mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp", readOnly: true }],
        healthCheck: { command: ["CMD-SHELL", "true"], interval: 10, retries: 2 },
        dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
        logConfiguration: { logDriver: "awslogs", options: logOptions },
        linuxParameters: { initProcessEnabled: true, capabilities: { add: ["SYS_PTRACE"] } },
        ulimits: [{ name: "nofile", softLimit: 1024, hardLimit: 2048 }],
        stopTimeout: 60,
        dockerLabels: { "com.example": "x" },
        readonlyRootFilesystem: true,
      }, { name: "init", image: "idle", essential: false, command: ["true"] }],
    });
  });
});

const refused: Record<string, { task: Record<string, unknown>; says: string[] }> = {
  "two ways to say what runs": {
    task: { task_definition: "idle", definition: { family: "x", container: containers } },
    says: ["config.task.task_definition must be left out beside definition; got "],
  },
  "no container": {
    task: { definition: { family: "x" } },
    says: ["config.task.definition.container must have at least one container"],
  },
  "no essential container": {
    task: { definition: { family: "x", container: [{ name: "a", image: "b", essential: false }] } },
    says: ["config.task.definition.container", "essential"],
  },
  "a dependency on nothing": {
    task: {
      definition: {
        family: "x",
        container: [{
          name: "a",
          image: "b",
          depends_on: [{ container_name: "c", condition: "START" }],
        }],
      },
    },
    says: ["container[0].depends_on[0].container_name must be another", 'got "c"'],
  },
  "a mount of nothing": {
    task: {
      definition: {
        family: "x",
        container: [{
          name: "a",
          image: "b",
          mount_point: [{ source_volume: "v", container_path: "/v" }],
        }],
      },
    },
    says: ["mount_point[0].source_volume must be", 'got "v"'],
  },
  "a secret that nobody may read": {
    task: {
      definition: {
        family: "x",
        container: [{
          name: "a",
          image: "b",
          secrets: { A: "arn:aws:ssm:eu-west-1:1:parameter/a" },
        }],
      },
    },
    says: ["config.task.definition.execution_role_arn must be set", '"A"'],
  },
  "a size that Fargate has not": {
    task: { definition: { family: "x", cpu: 300, container: containers } },
    says: ["config.task.definition", "cpu = 300"],
  },
  "JSON that is none": {
    task: { definition_json: "{" },
    says: ["config.task.definition_json must be JSON; got a string of "],
  },
  "JSON with a member that AWS does not know": {
    task: {
      definition_json: JSON.stringify({
        family: "x",
        containerDefinitions: [{ name: "a", imagee: "b" }],
      }),
    },
    says: [
      "config.task.definition_json.containerDefinitions[0].imagee is not known to AWS there; use image",
    ],
  },
  "JSON with a value of another type": {
    task: {
      definition_json: JSON.stringify({
        family: "x",
        cpu: 256,
        containerDefinitions: [null, { name: "a", image: "b" }],
      }),
    },
    says: [
      "config.task.definition_json.cpu must be a string; got a number",
      "config.task.definition_json.containerDefinitions[0] must be an object; got null",
    ],
  },
  "JSON without containers": {
    task: { definition_json: '{"family":"x"}' },
    says: ["config.task.definition_json.containerDefinitions must be a list"],
  },
  "an override of another container": {
    task: {
      definition: { family: "x", container: containers },
      overrides: { container: [{ name: "b" }] },
    },
    says: [
      'config.task.overrides.container[0].name must be a container of x, which is "app"; ' +
      'got "b"',
    ],
  },
};
Deno.test("a definition that cannot be is refused before it is registered", async (t) => {
  await withPlugin({}, async ({ connection, ecs }) => {
    for (const [name, { task, says }] of Object.entries(refused)) {
      await t.step(name, async () => {
        const { message } = await failureOf(start(connection, taskOf(driverConfig(task))));
        for (const words of says) assertStringIncludes(message, words);
      });
    }
    await t.step("what only ECS sees", async () => {
      const config = driverConfig({
        definition_json: JSON.stringify({
          family: "x",
          containerDefinitions: [{
            name: "a",
            image: "b",
            memory: 64,
            dockerSecurityOptions: ["x"],
          }],
        }),
        launch_type: "EC2",
        network_configuration: null,
      });
      const { message } = await failureOf(start(connection, taskOf(config)));
      assertStringIncludes(message, "RegisterTaskDefinition x");
    });
    const { byOperation } = ecs.simulator.calls.read();
    assertEquals(byOperation["RegisterTaskDefinition"], 1);
    assertEquals(byOperation["RunTask"], undefined);
  });
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { demoPreset, loadPreset } from "../../../demo/simulator/preset.ts";
import type { RunningSimulator } from "../../../demo/simulator/start.ts";
import { call } from "../../harness/plugin.ts";
import {
  configure,
  driverConfig,
  exitOf,
  failureOf,
  start,
  stop,
  taskOf,
} from "../../harness/driver_calls.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

const role = "arn:aws:iam::210987654321:role/nomad";

/** What RunTask was asked for, by the newest task. */
function asked({ simulator }: RunningSimulator): Record<string, unknown> {
  return [...simulator.model.tasks.values()].at(-1)?.input ?? {};
}

Deno.test("everything that RunTask takes reaches it", async () => {
  const config = { default_tags: { team: "core", stage: "prod" } };
  await withPlugin({ config }, async ({ connection, ecs }) => {
    loadPreset(ecs.simulator.model, {
      region: "us-east-1",
      clusters: [],
      taskDefinitions: [{
        family: "volume",
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [{
          name: "main",
          image: "busybox:1",
          command: ["sleep", "60"],
          mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
        }],
        volumes: [{ name: "data", configuredAtLaunch: true }],
      }],
    });
    const task = taskOf(driverConfig({
      task_definition: "volume",
      launch_type: null,
      capacity_provider_strategy: [
        { capacity_provider: "FARGATE_SPOT", weight: 3, base: null },
        { capacity_provider: "FARGATE", weight: 1, base: 1 },
      ],
      platform_version: "1.4.0",
      group: "web",
      reference_id: "ref-1",
      tags: { stage: "test" },
      propagate_tags: "TASK_DEFINITION",
      enable_ecs_managed_tags: true,
      enable_execute_command: true,
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: {
          role_arn: role,
          size_in_gib: 20,
          volume_type: "gp3",
          throughput: 200,
          encrypted: true,
          tags: { of: "data" },
          termination_policy: { delete_on_termination: false },
        },
      }],
      overrides: {
        cpu: 512,
        memory: 1024,
        ephemeral_storage: { size_in_gib: 30 },
        task_role_arn: role,
        execution_role_arn: "exec",
        container: [{
          name: "main",
          command: ["sh", "-c", "exit $CODE"],
          environment: { CODE: "3" },
          environment_files: [{ value: "arn:aws:s3:::bucket/file.env", type: "s3" }],
          memory_reservation: 64,
        }],
      },
    }));
    await start(connection, task);
    const { tags, clientToken, startedBy, ...rest } = asked(ecs);
    assert(typeof clientToken === "string" && typeof startedBy === "string");
    const own = (tags as { key: string; value: string }[]).filter(({ key }) =>
      !key.startsWith("nomad:")
    );
    assertEquals(own, [{ key: "team", value: "core" }, { key: "stage", value: "test" }]);
    assertEquals(rest, {
      cluster: "nomad-remote-driver-demo",
      count: 1,
      taskDefinition: "volume",
      capacityProviderStrategy: [
        { capacityProvider: "FARGATE_SPOT", weight: 3 },
        { capacityProvider: "FARGATE", weight: 1, base: 1 },
      ],
      platformVersion: "1.4.0",
      networkConfiguration: {
        awsvpcConfiguration: {
          assignPublicIp: "ENABLED",
          securityGroups: ["sg-0d647d4c7ce15034f"],
          subnets: ["subnet-010b03f1a021887ff"],
        },
      },
      overrides: {
        cpu: "512",
        memory: "1024",
        ephemeralStorage: { sizeInGiB: 30 },
        taskRoleArn: role,
        executionRoleArn: "exec",
        containerOverrides: [{
          name: "main",
          command: ["sh", "-c", "exit $CODE"],
          environment: [{ name: "CODE", value: "3" }],
          environmentFiles: [{ value: "arn:aws:s3:::bucket/file.env", type: "s3" }],
          memoryReservation: 64,
        }],
      },
      volumeConfigurations: [{
        name: "data",
        managedEBSVolume: {
          roleArn: role,
          sizeInGiB: 20,
          volumeType: "gp3",
          throughput: 200,
          encrypted: true,
          terminationPolicy: { deleteOnTermination: false },
          tagSpecifications: [{
            resourceType: "volume",
            tags: [{ key: "of", value: "data" }],
          }],
        },
      }],
      group: "web",
      referenceId: "ref-1",
      propagateTags: "TASK_DEFINITION",
      enableECSManagedTags: true,
      enableExecuteCommand: true,
    });
    assertEquals((await exitOf(connection, task.id)).exitCode, 3);
  });
});

Deno.test("a task can leave it to the cluster's default strategy where it runs", async () => {
  await withPlugin({ config: { launch_type: "FARGATE" } }, async ({ connection, ecs }) => {
    loadPreset(ecs.simulator.model, {
      region: "us-east-1",
      clusters: [],
      taskDefinitions: [{
        family: "anywhere",
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "main", image: "idle" }],
      }],
    });
    const network_configuration = { aws_vpc_configuration: { subnets: ["subnet-1"] } };
    const task = { task_definition: "anywhere", network_configuration };
    await start(connection, taskOf(driverConfig({ ...task, launch_type: null })));
    assertEquals(asked(ecs)["launchType"], "FARGATE");
    await start(connection, taskOf(driverConfig({ ...task, launch_type: "NONE" })));
    assertEquals(asked(ecs)["launchType"], undefined);
    assertEquals(asked(ecs)["capacityProviderStrategy"], undefined);
  });
});

Deno.test("a task has its own cluster, region and role, also after a recovery", async () => {
  await withPlugin({}, async (bench) => {
    const { ecs } = bench;
    ecs.simulator.sts.externalIds.set(role, "nomad-7");
    loadPreset(ecs.simulator.model, { ...demoPreset, region: "eu-west-1", clusters: ["abroad"] });
    const abroad = {
      task_definition: "idle",
      cluster: "abroad",
      region: "eu-west-1",
      assume_role: { role_arn: role, external_id: "nomad-7", session_name: "job-web" },
    };
    const task = taskOf(driverConfig(abroad));
    const { handle } = await start(bench.connection, task);
    const callsAs = () => ecs.simulator.calls.read().byIdentity[`${role}/job-web`] ?? {};
    assertEquals(callsAs()["RunTask"], 1);
    const [arn] = [...ecs.simulator.model.tasks.keys()];
    assertStringIncludes(arn ?? "", "arn:aws:ecs:eu-west-1:123456789012:task/abroad/");

    const connection = await bench.relaunch();
    const { driver } = connection;
    await call(driver, driver.recoverTask, { taskId: task.id, handle });
    await stop(connection, task.id);
    assertEquals(callsAs()["StopTask"], 1);
    assertEquals((await exitOf(connection, task.id)).exitCode, 143);
    const { driver: { attributes } = { attributes: {} } } = await call(driver, driver.inspectTask, {
      taskId: task.id,
    });
    assertEquals(attributes["cluster"], "abroad");

    // Trust policies are repaired while starts wait, so the refusal shows when the time is up.
    const stranger = taskOf(
      driverConfig({ ...abroad, assume_role: { role_arn: role }, start_timeout: "2s" }),
    );
    const error = await failureOf(start(connection, stranger));
    assertStringIncludes(error.message, `Not authorized to perform sts:AssumeRole on ${role}`);
    assertEquals(ecs.simulator.calls.read().byOperation["RunTask"], 1);
  });
});

Deno.test("the named container's exit code counts", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    loadPreset(ecs.simulator.model, {
      region: "us-east-1",
      clusters: [],
      taskDefinitions: [{
        family: "pair",
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [
          { name: "proxy", image: "busybox:1", command: ["sleep", "0.1"], essential: true },
          {
            name: "work",
            image: "busybox:1",
            command: ["sh", "-c", "trap 'exit 9' TERM; sleep 30 & wait"],
            essential: false,
          },
        ],
      }],
    });
    const byDefault = taskOf(driverConfig({ task_definition: "pair" }));
    const named = taskOf(driverConfig({ task_definition: "pair", container: "work" }));
    await Promise.all([start(connection, byDefault), start(connection, named)]);
    assertEquals((await exitOf(connection, byDefault.id)).exitCode, 0);
    assertEquals((await exitOf(connection, named.id)).exitCode, 9);
  });
});

Deno.test("another endpoint holds from the next call on", async () => {
  await withPlugin({}, async ({ connection, ecs }) => {
    await configure(connection, { endpoint: "http://127.0.0.1:9", start_timeout: "2s" });
    const lost = taskOf(driverConfig({ task_definition: "idle" }));
    assertStringIncludes((await failureOf(start(connection, lost))).message, "start_timeout");
    await configure(connection, { endpoint: ecs.endpoint });
    await start(connection, taskOf(driverConfig({ task_definition: "idle" })));
  });
});

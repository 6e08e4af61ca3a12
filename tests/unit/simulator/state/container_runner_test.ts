import { type ContainerDefinition, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { assertEquals, assertMatch } from "@std/assert";
import { control, idle, run, until, withEcs } from "../../../harness/with_simulator.ts";

/** Runs a task on Fargate of these containers, and returns its ARN. */
async function runContainers(
  client: Parameters<typeof run>[0],
  containerDefinitions: ContainerDefinition[],
): Promise<string> {
  await client.send(
    new RegisterTaskDefinitionCommand({
      family: "own",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions,
    }),
  );
  return await run(client, { ...idle, taskDefinition: "own" });
}

Deno.test("a health check runs as a process, and the task shows what it finds", async () => {
  const flag = await Deno.makeTempFile();
  try {
    await withEcs(async (client) => {
      const arn = await runContainers(client, [{
        name: "app",
        image: "busybox",
        command: ["sleep", "600"],
        environment: [{ name: "FLAG", value: flag }],
        healthCheck: { command: ["CMD-SHELL", 'test -s "$FLAG"'], interval: 5, retries: 2 },
      }]);
      const ill = await until(client, arn, ({ healthStatus }) => healthStatus === "UNHEALTHY");
      assertEquals([ill.lastStatus, ill.containers?.[0]?.healthStatus], ["RUNNING", "UNHEALTHY"]);
      await Deno.writeTextFile(flag, "well");
      await until(client, arn, ({ healthStatus }) => healthStatus === "HEALTHY");
    });
  } finally {
    await Deno.remove(flag);
  }
});

Deno.test("a health check without CMD is never run: the health stays UNKNOWN", async () => {
  await withEcs(async (client) => {
    const arn = await runContainers(client, [
      { name: "odd", image: "idle", healthCheck: { command: ["/healthcheck"], interval: 5 } },
      { name: "app", image: "idle", healthCheck: { command: ["CMD", "true"], interval: 5 } },
    ]);
    const { containers, healthStatus } = await until(
      client,
      arn,
      ({ containers }) => containers?.[1]?.healthStatus === "HEALTHY",
    );
    assertEquals([containers?.[0]?.healthStatus, healthStatus], ["UNKNOWN", "UNKNOWN"]);
  });
});

Deno.test("containers that depend on a health check wait for its process", async () => {
  await withEcs(async (client) => {
    const arn = await runContainers(client, [{
      name: "app",
      image: "busybox",
      command: ["sh", "-c", "exit 3"],
      dependsOn: [{ containerName: "db", condition: "HEALTHY" }, {
        containerName: "init",
        condition: "SUCCESS",
      }],
    }, {
      name: "db",
      image: "idle",
      healthCheck: { command: ["CMD", "true"], interval: 5 },
    }, {
      name: "init",
      image: "busybox",
      essential: false,
      command: ["sh", "-c", "exit 0"],
    }]);
    const { containers, stopCode } = await until(client, arn, "STOPPED");
    assertEquals(stopCode, "EssentialContainerExited");
    assertEquals(containers?.map(({ name, exitCode }) => [name, exitCode]), [
      ["app", 3],
      ["db", 143],
      ["init", 0],
    ]);
  });
});

Deno.test("a container that ignores SIGTERM is killed after its stop timeout", async () => {
  await withEcs(async (client, ecs) => {
    const arn = await runContainers(client, [{
      name: "app",
      image: "busybox",
      command: ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"],
      stopTimeout: 10,
    }]);
    while (!JSON.stringify(await control(ecs, "tasks")).includes("ready")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await control(ecs, "stop", { arns: [arn] });
    assertEquals((await until(client, arn, "STOPPED")).containers?.[0]?.exitCode, 137);
  });
});

Deno.test("a command that does not exist ends with 127", async () => {
  await withEcs(async (client) => {
    const arn = await runContainers(client, [
      { name: "app", image: "busybox", command: ["/no/such/program"] },
    ]);
    const { containers } = await until(client, arn, "STOPPED");
    assertEquals(containers?.[0]?.exitCode, 127);
    assertMatch(containers?.[0]?.runtimeId ?? "", /^[0-9a-f]{32}-[0-9]{10}$/);
  });
});

import { ListTasksCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { assertEquals, assertRejects } from "@std/assert";
import { control, idle, run, until, withEcs } from "../../../harness/with_simulator.ts";

const twoContainers = new RegisterTaskDefinitionCommand({
  family: "two",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [
    { name: "main", image: "idle" },
    { name: "agent", image: "idle", essential: false, command: ["sleep", "3600"] },
  ],
});

Deno.test("a container that is not essential ends on demand, and its task stays RUNNING", async () => {
  await withEcs(async (client, ecs) => {
    await client.send(twoContainers);
    const arn = await run(client, { ...idle, taskDefinition: "two" });
    await until(client, arn, "RUNNING");
    await control(ecs, "exit", { arns: [arn], container: "agent", exitCode: 9 });
    const { lastStatus, desiredStatus, containers } = await until(client, arn, "RUNNING");
    assertEquals([lastStatus, desiredStatus], ["RUNNING", "RUNNING"]);
    assertEquals(
      containers?.map(({ name, lastStatus, exitCode }) => [name, lastStatus, exitCode]),
      [
        ["main", "RUNNING", undefined],
        ["agent", "STOPPED", 9],
      ],
    );
  });
});

Deno.test("a container shows a reason while its task is PENDING", async () => {
  await withEcs(async (client, ecs) => {
    ecs.simulator.model.pace.pending = 1e9;
    const arn = await run(client);
    await until(client, arn, "PENDING");
    const reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s)";
    await control(ecs, "reason", { arns: [arn], reason });
    const { containers } = await until(client, arn, "PENDING");
    assertEquals(containers?.[0]?.reason, reason);
  });
});

Deno.test("the health of a container is set on demand", async () => {
  await withEcs(async (client, ecs) => {
    const arn = await run(client);
    await until(client, arn, "RUNNING");
    await control(ecs, "health", { arns: [arn], health: "UNHEALTHY" });
    const { containers } = await until(client, arn, "RUNNING");
    assertEquals(containers?.[0]?.healthStatus, "UNHEALTHY");
  });
});

for (
  const [kind, names] of [
    ["ipv4", ["privateIPv4Address"]],
    ["dual-stack", ["privateIPv4Address", "ipv6Address"]],
    ["ipv6", ["ipv6Address"]],
  ] as const
) {
  Deno.test(`a task in an ${kind} subnet shows the addresses ${names.join(" and ")}`, async () => {
    await withEcs(async (client, ecs) => {
      await control(ecs, "subnet", { id: "subnet-1", kind });
      const arn = await run(client);
      const { attachments, containers } = await until(client, arn, "RUNNING");
      const details = attachments?.[0]?.details ?? [];
      assertEquals(
        details.map(({ name }) => name).filter((name) => /Address$/.test(name ?? "")),
        ["macAddress", ...names],
      );
      const [shown] = containers?.[0]?.networkInterfaces ?? [];
      const valueOf = (wanted: string) => details.find(({ name }) => name === wanted)?.value;
      assertEquals([shown?.privateIpv4Address, shown?.ipv6Address], [
        valueOf("privateIPv4Address"),
        valueOf("ipv6Address"),
      ]);
    });
  });
}

Deno.test("a control request that cannot be is refused, with what is wrong", async () => {
  await withEcs(async (client, ecs) => {
    const arn = await run(client);
    const refusal = async (path: string, body: unknown) =>
      (await assertRejects(() => control(ecs, path, body), Error)).message;
    assertEquals(await refusal("nothing", {}), "no control request POST /_sim/nothing");
    assertEquals(await refusal("speed", { speed: 0 }), "speed must be a positive number");
    assertEquals(
      await refusal("exit", { arns: [arn], container: "x" }),
      `task ${arn} has no container x`,
    );
    assertEquals(
      await refusal("subnet", { id: "s", kind: "v6" }),
      "kind must be one of ipv4, dual-stack, ipv6, loopback",
    );
    assertEquals(
      await refusal("health", { health: "FINE" }),
      "health must be HEALTHY, UNHEALTHY or UNKNOWN",
    );
  });
});

Deno.test("answers are distorted on demand, as far as the request says", async () => {
  await withEcs(async (client, ecs) => {
    const arn = await run(client);
    await control(ecs, "distortions", {
      distortions: [{ operations: ["ListTasks"], path: ["taskArns"], set: 7, count: 1 }],
    });
    const list = () => client.send(new ListTasksCommand({ cluster: idle.cluster }));
    assertEquals((await list()).taskArns as unknown, 7);
    assertEquals((await list()).taskArns, [arn]);
  });
});

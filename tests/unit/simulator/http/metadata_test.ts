import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import { control, idle, run, until, withEcs } from "../../../harness/with_simulator.ts";

Deno.test("a container learns its image and address from its metadata", async () => {
  const file = await Deno.makeTempFile();
  try {
    await withEcs(async (client, ecs) => {
      await control(ecs, "subnet", { id: "subnet-1", kind: "loopback" });
      await client.send(
        new RegisterTaskDefinitionCommand({
          family: "asks",
          networkMode: "awsvpc",
          requiresCompatibilities: ["FARGATE"],
          cpu: "256",
          memory: "512",
          containerDefinitions: [{
            name: "app",
            image: "registry.example/app:7",
            command: [
              "sh",
              "-c",
              `printenv ECS_CONTAINER_METADATA_URI_V4 HOSTNAME >${file}; sleep 600`,
            ],
          }],
        }),
      );
      const arn = await run(client, { ...idle, taskDefinition: "asks" });
      const { containers } = await until(
        client,
        arn,
        ({ lastStatus }) => lastStatus === "RUNNING" && Deno.statSync(file).size > 0,
      );
      const [uri = "", host] = (await Deno.readTextFile(file)).split("\n");
      const metadata = await (await fetch(uri)).json();
      const address = containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? "";
      assertEquals([address.startsWith("127."), host], [true, address]);
      assertEquals(
        [metadata.DockerId, metadata.Name, metadata.Image, metadata.Networks],
        [containers?.[0]?.runtimeId, "app", "registry.example/app:7", [{
          NetworkMode: "awsvpc",
          IPv4Addresses: [address],
        }]],
      );
      assertEquals(metadata.Labels["com.amazonaws.ecs.task-arn"], arn);
      const stranger = await fetch(`${ecs.endpoint}/v4/nobody`);
      assertEquals(stranger.ok, false);
      await stranger.body?.cancel();
    });
  } finally {
    await Deno.remove(file);
  }
});

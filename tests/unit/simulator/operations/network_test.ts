import { ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs";
import { assertEquals, assertMatch } from "@std/assert";
import { privateDnsName } from "../../../../demo/simulator/operations/network.ts";
import { demoPreset } from "../../../../demo/simulator/preset.ts";
import { type RunningSimulator, startSimulator } from "../../../../demo/simulator/start.ts";
import { noQuotas } from "../../../../demo/simulator/state/quotas.ts";
import { control, credentials, idle } from "../../../harness/with_simulator.ts";

/** Runs tasks in a subnet whose addresses are of this machine, and answers their addresses. */
async function loopbackAddresses(ecs: RunningSimulator, count: number): Promise<string[]> {
  const { endpoint, simulator } = ecs;
  const client = new ECSClient({ region: "us-east-1", endpoint, credentials, maxAttempts: 1 });
  await control(ecs, "subnet", { id: "subnet-1", kind: "loopback" });
  while (simulator.model.tasks.size < count) {
    await client.send(new RunTaskCommand({ ...idle, count: 10 }));
  }
  client.destroy();
  return [...simulator.model.tasks.values()].flatMap(({ address }) => address ?? []);
}

const start = () =>
  startSimulator({
    seed: 1,
    speed: 1_000,
    quotas: noQuotas,
    presets: [demoPreset],
  });

Deno.test("no two live tasks have one address of this machine, in one simulator or in two", async () => {
  const both = await Promise.all([start(), start()]);
  try {
    const all = (await Promise.all(both.map((ecs) => loopbackAddresses(ecs, 100)))).flat();
    assertEquals(all.length, 200);
    assertEquals(new Set(all).size, 200);
    // An address of loopback, and none that services of the machine usually have.
    for (const address of all) assertMatch(address, /^127\.(?!0\.0\.)\d+\.\d+\.\d+$/);
  } finally {
    for (const ecs of both) await ecs.stop();
  }
});

Deno.test("the domain of private names is that of the region", () => {
  const name = (region: string) => privateDnsName({ address: "10.0.1.2", region });
  assertEquals(name("us-east-1"), "ip-10-0-1-2.ec2.internal");
  assertEquals(name("eu-west-1"), "ip-10-0-1-2.eu-west-1.compute.internal");
  assertEquals(privateDnsName({ address: undefined, region: "eu-west-1" }), undefined);
});

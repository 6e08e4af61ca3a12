import { ECSClient, UpdateClusterSettingsCommand } from "@aws-sdk/client-ecs";
import type { SimulatorProcess } from "./simulator.ts";

/** Turns Container Insights on for the simulated cluster. */
export async function turnInsightsOn({ endpoint }: SimulatorProcess): Promise<void> {
  const client = new ECSClient({
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
  });
  const settings = [{ name: "containerInsights" as const, value: "enabled" }];
  await client.send(
    new UpdateClusterSettingsCommand({ cluster: "nomad-remote-driver-demo", settings }),
  );
  client.destroy();
}

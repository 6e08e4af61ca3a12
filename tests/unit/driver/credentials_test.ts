import { assertEquals } from "@std/assert";
import { readRules } from "../../../demo/simulator/state/faults.ts";
import { demoPreset } from "../../../demo/simulator/preset.ts";
import { startSimulator } from "../../../demo/simulator/start.ts";
import { eventually } from "../../../demo/lib/process.ts";
import {
  type FingerprintResponse,
  FingerprintResponse_HealthState as Health,
} from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { magicCookie } from "../../../src/plugin/environment.ts";
import { configure } from "../../harness/driver_calls.ts";
import { type PluginConnection, pluginPath, startPlugin } from "../../harness/plugin.ts";

/** A plugin with no environment but this one, and what it tells of its health. */
async function withBarePlugin(
  variables: (folder: string, endpoint: string) => Record<string, string>,
  use: (bench: {
    folder: string;
    ecs: Awaited<ReturnType<typeof startSimulator>>;
    connection: PluginConnection;
    health: (wanted: Health) => Promise<FingerprintResponse>;
  }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const ecs = await startSimulator({ presets: [demoPreset] });
  const env: Record<string, string> = {
    [magicCookie.name]: magicCookie.value,
    PATH: Deno.env.get("PATH") ?? "",
    AWS_ENDPOINT_URL_ECS: ecs.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    PLUGIN_UNIX_SOCKET_DIR: folder,
    ...variables(folder, ecs.endpoint),
  };
  const wrapper = `${folder}/plugin`;
  const words = Object.entries(env).map(([name, value]) => `'${name}=${value}'`);
  await Deno.writeTextFile(wrapper, `#!/bin/sh\nexec env -i ${words.join(" ")} '${pluginPath}'\n`);
  await Deno.chmod(wrapper, 0o755);
  const plugin = await startPlugin({}, { executable: wrapper });
  const connection = plugin.connect();
  try {
    await configure(connection);
    const told: FingerprintResponse[] = [];
    const stream = connection.driver.fingerprint({});
    stream.on("data", (fingerprint) => told.push(fingerprint));
    stream.on("error", () => {});
    const health = (wanted: Health) =>
      eventually(`health ${wanted}`, () => {
        const newest = told.at(-1);
        return newest?.health === wanted ? newest : undefined;
      });
    await use({ folder, ecs, connection, health });
    stream.cancel();
  } finally {
    connection.close();
    await plugin.close();
    await ecs.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

const keys = (id: string, profile = "default") =>
  `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = x\n`;

Deno.test("credentials in the environment suffice, without a home", async () => {
  const variables = { AWS_ACCESS_KEY_ID: "simulated", AWS_SECRET_ACCESS_KEY: "simulated" };
  await withBarePlugin(() => variables, async ({ health }) => {
    await health(Health.HEALTHY);
  });
});

Deno.test("ECS is called through the environment's proxy", async () => {
  const variables = (_folder: string, proxy: string) => ({
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
    AWS_ENDPOINT_URL_ECS: "http://ecs.example.invalid",
    HTTP_PROXY: proxy,
  });
  await withBarePlugin(variables, async ({ health }) => {
    await health(Health.HEALTHY);
  });
});

Deno.test("credentials that are put in place, and others after them, are found without a restart", async () => {
  const variables = (folder: string) => ({
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials`,
    AWS_CONFIG_FILE: `${folder}/config`,
  });
  await withBarePlugin(variables, async ({ folder, ecs, connection, health }) => {
    await eventually("the node tells what to check", async () => {
      const { healthDescription } = await health(Health.UNHEALTHY);
      return healthDescription.includes("check the AWS credentials") ? true : undefined;
    });
    await Deno.writeTextFile(`${folder}/credentials`, keys("OLD"));
    await health(Health.HEALTHY);
    await Deno.writeTextFile(`${folder}/credentials`, keys("NEW"));
    ecs.simulator.faults = readRules([{ mode: "expired", count: 1 }], Date.now());
    await eventually("ECS is called with the new key", async () => {
      // A new configuration has the cluster looked at again, which else takes its time.
      await configure(connection);
      return ecs.simulator.calls.read().byIdentity["NEW"] === undefined ? undefined : true;
    });
    assertEquals(Object.keys(ecs.simulator.calls.read().byIdentity), ["OLD", "NEW"]);
  });
});

Deno.test("the plugin's profile is the one whose credentials are used", async () => {
  const variables = (folder: string) => {
    Deno.writeTextFileSync(`${folder}/credentials`, keys("NOBODY") + keys("PROD", "prod"));
    return { AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials`, AWS_CONFIG_FILE: "/dev/null" };
  };
  await withBarePlugin(variables, async ({ ecs, connection }) => {
    await configure(connection, { profile: "prod" });
    // The health that the first configuration has shown says nothing of this one.
    await eventually("ECS is called with the profile's key", () => {
      const { byIdentity } = ecs.simulator.calls.read();
      return byIdentity["PROD"] === undefined ? undefined : true;
    });
  });
});

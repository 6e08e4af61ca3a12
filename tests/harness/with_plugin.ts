import { demoPreset } from "../../demo/simulator/preset.ts";
import { type RunningSimulator, startSimulator } from "../../demo/simulator/start.ts";
import { configure } from "./driver_calls.ts";
import { type PluginConnection, type PluginProcess, startPlugin } from "./plugin.ts";

/** A configured plugin process and the simulated ECS that it calls. */
export type Bench = {
  readonly ecs: RunningSimulator;
  readonly plugin: PluginProcess;
  readonly connection: PluginConnection;
  /** Ends the plugin by SIGKILL and starts another. */
  relaunch(): Promise<PluginConnection>;
};

/** Sets up a plugin and a simulator, lets `use` have them, and takes both down. */
export async function withPlugin(
  { speed = 100, config = {}, consistency = 0 }: {
    speed?: number;
    config?: Record<string, unknown>;
    /** Milliseconds for which ECS may not see a new task. */
    consistency?: number;
  },
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  const ecs = await startSimulator({ speed, presets: [demoPreset], pace: { consistency } });
  const env = {
    AWS_ENDPOINT_URL_ECS: ecs.endpoint,
    AWS_ENDPOINT_URL_STS: ecs.endpoint,
    AWS_ENDPOINT_URL_EC2: ecs.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: ecs.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH: ecs.endpoint,
    AWS_ENDPOINT_URL_SSM: ecs.endpoint,
    AWS_ENDPOINT_URL_KMS: ecs.endpoint,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
  };
  const launch = async () => {
    const plugin = await startPlugin(env);
    const connection = plugin.connect();
    await configure(connection, config);
    return { plugin, connection };
  };
  let current = await launch();
  const end = async () => {
    current.connection.close();
    await current.plugin.close();
  };
  try {
    await use({
      ecs,
      get plugin() {
        return current.plugin;
      },
      get connection() {
        return current.connection;
      },
      relaunch: async () => {
        await end();
        current = await launch();
        return current.connection;
      },
    });
  } finally {
    await end();
    await ecs.stop();
  }
}

import { Buffer } from "node:buffer";
import type { ServiceError } from "@grpc/grpc-js";
import { performUnthrottled } from "../../demo/simulator/operations/operations.ts";
import { demoPreset } from "../../demo/simulator/preset.ts";
import { type RunningSimulator, startSimulator } from "../../demo/simulator/start.ts";
import { textLimit } from "../../src/bounded_text.ts";
import { usageOf } from "../bench/process_usage.ts";
import { configure, driverConfig, start, taskOf, wait } from "../harness/driver_calls.ts";
import { call, type PluginConnection, type PluginProcess, startPlugin } from "../harness/plugin.ts";
import { type Canary, createCanary } from "./canary.ts";

/** A plugin before a simulated ECS, with a task of somebody else's that must not be hurt. */
export type Site = {
  readonly ecs: RunningSimulator;
  readonly plugin: PluginProcess;
  readonly connection: PluginConnection;
  readonly canary: Canary;
  /** Milliseconds that a call may take before it counts as one that hangs. */
  readonly patience: number;
  /** Waits for a call, and takes in what it fails with. Undefined where it failed. */
  attempt<T>(promise: Promise<T>): Promise<T | undefined>;
  /** Takes in what left the plugin some other way. */
  see(text: string): void;
  /** Notes something that is wrong. */
  wrong(what: string): void;
  /** What is wrong by now, which is then told no more. */
  violations(): Promise<string[]>;
  /** MB that the plugin takes; not a number where the system does not tell. */
  memory(): Promise<number>;
  close(): Promise<void>;
};

/** Allocations of the site's own tasks, which no input may end. */
const neighbourAlloc = "00000000-aaaa-4000-8000-000000000000";

/** The configuration of a site's plugin, to which it returns after an input that changed it. */
export const siteConfig = { pass_env: ["*"], max_api_rate: 1_000, wait_for: "none" };

/** MB of memory that a plugin may take, whatever it has been given. */
const memoryLimit = 300;

/** Starts a plugin and a simulator, and a task that is watched to the end. */
export async function openSite(): Promise<Site> {
  const canary = createCanary();
  const ecs = await startSimulator({ speed: 100, presets: [demoPreset] });
  const plugin = await startPlugin({
    AWS_ENDPOINT_URL_ECS: ecs.endpoint,
    AWS_ENDPOINT_URL_STS: ecs.endpoint,
    AWS_ENDPOINT_URL_EC2: ecs.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: ecs.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH: ecs.endpoint,
    AWS_ENDPOINT_URL_SSM: ecs.endpoint,
    AWS_ENDPOINT_URL_KMS: ecs.endpoint,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: canary.at("secret-access-key"),
    AWS_SESSION_TOKEN: canary.at("session-token"),
  });
  const connection = plugin.connect();
  const { driver, health } = connection;
  const foreign = runForeignTasks(ecs);
  const wrong: string[] = [];
  let seenLog = 0;
  let over = false;

  const see = (text: string) => {
    for (const secret of canary.seenIn(text)) wrong.push(`a secret left the plugin: ${secret}`);
  };
  const seeError = ({ code, details, metadata }: ServiceError) => {
    see(details);
    for (const document of metadata.get("grpc-status-details-bin")) {
      see(Buffer.from(document as Uint8Array).toString("latin1"));
    }
    const size = encodeURI(details.toWellFormed()).length;
    if (size > textLimit) wrong.push(`an error of ${size} bytes: ${details.slice(0, 100)}`);
    // To a Nomad agent, this one is a dead plugin.
    if (code === 14) wrong.push(`UNAVAILABLE: ${details}`);
    if (/call stack|Cannot read prop|is not a function|undefined is not/.test(details)) {
      wrong.push(`a fault of the plugin's own: ${details.slice(0, 200)}`);
    }
  };

  await configure(connection, siteConfig);
  const task = taskOf(driverConfig({ task_definition: "idle" }), { alloc: neighbourAlloc });
  await start(connection, task);
  wait(connection, task.id).then(
    ({ result, err }) => {
      if (!over) wrong.push(`the neighbour was reported ended: ${JSON.stringify(result)} ${err}`);
    },
    (error) => {
      if (!over) wrong.push(`the neighbour's WaitTask failed: ${error.message}`);
    },
  );
  const streams = [driver.taskEvents({}), driver.fingerprint({})];
  for (const stream of streams) {
    stream.on("data", (message: unknown) => {
      const text = JSON.stringify(message);
      see(text);
      if (text.length > 10 * textLimit) wrong.push(`an event of ${text.length} characters`);
    });
    stream.on("error", (error: Error) => {
      if (!over) wrong.push(`a stream broke: ${error.message}`);
    });
  }
  let ended: Deno.CommandStatus | undefined;
  plugin.status.then((status) => ended = status);

  const site: Site = {
    ecs,
    plugin,
    connection,
    canary,
    patience: 30_000,
    see,
    wrong: (what) => void wrong.push(what),
    attempt: async (promise) => {
      try {
        return await within(site.patience, promise);
      } catch (error) {
        if (error instanceof Error && "details" in error) seeError(error as ServiceError);
        else wrong.push(String(error));
        return undefined;
      }
    },
    memory: async () => Deno.build.os === "linux" ? (await usageOf(plugin.pid)).rssMb : NaN,
    violations: async () => {
      if (ended !== undefined) {
        const log = plugin.logText().slice(-1_000);
        wrong.push(`the plugin ended: ${JSON.stringify(ended)} ${log}`);
      } else {
        await site.attempt(call(health, health.check, { service: "plugin" }));
        const told = await site.attempt(call(driver, driver.inspectTask, { taskId: task.id }));
        see(JSON.stringify(told ?? ""));
        if (told?.task?.state !== 1) wrong.push("the neighbour is not inspected as running");
      }
      for (const arn of foreign) {
        if (ecs.simulator.model.tasks.get(arn)?.desired !== "RUNNING") {
          wrong.push(`an ECS task of others was stopped: ${arn}`);
        }
      }
      const rssMb = ended === undefined ? await site.memory() : 0;
      if (rssMb > memoryLimit) wrong.push(`the plugin takes ${rssMb.toFixed(0)} MB`);
      const log = plugin.logText();
      // From before the end of what was looked at, in case a secret was cut by it.
      see(log.slice(Math.max(0, seenLog - 200)));
      seenLog = log.length;
      return wrong.splice(0);
    },
    close: async () => {
      over = true;
      for (const stream of streams) stream.cancel();
      connection.close();
      await plugin.close();
      await ecs.stop();
    },
  };
  return site;
}

/** Runs an ECS service's task and another node's. Returns their ARNs. */
function runForeignTasks({ simulator }: RunningSimulator): string[] {
  const own = {
    cluster: "nomad-remote-driver-demo",
    taskDefinition: "idle",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-010b03f1a021887ff"] } },
  };
  const alloc = "00000000-bbbb-4000-8000-000000000000";
  const others = [
    { ...own, startedBy: "ecs-svc/1234567890123456789" },
    {
      ...own,
      startedBy: `nomad/${alloc}/web`,
      tags: [
        { key: "nomad:node_id", value: "another-node" },
        { key: "nomad:alloc_id", value: alloc },
      ],
    },
  ];
  for (const input of others) performUnthrottled(simulator.model, "us-east-1", "RunTask", input);
  return [...simulator.model.tasks.keys()];
}

/** Rejects where the promise takes longer than this many milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

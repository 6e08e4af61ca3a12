/**
 * Entry point: a Nomad agent starts this program as a plugin; a person has it as a tool.
 */
import denoConfig from "./deno.json" with { type: "json" };
import { systemClock } from "./src/clock.ts";
import { systemFiles } from "./src/files.ts";
import { decodePluginConfig } from "./src/config/mod.ts";
import { nomadDefaults } from "./src/config/nomad_fields.ts";
import { meteredAws } from "./src/telemetry/aws_calls.ts";
import { meteredDriver } from "./src/telemetry/driver.ts";
import { meteredService } from "./src/telemetry/rpcs.ts";
import { createTelemetry } from "./src/telemetry/telemetry.ts";
import { confine } from "./src/driver/confinement.ts";
import { createDriver } from "./src/driver/driver.ts";
import { connectNomadOver } from "./src/driver/nomad_link.ts";
import { basePluginService } from "./src/grpc/base_service.ts";
import { driverService } from "./src/grpc/driver_service.ts";
import { connectAws } from "./src/aws/client.ts";
import { type AwsHost, endpointIn } from "./src/aws/host.ts";
import { systemLogDisk } from "./src/logs/logs.ts";
import { readInvocation } from "./src/plugin/environment.ts";
import { createLogger, redirectConsole } from "./src/plugin/log.ts";
import { servePlugin } from "./src/plugin/serve.ts";
import { stderrSink } from "./src/plugin/stderr.ts";

const name = "nomad-driver-ecs";
const { version } = denoConfig;
/** Milliseconds for which the last lines of the log wait for a reader before the process ends. */
const lastLines = 100;

// The environment is read here alone. Everything else is given what it needs of it.
const variables = Deno.env.toObject();
const invocation = readInvocation(variables, Deno.build.os);
const awsHost: AwsHost = {
  userAgent: { name, version },
  endpoints: {
    ec2: endpointIn(variables, "EC2"),
    ssmmessages: endpointIn(variables, "SSMMESSAGES"),
  },
};
const connectNomad = connectNomadOver(Deno.readTextFile, systemClock);
if (invocation.kind === "person") {
  // Loaded here: a plugin host waits for the handshake, and needs none of the tool.
  const { startCli } = await import("./src/cli/start.ts");
  const status = await startCli(Deno.args, {
    version,
    environment: variables,
    awsHost,
    connectNomad,
  });
  Deno.exit(status);
}

const now = () => new Date();
const stderr = stderrSink(now);
const log = createLogger(stderr, "ecs", now);
redirectConsole(log);
// A fault of one library must not end this process: all tasks share it.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  logFault(event.reason);
});
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  logFault(event.error);
});

function logFault(fault: unknown): void {
  const stack = fault instanceof Error ? fault.stack : undefined;
  log.error("a fault of the driver's own", { error: String(fault), stack });
}

/** Ends the process once its log is written, unless nobody reads it. */
async function exit(status: number): Promise<never> {
  await Promise.race([stderr.written(), systemClock.sleep(lastLines)]);
  Deno.exit(status);
}

const defaults = decodePluginConfig(new Uint8Array());
if (defaults.kind === "invalid") throw new Error("the default plugin configuration is invalid");
const writePower = {
  keep: (path: string) => Deno.permissions.requestSync({ name: "write", path }).state === "granted",
  // All that was granted is one entry, for the root of the file system.
  drop: () => {
    Deno.permissions.revokeSync({ name: "write", path: "/" });
  },
};
/** The folder of the socket, once there is one. */
const ownFolders: string[] = [];
const nomad = nomadDefaults(variables);
const telemetry = createTelemetry({ identity: { version, hostname: Deno.hostname() }, log });
const { meter } = telemetry;
const plain = createDriver({
  connect: meteredAws((target) => connectAws(target, awsHost), meter, systemClock),
  files: systemFiles,
  logDisk: systemLogDisk(systemClock),
  clock: systemClock,
  random: Math.random,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  log,
  meter,
  version,
  config: defaults.value,
  connectNomad,
  defaults: {
    region: variables["AWS_REGION"],
    nomad,
  },
});
const driver = confine(meteredDriver(plain, telemetry, systemClock), {
  power: writePower,
  kept: () => ownFolders,
  nomadAddress: nomad.address,
  log,
});
try {
  if (invocation.kind === "mismatch") throw new Error(invocation.reason);
  await servePlugin({
    environment: invocation.environment,
    services: [
      basePluginService({ driver, name: "ecs", version, log }),
      meteredService(driverService({ driver, clock: systemClock, log }), meter, systemClock),
    ],
    log,
    clock: systemClock,
    onFolder: (path) => ownFolders.push(path),
    onShutdown: () => driver.shutdown(),
    exit,
  });
} catch (error) {
  log.error("the plugin cannot be served", { error });
  await exit(1);
}

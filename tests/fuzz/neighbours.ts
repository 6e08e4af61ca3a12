/**
 * `make neighbours`: what the tasks of others feel of one hostile job. For each such job, while its
 * start is under way: whether another task's WaitTask goes on, how long its InspectTask takes, beside
 * that of an idle plugin at the same time, the plugin's most memory, and how its refusal reads.
 */
import { parseArgs } from "node:util";
import { refuse } from "../harness/options.ts";
import type { ServiceError } from "@grpc/grpc-js";
import { demoPreset } from "../../demo/simulator/preset.ts";
import { startSimulator } from "../../demo/simulator/start.ts";
import { textLimit } from "../../src/bounded_text.ts";
import { configure, driverConfig, start, taskOf, wait } from "../harness/driver_calls.ts";
import { call, type PluginConnection, startPlugin } from "../harness/plugin.ts";
import { type HostileInput, hostileInputs } from "./hostile_inputs.ts";

/** Milliseconds in which a neighbour's InspectTask has to answer. */
const inspectLimit = 1_000;
/** How often an input is tried before something counts as wrong. */
const attempts = 3;
/** MB of memory that the plugin may have taken at any time. */
const memoryLimit = 300;

type Result = {
  readonly input: string;
  /** Milliseconds of the slowest InspectTask, of the neighbour and in the idle plugin. */
  readonly inspect: number;
  readonly idle: number;
  readonly peakMb: number;
  readonly seconds: number;
  readonly refusal: string;
  readonly wrong: readonly string[];
};

const { values } = parseArgs({
  args: Deno.args,
  options: { only: { type: "string", default: "" } },
});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const inputs = hostileInputs.filter(({ name }) => name.includes(values.only));
if (inputs.length === 0) refuse(`no input has "${values.only}" in its name`);
const ecs = await startSimulator({ speed: 100, presets: [demoPreset] });
const env = {
  AWS_ENDPOINT_URL_ECS: ecs.endpoint,
  AWS_ACCESS_KEY_ID: "simulated",
  AWS_SECRET_ACCESS_KEY: "simulated",
};
let failed = 0;
for (const input of inputs) {
  let result = await measure(input);
  // Others share the machine: what is slow once may be theirs, what is slow each time is the plugin's.
  for (let again = 1; again < attempts && result.wrong.length > 0; again++) {
    result = await measure(input);
  }
  const { inspect, idle, peakMb, seconds, refusal, wrong } = result;
  print(
    `${wrong.length === 0 ? "ok    " : "WRONG "} ${input.name}: answered in ` +
      `${seconds.toFixed(1)} s; InspectTask ${inspect.toFixed(0)} ms, idle plugin ` +
      `${idle.toFixed(0)} ms; ${peakMb.toFixed(0)} MB; ${refusal}`,
  );
  for (const text of wrong) print(`       ${text}`);
  if (wrong.length > 0) failed += 1;
}
await ecs.stop();
print(`${inputs.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

async function measure(input: HostileInput): Promise<Result> {
  const [plugin, idlePlugin] = [await startPlugin(env), await startPlugin(env)];
  const [connection, idleConnection] = [plugin.connect(), idlePlugin.connect()];
  const over = new AbortController();
  const wrong: string[] = [];
  try {
    const neighbour = await startIdle(connection);
    const other = await startIdle(idleConnection);
    let waitEnded: string | undefined;
    wait(connection, neighbour).then(
      () => waitEnded = "it was reported ended",
      (error) => waitEnded = String(error),
    );
    // What is made here takes time as well, which is none of the plugin's.
    const task = input.task();
    const looking = [
      slowestInspect(connection, neighbour, over.signal),
      slowestInspect(idleConnection, other, over.signal),
    ] as const;
    const began = performance.now();
    const refusal = await start(connection, task).then(
      () => undefined,
      (error: ServiceError) => error,
    );
    const seconds = (performance.now() - began) / 1_000;
    over.abort();
    const [inspect, idle] = await Promise.all(looking);
    const peakMb = await peakMemory(plugin.pid);
    if (waitEnded !== undefined) wrong.push(`the neighbour's WaitTask: ${waitEnded}`);
    if (inspect > inspectLimit) wrong.push(`InspectTask took ${inspect.toFixed(0)} ms`);
    if (peakMb > memoryLimit) wrong.push(`the plugin took ${peakMb.toFixed(0)} MB`);
    if (refusal !== undefined && encodeURI(refusal.details).length > textLimit) {
      wrong.push(`the refusal has ${refusal.details.length} characters`);
    }
    if (refusal !== undefined && !isReadable(refusal)) {
      wrong.push(`the refusal says nothing: ${refusal.code} ${refusal.details.slice(0, 200)}`);
    }
    return {
      input: input.name,
      inspect,
      idle,
      peakMb,
      seconds,
      refusal: refusal === undefined ? "it was started" : excerpt(refusal.details),
      wrong,
    };
  } finally {
    over.abort();
    connection.close();
    idleConnection.close();
    await plugin.close();
    await idlePlugin.close();
  }
}

async function startIdle(connection: PluginConnection): Promise<string> {
  await configure(connection);
  const task = taskOf(driverConfig({ task_definition: "idle" }));
  await start(connection, task);
  return task.id;
}

/** Milliseconds that the slowest InspectTask took until the signal aborted, one after the other. */
async function slowestInspect(
  { driver }: PluginConnection,
  taskId: string,
  signal: AbortSignal,
): Promise<number> {
  let slowest = 0;
  while (!signal.aborted) {
    const began = performance.now();
    await call(driver, driver.inspectTask, { taskId });
    slowest = Math.max(slowest, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return slowest;
}

/** The most memory in MB that a process has had so far. */
async function peakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

/** Whether a refusal names the option, or the size that is too large. */
function isReadable({ details }: ServiceError): boolean {
  return /config(\.task)?\b/.test(details) || /larger than max/.test(details);
}

function excerpt(text: string): string {
  const line = text.replaceAll("\n", " / ");
  return line.length <= 220 ? line : `${line.slice(0, 220)} ... (${text.length} characters)`;
}

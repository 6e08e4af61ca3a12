import { startSimulatorProcess } from "../../demo/lib/simulator.ts";
import { eventually } from "../../demo/lib/process.ts";
import { awsQuotas, bucketIn } from "../../demo/simulator/state/quotas.ts";
import { configure, driverConfig, start, taskOf } from "../harness/driver_calls.ts";
import { startPlugin } from "../harness/plugin.ts";
import { percentile } from "./handshake.ts";
import { usageOf } from "./process_usage.ts";
import { raisedLimits } from "./raised_limits.ts";
import { fileURLToPath } from "node:url";

const region = "us-east-1";
const group = "/ecs/nomad-remote-driver-demo";
const family = "log-bench";
/** How many times faster than AWS the tasks are started. Then AWS's own times hold. */
const startSpeed = 100;
/** A log driver sends its lines so often, and CloudWatch shows them so much later at most. */
const flushMs = 5_000;
const indexingMs = 2_000;
/** Bytes of a line, its number and time included. */
const lineLength = 100;
/** Seconds after the last line in which it must have come. */
const patience = 60;

/** What reading the logs of many tasks showed. Times are milliseconds. */
export type LogLoad = {
  readonly tasks: number;
  readonly seconds: number;
  readonly linesPrinted: number;
  readonly linesRead: number;
  /** Lines that were read again, and those that were not the next one of their task. */
  readonly linesDoubled: number;
  readonly linesOutOfOrder: number;
  /** Lines that no container printed. */
  readonly linesStrange: number;
  /** From a line's time, when the log driver read it, until Nomad has it. */
  readonly delayP50: number;
  readonly delayP99: number;
  readonly delayMost: number;
  /** FilterLogEvents calls: each second on the way, and those that AWS's quota refused. */
  readonly callsPerSecond: number;
  readonly callsRefused: number;
  /** Calls a second that AWS allows in the region. */
  readonly callsAllowed: number;
  /** Share of one core. */
  readonly cpu: number;
  /** Resident memory at equal distances on the way. */
  readonly rssMb: readonly number[];
};

/** Runs tasks that print one line a second each, and reads their logs as Nomad does. */
export async function measureLogs(
  { tasks: count, seconds }: { tasks: number; seconds: number },
): Promise<LogLoad> {
  const folder = await Deno.makeTempDir();
  await using ends = new AsyncDisposableStack();
  ends.defer(() => Deno.remove(folder, { recursive: true }));
  const ecs = await startSimulatorProcess({ folder, speed: startSpeed });
  ends.defer(ecs.end);
  const plugin = await startPlugin(ecs.env);
  ends.defer(plugin.close);
  const connection = plugin.connect();
  ends.defer(() => Promise.resolve(connection.close()));
  const { log_reads: _, ...fast } = raisedLimits(startSpeed);
  await configure(connection, { api_limits: fast, start_timeout: "10m", log_group: group });

  const tasks = await tasksWithPipes(folder, count);
  const reader = readPipes(folder, [
    ...tasks.map(({ stdoutPath }) => stdoutPath),
    ...tasks.map(({ stderrPath }) => stderrPath),
  ]);
  ends.defer(reader.end);
  await reader.ready;
  const queue = [...tasks];
  await Promise.all(Array.from({ length: 100 }, async () => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      await start(connection, task);
    }
  }));
  await ecs.control("speed", { speed: 1 });
  await configure(connection, { log_group: group });

  const streams = await streamsOf(ecs, tasks.map(({ allocId }) => allocId));
  await ecs.control("calls/reset", {});
  const before = await usageOf(plugin.pid);
  const began = performance.now();
  const rssMb: number[] = [];
  const looking = setInterval(async () => {
    rssMb.push((await usageOf(plugin.pid)).rssMb);
  }, Math.max(1_000, seconds * 1_000 / 60));
  await Promise.all(streams.map((stream, at) => printLines(ecs.endpoint, stream, at, seconds)));
  clearInterval(looking);
  const spent = (performance.now() - began) / 1_000;
  const after = await usageOf(plugin.pid);
  const { admitted = 0, refused = 0 } = (await ecs.calls()).byCategory["logs-filter"] ?? {};
  const linesPrinted = count * seconds;
  const have = () => reader.lines.reduce((sum, { length }) => sum + length, 0);
  await eventually(
    "every line is read",
    () => have() >= linesPrinted ? true : undefined,
    { seconds: patience },
  ).catch(() => {}); // the result says how many were

  const printed = reader.lines.map((lines) => lines.filter(({ number }) => number > 0));
  const numbers = printed.map((lines) => lines.map(({ number }) => number));
  const delays = printed.flatMap((lines) => lines.map(({ delay }) => delay));
  return {
    tasks: count,
    seconds,
    linesPrinted,
    linesRead: numbers.reduce((sum, list) => sum + new Set(list).size, 0),
    linesDoubled: numbers.reduce((sum, list) => sum + list.length - new Set(list).size, 0),
    linesOutOfOrder: numbers.reduce(
      (sum, list) => sum + list.filter((number, at) => number < (list[at - 1] ?? 0)).length,
      0,
    ),
    linesStrange: have() - delays.length,
    delayP50: percentile(delays, 50),
    delayP99: percentile(delays, 99),
    delayMost: percentile(delays, 100),
    callsPerSecond: admitted / spent,
    callsRefused: refused,
    callsAllowed: bucketIn(awsQuotas["logs-filter"], region).perSecond,
    cpu: (after.cpuSeconds - before.cpuSeconds) / spent,
    rssMb,
  };
}

/** A result in words. */
export function describeLogs(load: LogLoad): string {
  const memory = load.rssMb.filter((_, at) => at % 6 === 0).map((mb) => mb.toFixed(0)).join(" ");
  return [
    `${load.tasks} tasks, one line a second for ${load.seconds} s: ${load.linesRead} of ` +
    `${load.linesPrinted} lines read, ${load.linesDoubled} doubled, ${load.linesOutOfOrder} out of ` +
    `order, ${load.linesStrange} of nobody`,
    `delay of a line p50 / p99 / most: ${load.delayP50} / ${load.delayP99} / ${load.delayMost} ms, of ` +
    `which the log driver takes up to ${flushMs} and CloudWatch up to ${indexingMs}`,
    `FilterLogEvents: ${load.callsPerSecond.toFixed(2)} a second of ${load.callsAllowed}, ` +
    `${load.callsRefused} refused; CPU ${
      (load.cpu * 100).toFixed(0)
    } % of a core; RSS on the way in ` +
    `MB: ${memory}`,
  ].join("\n");
}

/** Its container has no process: what it prints is put into its stream from outside. */
const definition = {
  family,
  cpu: 256,
  memory: 512,
  execution_role_arn: "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
  container: [{ name: "main", image: "idle" }],
};

type Task = ReturnType<typeof taskOf>;

/** Tasks, each with the directory and the two named pipes that Nomad makes for it. */
async function tasksWithPipes(folder: string, count: number): Promise<Task[]> {
  const tasks = Array.from({ length: count }, () => {
    const task = taskOf(driverConfig({ definition }));
    const allocDir = `${folder}/${task.allocId}`;
    const pipe = (output: string) => `${allocDir}/alloc/logs/.${task.name}.${output}.fifo`;
    Deno.mkdirSync(`${allocDir}/alloc/logs`, { recursive: true });
    return { ...task, allocDir, stdoutPath: pipe("stdout"), stderrPath: pipe("stderr") };
  });
  const args = tasks.flatMap(({ stdoutPath, stderrPath }) => [stdoutPath, stderrPath]);
  const { success } = await new Deno.Command("mkfifo", { args }).output();
  if (!success) throw new Error(`no named pipes in ${folder}`);
  return tasks;
}

type Line = { readonly number: number; readonly delay: number };

/** Reads the pipes of all tasks. Lines are numbered from 1 for each task. */
function readPipes(folder: string, paths: readonly string[]) {
  const list = `${folder}/pipes`;
  Deno.writeTextFileSync(list, paths.join("\n"));
  const script = fileURLToPath(new URL("fifos.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "-A", script, list],
    stdout: "piped",
  }).spawn();
  const lines: Line[][] = paths.map(() => []);
  const ready = Promise.withResolvers<void>();
  let rest = "";
  const done = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (chunk) => {
        const [last = "", ...complete] = (rest + chunk).split("\n").reverse();
        rest = last;
        for (const line of complete.reverse()) {
          if (line === "ready") {
            ready.resolve();
            continue;
          }
          const [at = "", pipe = "", number = "", printed = ""] = line.split(" ");
          lines[Number(pipe)]?.push({
            number: Number(number),
            delay: Number(at) - Number(printed),
          });
        }
      },
    }),
  );
  return {
    lines,
    ready: ready.promise,
    end: async () => {
      child.kill("SIGKILL");
      await child.status;
      await done;
    },
  };
}

/** The log streams of the tasks of these allocations, in their order. */
async function streamsOf(
  ecs: Awaited<ReturnType<typeof startSimulatorProcess>>,
  allocations: readonly string[],
): Promise<string[]> {
  const arns = new Map(
    (await ecs.tasks()).map(({ tags, taskArn }) => [
      tags.find(({ key }) => key === "nomad:alloc_id")?.value,
      taskArn,
    ]),
  );
  return allocations.map((id) => `${family}/main/${arns.get(id)?.split("/").at(-1)}`);
}

/** Puts a line for each second into a stream, in batches as a log driver sends them. */
async function printLines(
  endpoint: string,
  logStreamName: string,
  at: number,
  seconds: number,
): Promise<void> {
  // Containers do not start, and so print and flush, at one moment.
  const phase = (at * 997) % flushMs;
  const began = Date.now();
  for (let first = 1; first <= seconds; first += flushMs / 1_000) {
    const numbers = Array.from(
      { length: Math.min(flushMs / 1_000, seconds - first + 1) },
      (_, offset) => first + offset,
    );
    const due = began + phase + (numbers.at(-1) ?? 0) * 1_000 +
      (at * 613 + first * 31) % indexingMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
    const logEvents = numbers.map((number) => {
      const timestamp = began + phase + number * 1_000 - (at % 1_000);
      return { timestamp, message: `${number} ${timestamp} `.padEnd(lineLength, ".") };
    });
    await put(endpoint, { logGroupName: group, logStreamName, logEvents });
  }
}

async function put(endpoint: string, input: unknown): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "Logs_20140328.PutLogEvents",
      authorization: `AWS4-HMAC-SHA256 Credential=simulated/20260101/${region}/logs/aws4_request`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PutLogEvents: ${text}`);
}

/**
 * `make bench`: what the plugin costs, measured against the simulated ECS on this machine. With
 * `--check` it ends with 1 where a count or a ratio misses its aim.
 */
import { parseArgs } from "node:util";
import {
  burstAims,
  describeAim,
  isMet,
  loadAims,
  logAims,
  reconnectAims,
  startAims,
  telemetryAims,
} from "./aims.ts";
import { type Burst, describeBurst, measureBursts } from "./bursts.ts";
import { measureHandshake } from "./handshake.ts";
import { type LoadResult, measureLoad } from "./load.ts";
import { describeLogs, type LogLoad, measureLogs } from "./logs.ts";
import { measureReconnects } from "./reconnects.ts";
import { describeTelemetry, measureTelemetry, type TelemetryCost } from "./telemetry.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    tasks: { type: "string", default: "100,200,1000,10000" },
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "20" },
    reconnects: { type: "string", default: "100" },
    starts: { type: "string", default: "10" },
    /** Plugins times tasks of each, started and stopped at one moment. */
    bursts: { type: "string", default: "1x500,8x100" },
    /** Tasks that print a line a second, times seconds; nothing leaves it out. */
    logs: { type: "string", default: "1000x600" },
    /** Tasks with metrics off and on in turns, times seconds; nothing leaves it out. */
    telemetry: { type: "string", default: "1000x30" },
    check: { type: "boolean", default: false },
  },
});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));

const handshake = await measureHandshake(Number(values.starts));
print(`handshake p50 over ${values.starts} starts: ${handshake.handshakeP50.toFixed(0)} ms`);
print(`deno eval 1 p50, in turn with it:   ${handshake.denoEvalP50.toFixed(0)} ms`);
print(`CPU until the handshake p50:        ${handshake.cpuP50.toFixed(0)} ms`);
print(`memory at the handshake p50:        ${handshake.idleMbP50.toFixed(0)} MB`);

const reconnects = Number(values.reconnects) === 0
  ? undefined
  : await measureReconnects({ reconnects: Number(values.reconnects), callsEach: 2_000 });
if (reconnects !== undefined) {
  const memory = reconnects.rssMb.map((mb) => mb.toFixed(0)).join(" ");
  print(
    `${values.reconnects} reconnects, ${reconnects.calls} calls: RSS in MB on the way ${memory}`,
  );
}

const loads: LoadResult[] = [];
const counts = (values.tasks ?? "").split(",").filter((text) => text !== "").map(Number);
const readsPerSecond = Number(values.rate);
const exitsOf = (tasks: number) => Math.ceil(tasks / 10);
for (const tasks of counts) {
  print(`${tasks} tasks: start, watch ${values.seconds} s, end, stop ...`);
  loads.push(
    await measureLoad({
      tasks,
      watchSeconds: Number(values.seconds),
      readsPerSecond,
      exits: exitsOf(tasks),
    }),
  );
}
const rows: [string, (load: LoadResult) => string][] = [
  ["tasks", (load) => String(load.tasks)],
  ["start p50 / p99, ms", (load) => `${load.startP50.toFixed(0)} / ${load.startP99.toFixed(0)}`],
  ["DescribeTasks a second, at rest", (load) => load.restingCallsPerSecond.toFixed(2)],
  ["most calls in any second, watching", (load) => String(load.peakCallsPerSecond)],
  [
    "exit seen p50 / p99, ms",
    (load) => `${load.exitSeenP50.toFixed(0)} / ${load.exitSeenP99.toFixed(0)}`,
  ],
  ["CPU at rest, % of a core", (load) => (load.restingCpu * 100).toFixed(1)],
  ["RSS, MB", (load) => load.rssMb.toFixed(0)],
  ["exits seen", (load) => String(load.exitsSeen)],
  ["left after stop", (load) => String(load.leftAfterStop)],
  [
    "calls",
    (load) => Object.entries(load.calls).map(([name, times]) => `${name} ${times}`).join(", "),
  ],
];
for (const [title, cell] of rows) print(`${title.padEnd(36)}${loads.map(cell).join("  |  ")}`);
print(JSON.stringify({ handshake, reconnects, loads }));
const bursts: Burst[] = [];
for (const [plugins, tasksEach] of shapesOf(values.bursts)) {
  for (const burst of await measureBursts({ plugins, tasksEach })) {
    bursts.push(burst);
    print(describeBurst(burst));
  }
}
print(JSON.stringify({ bursts }));
const logLoads: LogLoad[] = [];
for (const [tasks, seconds] of shapesOf(values.logs)) {
  const load = await measureLogs({ tasks, seconds });
  logLoads.push(load);
  print(describeLogs(load));
}
print(JSON.stringify({ logs: logLoads }));
const telemetryCosts: TelemetryCost[] = [];
for (const [tasks, seconds] of shapesOf(values.telemetry)) {
  const cost = await measureTelemetry({ tasks, seconds, rounds: 2 });
  telemetryCosts.push(cost);
  print(describeTelemetry(cost));
}
print(JSON.stringify({ telemetry: telemetryCosts }));
const aims = [
  ...startAims(handshake),
  ...bursts.flatMap(burstAims),
  ...logLoads.flatMap(logAims),
  ...telemetryCosts.flatMap(telemetryAims),
  ...reconnects === undefined ? [] : reconnectAims(reconnects),
  ...loads.flatMap((load) => loadAims(load, { readsPerSecond, exits: exitsOf(load.tasks) })),
];
for (const aim of aims) print(describeAim(aim));
const missed = aims.filter((aim) => !isMet(aim));
Deno.exit(values.check && missed.length > 0 ? 1 : 0);

/** The pairs of numbers of an option such as `1x500,8x100`. */
function shapesOf(option = ""): [number, number][] {
  return option.split(",").filter((shape) => shape !== "").map((shape) => {
    const [first = NaN, second = NaN] = shape.split("x").map(Number);
    return [first, second];
  });
}

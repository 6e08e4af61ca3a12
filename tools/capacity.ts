/**
 * Prints what AWS's published limits allow, and what a client pays, for numbers of ECS tasks: the
 * table of docs/operations.md. The limits are those of `src/aws/rate_limits.ts`; what a task costs the
 * client was measured by `make bench` and `make bench-client`.
 */
import { awsLimits } from "../src/aws/rate_limits.ts";
import { batchSize } from "../src/aws/operations.ts";
import { steadyShare } from "../src/lifecycle/watch/poll_intervals.ts";
import type { Limit } from "../src/aws/token_bucket.ts";

/** MB of memory: without tasks, and of each task at rest. Measured with Nomad 1.11.3, linux-amd64. */
const memory = {
  agent: { base: 83, task: 0.33 },
  plugin: { base: 84, task: 0.011 },
  /** Nomad's own process for a task's logs. */
  logmon: { base: 0, task: 13 },
};
/** Seconds between looks at a task at rest, unless `poll_interval` says otherwise. */
const pollSeconds = 2;

/** GB of machines for a Nomad client, and the MB of them that the system keeps. */
const machines = [1, 2, 4, 8];
const system = 500;

const counts = [1_000, 10_000, 100_000];

/** The least time in which a bucket lets `calls` through. */
function secondsFor(calls: number, { burst, perSecond }: Limit): number {
  return Math.max(0, calls - burst) / perSecond;
}

function words(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

function megabytes({ base, task }: { base: number; task: number }, tasks: number): string {
  const mb = base + task * tasks;
  return mb < 1_000 ? `${Math.ceil(mb)} MB` : `${(mb / 1_000).toFixed(1)} GB`;
}

const rows: [string, (tasks: number) => string][] = [
  ["started on Fargate, at least", (n) => words(secondsFor(n, awsLimits["Fargate launches"]))],
  ["stopped, at least", (n) => words(secondsFor(n, awsLimits["cluster resource writes"]))],
  [
    "an end is seen within",
    (n) => {
      const calls = n / batchSize;
      const { perSecond } = awsLimits["cluster resource reads"];
      return words(Math.max(pollSeconds, calls / (perSecond * steadyShare)));
    },
  ],
  [
    "DescribeTasks calls a second for an end within 2 s",
    (n) => String(Math.ceil(n / batchSize / pollSeconds)),
  ],
  ["memory of the Nomad agents, clients of 1,000 tasks", (n) => ofClients(memory.agent, n)],
  ["memory of the plugins", (n) => ofClients(memory.plugin, n)],
  ["memory of Nomad's logmon processes, with logs", (n) => megabytes(memory.logmon, n)],
];

/** What clients of 1,000 tasks each pay together. */
function ofClients({ base, task }: { base: number; task: number }, tasks: number): string {
  return megabytes({ base: base * Math.ceil(tasks / 1_000), task }, tasks);
}

/** How many tasks at rest a machine's memory has room for, in round numbers. */
function tasksOn(gigabytes: number, ofTask: number): string {
  const free = gigabytes * 1_024 - system - memory.agent.base - memory.plugin.base;
  const tasks = Math.max(0, free / ofTask);
  const step = tasks < 1_000 ? 10 : 100;
  return (Math.floor(tasks / step) * step).toLocaleString("en-US");
}

const ofTask = memory.agent.task + memory.plugin.task;
const machineTable = [
  `| memory of the machine | ${machines.map((size) => `${size} GB`).join(" | ")} |`,
  `|---|${machines.map(() => "---|").join("")}`,
  `| ECS tasks with logs, at most | ${
    machines.map((size) => tasksOn(size, ofTask + memory.logmon.task)).join(" | ")
  } |`,
  `| ECS tasks without logs, at most | ${
    machines.map((size) => tasksOn(size, ofTask)).join(" | ")
  } |`,
];

const table = [
  `| ECS tasks | ${counts.map((count) => count.toLocaleString("en-US")).join(" | ")} |`,
  `|---|${counts.map(() => "---|").join("")}`,
  ...rows.map(([what, cell]) => `| ${what} | ${counts.map(cell).join(" | ")} |`),
];
const text = [table, machineTable].map((lines) => lines.join("\n") + "\n").join("\n");
Deno.stdout.writeSync(new TextEncoder().encode(text));

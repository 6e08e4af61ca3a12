/**
 * `make bench-client TASKS=1000 LOGS=off`: what a Nomad client pays for ECS tasks, on a real Nomad
 * and a simulated ECS: processes and memory by kind, and how long a stop takes with and without purge.
 * The client configuration and the job are those of docs/operations.md.
 */
import { parseArgs } from "node:util";
import { type Allocation, startAgent } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import { startSimulatorProcess } from "../../demo/lib/simulator.ts";
import { numberWithin, oneOf, wholeNumber } from "../harness/options.ts";
import { operationsBlocks } from "../harness/operations_page.ts";
import { pluginPath } from "../harness/plugin.ts";
import { raisedLimits } from "./raised_limits.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    tasks: { type: "string", default: "100" },
    logs: { type: "string", default: "off" },
    /** How many times faster than AWS the simulated ECS is, and its limits. */
    speed: { type: "string", default: "1" },
    /** `gc_parallel_destroys` in place of the page's. */
    destroys: { type: "string", default: "" },
  },
});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
const nomad = Deno.env.get("NOMAD_EXECUTABLE");
if (nomad === undefined) throw new Error("NOMAD_EXECUTABLE names no Nomad: run make bench-client");
const count = wholeNumber("TASKS", values.tasks, 1);
const speed = numberWithin("SPEED", values.speed, 0.01, 1_000);
const logs = oneOf("LOGS", values.logs, ["on", "off"]);
const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-bench-" });
await using ends = new AsyncDisposableStack();
ends.defer(() => Deno.remove(folder, { recursive: true }));

const ecs = await startSimulatorProcess({ folder, speed });
ends.defer(ecs.end);
const server = await startAgent({
  nomad,
  name: "server",
  folder: `${folder}/server`,
  role: { kind: "server" },
  env: {},
});
ends.defer(server.dispose);
const page = await operationsBlocks();
const limits = Object.entries(raisedLimits(speed)).map(([option, { burst, per_second }]) =>
  `${option} {\n  burst = ${burst}\n  per_second = ${per_second}\n}`
);
await Deno.writeTextFile(
  `${folder}/client.hcl`,
  page.client
    .replace(
      /(gc_parallel_destroys *= *).*/,
      values.destroys === "" ? "$&" : `$1${values.destroys}`,
    )
    .replace(/^ *region *=.*$/m, `$&\napi_limits {\n${limits.join("\n")}\n}`),
);
const client = await startAgent({
  nomad,
  name: "client",
  folder: `${folder}/client`,
  role: { kind: "client", server: server.rpc, plugin: pluginPath },
  env: ecs.env,
  configFiles: [`${folder}/client.hcl`],
});
ends.defer(client.dispose);
await client.node();

const job = page.job
  .replace(/count *= *\d+/, `count = ${count}`)
  .replace(/disabled *= true/, `disabled = ${logs === "off"}`);
await Deno.writeTextFile(`${folder}/job.nomad.hcl`, job);
const name = /job "([^"]+)"/.exec(job)?.[1] ?? "";
const allocations = () => server.api<Allocation[]>(`/job/${name}/allocations`);
const all = (status: string) => async () => {
  const found = await allocations();
  return found.length >= count && found.every(({ ClientStatus }) => ClientStatus === status)
    ? true
    : undefined;
};
const gone = () => {
  const folders = [...Deno.readDirSync(`${folder}/client/data/alloc`)];
  return folders.length === 0 ? true : undefined;
};

const before = await usageByKind(client.pid(), folder);
await timed(`${count} tasks, logs ${logs}: run until all are running`, async () => {
  const { code, output } = await server.cli("job", "run", "-detach", `${folder}/job.nomad.hcl`);
  if (code !== 0) throw new Error(output);
  await eventually("all tasks run", all("running"), { seconds: 1_800 });
});
report("at rest", await usageByKind(client.pid(), folder), before);
await timed("job stop until all are complete", async () => {
  await server.cli("job", "stop", "-detach", name);
  await eventually("all tasks are complete", all("complete"), { seconds: 1_800 });
});
await timed("run again until all are running", async () => {
  await server.cli("job", "run", "-detach", `${folder}/job.nomad.hcl`);
  await eventually("all tasks run", async () => {
    const running = (await allocations()).filter(({ ClientStatus }) => ClientStatus === "running");
    return running.length >= count ? true : undefined;
  }, { seconds: 1_800 });
});
await timed("job stop -purge until ECS has no task that is to run", async () => {
  await server.cli("job", "stop", "-purge", "-detach", name);
  await eventually("every ECS task is to stop", async () => {
    const left = (await ecs.tasks()).filter(({ desiredStatus }) => desiredStatus !== "STOPPED");
    return left.length === 0 ? true : undefined;
  }, { seconds: 1_800 });
});
await timed(
  "until the client has removed the allocations",
  () => eventually("the allocations are gone", gone, { seconds: 1_800 }),
);

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  print(`${what}: ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}

type Usage = { processes: number; rssMb: number; pssMb: number };

/** Processes that belong to the agent, by kind. */
async function usageByKind(agent: number, folder: string): Promise<Record<string, Usage>> {
  const kinds: Record<string, Usage> = {};
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const words = (await readProc(name, "cmdline")).split("\0");
    const environment = (await readProc(name, "environ")).split("\0");
    const ours = environment.includes(`LOG_FILE=${folder}/client/agent.log`);
    if (!ours && Number(name) !== agent) continue;
    const kind = Number(name) === agent
      ? "agent"
      : words.includes("logmon")
      ? "logmon"
      : words.some((word) => /nomad-driver-ecs/.test(word))
      ? "plugin"
      : words.slice(0, 2).join(" ");
    const rollup = await readProc(name, "smaps_rollup");
    const mb = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0) / 1_024;
    const usage = kinds[kind] ??= { processes: 0, rssMb: 0, pssMb: 0 };
    usage.processes += 1;
    usage.rssMb += mb("Rss");
    usage.pssMb += mb("Pss");
  }
  return kinds;
}

function report(what: string, kinds: Record<string, Usage>, before: Record<string, Usage>): void {
  for (const [kind, { processes, rssMb, pssMb }] of Object.entries(kinds)) {
    const each = (rssMb / processes).toFixed(1);
    print(
      `${what}: ${kind}: ${processes} processes, RSS ${rssMb.toFixed(0)} MB (${each} each), ` +
        `PSS ${pssMb.toFixed(0)} MB; before ${before[kind]?.rssMb.toFixed(0) ?? 0} MB`,
    );
  }
}

async function readProc(pid: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${file}`);
  } catch {
    return ""; // it has ended
  }
}

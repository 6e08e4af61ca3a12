import { assert, assertEquals } from "@std/assert";
import { type Agent, type Allocation, startAgent } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import { startSimulatorProcess } from "../../demo/lib/simulator.ts";
import { operationsBlocks } from "../harness/operations_page.ts";
import { pluginPath } from "../harness/plugin.ts";
import { nomadVersion } from "./harness/site.ts";

Deno.test(`Nomad ${nomadVersion} runs the client and the job of docs/operations.md`, async () => {
  const nomad = Deno.env.get("NOMAD_EXECUTABLE");
  if (nomad === undefined) throw new Error("NOMAD_EXECUTABLE names no Nomad: run make e2e");
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-e2e-" });
  await using ends = new AsyncDisposableStack();
  ends.defer(() => Deno.remove(folder, { recursive: true }));
  const ecs = await startSimulatorProcess({ folder, speed: 20 });
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
  await Deno.writeTextFile(`${folder}/client.hcl`, page.client);
  await Deno.writeTextFile(
    `${folder}/job.nomad.hcl`,
    page.job.replace(/count *= *\d+/, "count = 60"),
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
  const node = await client.node();
  assertEquals(node.NodePool, "ecs");
  assertEquals(node.NodeResources.Memory.MemoryMB, 100_000);
  assertEquals(node.NodeResources.Cpu.CpuShares, 100_000);

  const { code, output } = await server.cli("job", "run", "-detach", `${folder}/job.nomad.hcl`);
  assertEquals(code, 0, output);
  const allocations = await eventually("60 tasks run on the one client", async () => {
    const found = await allocationsOf(server);
    const running = found.filter(({ ClientStatus }) => ClientStatus === "running");
    return running.length === 60 ? running : undefined;
  }, { seconds: 120 });
  assert(allocations.every(({ NodeID }) => NodeID === node.ID));
  assertEquals(await logProcesses(folder), 0, "Nomad runs nothing for a task beside the plugin");

  await server.cli("job", "stop", "-purge", "-detach", "many");
  await eventually("no allocation waits for another to be taken down", async () => {
    const left = (await ecs.tasks()).filter(({ desiredStatus }) => desiredStatus !== "STOPPED");
    return left.length === 0 ? true : undefined;
  }, { seconds: 60 });
});

function allocationsOf(server: Agent): Promise<Allocation[]> {
  return server.api<Allocation[]>("/job/many/allocations");
}

/** Nomad's own processes for the logs of tasks, of the client in this folder. */
async function logProcesses(folder: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const read = (file: string) => Deno.readTextFile(`/proc/${name}/${file}`).catch(() => "");
    if (!(await read("cmdline")).split("\0").includes("logmon")) continue;
    if ((await read("environ")).includes(folder)) count += 1;
  }
  return count;
}

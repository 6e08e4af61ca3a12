import { assert, assertEquals } from "@std/assert";
import type { Allocation } from "../../demo/lib/nomad.ts";
import { logmonPids } from "../../demo/lib/nomad_processes.ts";
import { eventually } from "../../demo/lib/process.ts";
import { operationsBlocks } from "../harness/operations_page.ts";
import { nomadVersion, untilLive, withSite } from "./harness/site.ts";

Deno.test(`Nomad ${nomadVersion} runs the client and the job of docs/operations.md`, async () => {
  const page = await operationsBlocks();
  const job = page.job.replace(/count *= *\d+/, "count = 60");
  await withSite({ clientConfig: page.client }, async (site) => {
    const node = await site.agent.node();
    assertEquals(node.NodePool, "ecs");
    assertEquals(node.NodeResources.Memory.MemoryMB, 20_000);
    assertEquals(node.NodeResources.Cpu.CpuShares, 20_000);

    const { code, output } = await site.register(job);
    assertEquals(code, 0, output);
    const allocations = await eventually("60 tasks run on the one client", async () => {
      const found = await site.server.api<Allocation[]>("/job/many/allocations");
      const running = found.filter(({ ClientStatus }) => ClientStatus === "running");
      return running.length === 60 ? running : undefined;
    }, { seconds: 120 });
    assert(allocations.every(({ NodeID }) => NodeID === node.ID));
    assertEquals(
      await logmonPids(site.agent.folder),
      [],
      "Nomad runs nothing for a task beside the plugin",
    );

    await site.server.cli("job", "stop", "-purge", "-detach", "many");
    // No allocation waits for another to be taken down.
    await untilLive(site, []);
  });
});

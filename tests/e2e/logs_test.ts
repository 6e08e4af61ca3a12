import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { logmonPids } from "../../demo/lib/nomad.ts";
import { isOver, isRunning, nomadVersion, seedDriverConfig, withSite } from "./harness/site.ts";

/** The log group that the simulated account has. */
const driverConfig = { ...seedDriverConfig, log_group: "/ecs/nomad-remote-driver-demo" };

Deno.test(`Nomad ${nomadVersion}: with logs = false Nomad runs no logmon`, async (t) => {
  await t.step("with logs there is one for each task", async () => {
    await withSite({ driverConfig }, async (site) => {
      await site.run("sleep");
      await site.allocation("sleep", isRunning);
      assertEquals((await logmonPids(site.agent.folder)).length, 1);
    });
  });
  await t.step("without there is none, and no log is read", async () => {
    await withSite({ driverConfig: { ...driverConfig, logs: false } }, async (site) => {
      await site.run("sleep");
      const { ID } = await site.allocation("sleep", isRunning);
      assertEquals(await logmonPids(site.agent.folder), []);
      await site.server.cli("job", "stop", "-detach", "sleep");
      await site.allocation("sleep", (allocation) => allocation.ID === ID && isOver(allocation));
      assertEquals(await site.calls("FilterLogEvents"), 0);
      const { output } = await site.server.cli("alloc", "logs", ID);
      assert(!output.includes("line"));
      assertStringIncludes(output, "not found");
    });
  });
});

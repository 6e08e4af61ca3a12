import { assertEquals, assertNotEquals } from "@std/assert";
import { pluginPids } from "../../demo/lib/nomad_processes.ts";
import { eventually } from "../../demo/lib/process.ts";
import { isOver, isRunning, nomadVersion, watched, withSite } from "./harness/site.ts";

Deno.test(`Nomad ${nomadVersion}: an ECS task outlives agent and plugin`, async (t) => {
  await withSite({}, async (site) => {
    await site.run("sleep");
    const { ID } = await site.allocation("sleep", isRunning);
    const [task] = await site.live();
    const arn = task?.taskArn ?? "none";
    const stays = async () => {
      await site.allocation("sleep", (allocation) => allocation.ID === ID && isRunning(allocation));
      assertEquals((await site.live()).map(({ taskArn }) => taskArn), [arn]);
      assertEquals(await site.calls("RunTask"), 1);
      await watched(site);
    };

    await t.step("the agent is restarted in order", async () => {
      await site.agent.stop("SIGINT");
      assertEquals(await pluginPids(site.agent.folder), [], "an orderly stop ends the plugin");
      await site.agent.start();
      await stays();
    });
    await t.step("the agent is killed, and attaches to the plugin that runs on", async () => {
      const before = await pluginPids(site.agent.folder);
      assertEquals(before.length, 1);
      await site.agent.stop("SIGKILL");
      assertEquals(await pluginPids(site.agent.folder), before);
      await site.agent.start();
      await stays();
      assertEquals(await pluginPids(site.agent.folder), before);
    });
    await t.step("the plugin is killed", async () => {
      const before = await pluginPids(site.agent.folder);
      for (const pid of before) Deno.kill(pid, "SIGKILL");
      const after = await eventually("a new plugin", async () => {
        const pids = await pluginPids(site.agent.folder);
        return pids.some((pid) => !before.includes(pid)) ? pids : undefined;
      });
      assertNotEquals(after, before);
      await stays();
    });
    await t.step("the task can still be stopped", async () => {
      await site.agent.cli("job", "stop", "-detach", "sleep");
      await site.allocation("sleep", isOver);
      assertEquals(await site.live(), []);
    });
  });
});

import { assert, assertEquals } from "@std/assert";
import { pluginPids } from "../../demo/lib/nomad_processes.ts";
import { eventually } from "../../demo/lib/process.ts";
import {
  eventsOf,
  isOver,
  isRunning,
  liveArns,
  nomadVersion,
  seedDriverConfig,
  withSite,
} from "./harness/site.ts";

/** Seconds that AWS is away; the driver's own patience is set to a fifth of it. */
const outage = Number(Deno.env.get("OUTAGE_SECONDS") ?? 180);

Deno.test(`Nomad ${nomadVersion}: a job lives through an AWS outage`, async () => {
  const driverConfig = { ...seedDriverConfig, unhealthy_after: `${Math.ceil(outage / 5)}s` };
  await withSite({ driverConfig }, async (site) => {
    await site.run("sleep");
    const { ID } = await site.allocation("sleep", isRunning);
    const before = await liveArns(site);
    const modes = ["cut-before", "error503", "hang", "throttle", "half-body", "expired"];
    for (const mode of modes) {
      await site.ecs.control("faults", { faults: [{ mode }] });
      await new Promise((resolve) => setTimeout(resolve, outage * 1_000 / modes.length));
      await site.allocation("sleep", (allocation) => allocation.ID === ID && isRunning(allocation));
    }
    await site.ecs.control("faults", { faults: [] });
    const told = await site.allocation(
      "sleep",
      (allocation) => eventsOf(allocation).some(({ message }) => message === "ECS answers again"),
    );
    assertEquals([told.ID, isRunning(told)], [ID, true]);
    assert(eventsOf(told).some(({ message }) => message.includes("no usable answer")));
    assertEquals(await liveArns(site), before);
    assertEquals((await site.ecs.tasks()).length, 1);
    await site.agent.cli("job", "stop", "-detach", "sleep");
    await site.allocation("sleep", isOver);
    assertEquals(await liveArns(site), []);
  });
});

Deno.test(`Nomad ${nomadVersion}: an agent killed while it starts a task has one ECS task`, async () => {
  // Slow enough that the start is still waiting for RUNNING when the agent dies.
  await withSite({ speed: 5 }, async (site) => {
    await site.run("sleep");
    const [first] = await eventually("RunTask was accepted", async () => {
      const live = await liveArns(site);
      return live.length > 0 ? live : undefined;
    });
    await site.agent.stop("SIGKILL");
    for (const pid of await pluginPids(site.agent.folder)) Deno.kill(pid, "SIGKILL");
    await site.agent.start();
    await site.allocation("sleep", isRunning);
    assertEquals(await liveArns(site), [first]);
    assertEquals(await site.calls("RunTask"), 1);
    await site.agent.cli("job", "stop", "-detach", "sleep");
    await site.allocation("sleep", isOver);
    assertEquals(await liveArns(site), []);
  });
});

Deno.test(`Nomad ${nomadVersion}: a plugin killed while it stops a task has none left`, async () => {
  await withSite({}, async (site) => {
    await site.run("sleep");
    await site.allocation("sleep", isRunning);
    await site.ecs.control("faults", { faults: [{ mode: "error500", operations: ["StopTask"] }] });
    const before = await site.calls("StopTask");
    await site.agent.cli("job", "stop", "-detach", "sleep");
    await eventually(
      "StopTask was tried",
      async () => await site.calls("StopTask") > before ? true : undefined,
    );
    for (const pid of await pluginPids(site.agent.folder)) Deno.kill(pid, "SIGKILL");
    await site.ecs.control("faults", { faults: [] });
    await site.allocation("sleep", isOver, 120);
    assertEquals(await liveArns(site), []);
    assertEquals((await site.ecs.tasks()).length, 1);
  });
});

Deno.test(`Nomad ${nomadVersion}: a connection cut after RunTask was accepted costs no second task`, async () => {
  await withSite({}, async (site) => {
    await site.ecs.control("faults", {
      faults: [{ mode: "cut-after", operations: ["RunTask"], count: 3 }],
    });
    await site.run("sleep");
    await site.allocation("sleep", isRunning);
    assertEquals(await site.calls("RunTask"), 4);
    assertEquals((await site.ecs.tasks()).length, 1);
  });
});

import { assertEquals, assertMatch } from "@std/assert";
import { pluginPids } from "../../demo/lib/nomad_processes.ts";
import { eventually } from "../../demo/lib/process.ts";
import type { SimulatedTask } from "../../demo/lib/simulator.ts";
import { isOlderThan, isOver, nomadVersion, type Site, watched, withSite } from "./harness/site.ts";

/** An entry of Nomad's own catalogue of services. */
type Registration = { ID: string; Address: string; Port: number; AllocID: string };

/** The services of jobs/service.nomad.hcl, each of two tasks. */
const services = ["by-label", "by-number"];

Deno.test({
  name: `Nomad ${nomadVersion}: a service resolves to its ECS tasks' addresses`,
  // Nomad has services of its own from 1.3 on.
  ignore: isOlderThan("1.3.0"),
  fn: resolvesServices,
});

async function resolvesServices(t: Deno.TestContext): Promise<void> {
  await withSite({}, async (site) => {
    const { code, output } = await site.run("service");
    assertEquals(code, 0, output);
    const places = await eventually("both ECS tasks run", async () => {
      const running = (await site.live()).filter(({ lastStatus }) => lastStatus === "RUNNING");
      return running.length === 2 ? running.map(placeOf).sort() : undefined;
    });
    for (const place of places) assertMatch(place, /^[0-9a-f-]{36} at 10\.0\.\d+\.\d+:8080$/);

    await t.step("once it runs", () => resolve(site, places));
    await t.step("after the agent was restarted in order", async () => {
      await site.agent.stop("SIGINT");
      await forget(site);
      await site.agent.start();
      await resolve(site, places);
    });
    await t.step("after the plugin was killed", async () => {
      const before = await pluginPids(site.agent.folder);
      for (const pid of before) Deno.kill(pid, "SIGKILL");
      await eventually("a new plugin", async () => {
        const pids = await pluginPids(site.agent.folder);
        return pids.find((pid) => !before.includes(pid));
      });
      await watched(site);
      await resolve(site, places);
    });
    await t.step("after agent and plugin were killed", async () => {
      await site.agent.stop("SIGKILL");
      for (const pid of await pluginPids(site.agent.folder)) Deno.kill(pid, "SIGKILL");
      await forget(site);
      await site.agent.start();
      await resolve(site, places);
    });
    await t.step("and to nothing after the job was stopped", async () => {
      assertEquals(await site.calls("RunTask"), 2);
      await site.agent.cli("job", "stop", "-detach", "service");
      await resolve(site, []);
      await site.allocation("service", isOver);
    });
  });
}

/** Resolves once each service has exactly these places. */
async function resolve(site: Site, places: string[]): Promise<void> {
  for (const service of services) {
    await eventually(`${service} is ${places.join(" and ") || "gone"}`, async () => {
      const found = (await registered(site, service)).map(({ AllocID, Address, Port }) =>
        `${AllocID} at ${Address}:${Port}`
      );
      return found.sort().join() === places.join() ? true : undefined;
    });
  }
}

/** Takes the services out of Nomad's catalogue, so that what is found later was registered later. */
async function forget(site: Site): Promise<void> {
  for (const service of services) {
    for (const { ID } of await registered(site, service)) {
      await site.server.cli("service", "delete", service, ID);
    }
    assertEquals(await registered(site, service), []);
  }
}

async function registered({ server }: Site, service: string): Promise<Registration[]> {
  return await server.api<Registration[]>(`/service/${service}`);
}

/** Whose a task is, and where it is reached. */
function placeOf({ containers, tags }: SimulatedTask): string {
  const address = containers[0]?.networkInterfaces[0]?.privateIpv4Address;
  return `${tags.find(({ key }) => key === "nomad:alloc_id")?.value} at ${address}:8080`;
}

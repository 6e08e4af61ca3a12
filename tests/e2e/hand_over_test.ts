import { assert, assertEquals } from "@std/assert";
import { type Agent, pluginPids } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import {
  eventsOf,
  isOver,
  isRunning,
  nomadVersion,
  seedDriverConfig,
  type Site,
  withSite,
} from "./harness/site.ts";

// Up to 1.9 Nomad itself hands remote tasks over, which drain_test.ts shows.
const ignore = /^1\.[1-9]\./.test(nomadVersion);

const handingOver = {
  driverConfig: (address: string) => ({
    ...seedDriverConfig,
    orphan_grace: "10s",
    nomad: [{ address }],
  }),
  // A client that is killed counts as down after seconds, and not after half a minute.
  serverConfig: { heartbeat_grace: "3s", min_heartbeat_ttl: "3s" },
};

/** The running allocation of the job on a node. */
function runningOn(site: Site, job: string, node: string) {
  return site.allocation(
    job,
    (allocation) => allocation.NodeID === node && isRunning(allocation),
    90,
  );
}

async function arns(site: Site): Promise<string[]> {
  return (await site.live()).map(({ taskArn }) => taskArn);
}

/** Resolves once there is one ECS task, and it is not this one. */
function another(site: Site, arn: string | undefined): Promise<string> {
  return eventually("one other ECS task runs", async () => {
    const [other, ...more] = await arns(site);
    return other !== undefined && other !== arn && more.length === 0 ? other : undefined;
  }, { seconds: 60 });
}

function noneLeft(site: Site, seconds: number): Promise<true> {
  return eventually(
    "no ECS task is left",
    async () => (await arns(site)).length === 0 ? true : undefined,
    { seconds },
  );
}

/** Runs the job `sleep`, and adds a client that takes over what the first one leaves. */
async function withSecondClient(site: Site) {
  await site.run("sleep");
  const first = await site.allocation("sleep", isRunning);
  const [arn] = await arns(site);
  const second = await site.addClient("second");
  const other = await second.node();
  await eventually("the second client takes over", async () => {
    const { Attributes } = await second.node();
    return Attributes["driver.ecs.handover"] === "on" ? true : undefined;
  }, { seconds: 60 });
  return { first, arn, second, other };
}

/** Kills an agent and its plugin, which the agent may start anew until it is dead. */
async function kill(agent: Agent): Promise<void> {
  const killPlugins = async () => {
    for (const pid of await pluginPids(agent.folder)) Deno.kill(pid, "SIGKILL");
  };
  await killPlugins();
  await agent.stop("SIGKILL");
  await killPlugins();
}

Deno.test({
  name:
    `Nomad ${nomadVersion}: with a nomad block a drain keeps the ECS task, and an update does not`,
  ignore,
  fn: () =>
    withSite(handingOver, async (site) => {
      const { first, arn, other } = await withSecondClient(site);

      await site.agent.cli("node", "drain", "-enable", "-yes", "-detach", first.NodeID);
      const moved = await runningOn(site, "sleep", other.ID);
      assertEquals(await arns(site), [arn]);
      assertEquals(await site.calls("RunTask"), 1);
      const [task] = await site.live();
      const tags = Object.fromEntries(task?.tags.map(({ key, value }) => [key, value]) ?? []);
      assertEquals([tags["nomad:alloc_id"], tags["nomad:node_id"]], [moved.ID, other.ID]);
      const [whole] = [await site.server.api<typeof moved>(`/allocation/${moved.ID}`)];
      assert(eventsOf(whole).some(({ message }) => message.includes("Took over ECS task")));
      await site.allocation("sleep", (old) => old.ID === first.ID && isOver(old));

      // What a user stops is stopped, and another ECS task runs in its place.
      await site.agent.cli("node", "drain", "-disable", "-yes", first.NodeID);
      await site.agent.cli("alloc", "stop", "-detach", moved.ID);
      await another(site, arn);

      await site.agent.cli("job", "stop", "-detach", "sleep");
      await noneLeft(site, 60);
    }),
});

Deno.test({
  name:
    `Nomad ${nomadVersion}: with a nomad block a killed client's ECS task is taken over, and never left`,
  ignore,
  fn: () =>
    withSite(handingOver, async (site) => {
      const { first, arn, second, other } = await withSecondClient(site);

      await kill(site.agent);
      await runningOn(site, "sleep", other.ID);
      assertEquals(await arns(site), [arn]);

      // The client comes back, is told to stop its allocation, and leaves alone what another took.
      await site.agent.start();
      await site.agent.node();
      await site.allocation("sleep", (old) => old.ID === first.ID && !isRunning(old), 90);
      await eventually("the first client has heard of its allocation", async () => {
        const log = await site.agent.log();
        return /has taken it over|no longer|killed/i.test(log) ? true : undefined;
      }, { seconds: 60 });
      assertEquals(await arns(site), [arn]);

      // A client that never comes back, and a job that ends meanwhile.
      await kill(second);
      await site.server.cli("job", "stop", "-detach", "sleep");
      await noneLeft(site, 120);
    }),
});

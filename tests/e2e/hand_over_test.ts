import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Allocation, quickHeartbeats } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import { allowDriver } from "./harness/acl.ts";
import { kill } from "./harness/kill.ts";
import {
  eventsOf,
  isOlderThan,
  isOver,
  isRunning,
  liveArns,
  nomadVersion,
  seedDriverConfig,
  type Site,
  untilLive,
  untilTaggedFor,
  withSite,
} from "./harness/site.ts";

/** Up to 1.9 Nomad moves the task's handle by itself; the `nomad` block is to do no harm then. */
const movesHandles = /^1\.[1-9]\./.test(nomadVersion);
const orphanGrace = 10;

const handingOver = {
  driverConfig: (address: string, token: string) => ({
    ...seedDriverConfig,
    orphan_grace: `${orphanGrace}s`,
    nomad: [{ address, ...(token === "" ? {} : { token }) }],
  }),
  serverConfig: quickHeartbeats,
};

/** The running allocation of the job on a node. */
function runningOn(site: Site, job: string, node: string) {
  return site.allocation(
    job,
    (allocation) => allocation.NodeID === node && isRunning(allocation),
    90,
  );
}

/** Resolves once there is one ECS task, and it is not this one. */
function another(site: Site, arn: string | undefined): Promise<string> {
  return eventually("one other ECS task runs", async () => {
    const [other, ...more] = await liveArns(site);
    return other !== undefined && other !== arn && more.length === 0 ? other : undefined;
  }, { seconds: 60 });
}

/**
 * Stops an allocation as a user does: its ECS task is stopped, and another one runs in its place. Up to 1.9
 * Nomad itself treats that as a drain.
 */
async function stopAllocation(site: Site, { ID }: Allocation, arn: string | undefined) {
  await site.agent.cli("alloc", "stop", "-detach", ID);
  if (movesHandles) {
    await site.allocation("sleep", (old) => old.ID === ID && isOver(old));
    assertEquals(await liveArns(site), [arn]);
  } else await another(site, arn);
}

/** What `nomad node status -verbose` shows of hand-over. */
async function attributeOf(site: Site, node: string): Promise<string | undefined> {
  const { output } = await site.server.cli("node", "status", "-verbose", node);
  return /^driver\.ecs\.handover\s*=\s*(.*)$/m.exec(output)?.[1];
}

function untilAttribute(site: Site, node: string, wanted: RegExp): Promise<string> {
  return eventually(`driver.ecs.handover of the node is ${wanted}`, async () => {
    const attribute = await attributeOf(site, node);
    return attribute !== undefined && wanted.test(attribute) ? attribute : undefined;
  }, { seconds: 60 });
}

/** Runs the job `sleep`, and adds a client that takes over what the first one leaves. */
async function withSecondClient(site: Site) {
  await site.run("sleep");
  const first = await site.allocation("sleep", isRunning);
  const [arn] = await liveArns(site);
  const second = await site.addClient("second");
  const other = await second.node();
  return { first, arn, second, other };
}

/**
 * Drains the node of an allocation back to `to` while the job gets another task definition. Answers the
 * allocation that runs it, with the only ECS task.
 */
async function updateInDrain(site: Site, old: Allocation, to: string): Promise<Allocation> {
  const [arn] = await liveArns(site);
  await site.agent.cli("node", "drain", "-disable", "-yes", to);
  await untilAttribute(site, to, /^on$/);
  await Promise.all([
    site.agent.cli("node", "drain", "-enable", "-yes", "-detach", old.NodeID),
    site.run("sleep", { 'task_definition = "sleep"': 'task_definition = "idle"' }),
  ]);
  const updated = await another(site, arn);
  const [task] = await site.live();
  assertStringIncludes(task?.taskDefinitionArn ?? "", "task-definition/idle:");
  const changed = await runningOn(site, "sleep", to);
  assertEquals(await liveArns(site), [updated]);
  return changed;
}

Deno.test(
  `Nomad ${nomadVersion}: with a nomad block a drain keeps the ECS task, and what users change does not`,
  () =>
    withSite(handingOver, async (site) => {
      const { first, arn, other } = await withSecondClient(site);
      await untilAttribute(site, other.ID, /^on$/);

      await site.agent.cli("node", "drain", "-enable", "-yes", "-detach", first.NodeID);
      const moved = await runningOn(site, "sleep", other.ID);
      assertEquals(await liveArns(site), [arn]);
      assertEquals(await site.calls("RunTask"), 1);
      await untilTaggedFor(site, moved);
      const [whole] = [await site.server.api<typeof moved>(`/allocation/${moved.ID}`)];
      if (!movesHandles) {
        assert(eventsOf(whole).some(({ message }) => message.includes("Took over ECS task")));
      }
      await site.allocation("sleep", (old) => old.ID === first.ID && isOver(old));

      // An update while the node is drained: the new definition runs, and nothing beside it.
      const changed = await updateInDrain(site, moved, first.NodeID);
      const [updated] = await liveArns(site);

      await stopAllocation(site, changed, updated);

      await site.agent.cli("job", "stop", "-detach", "sleep");
      await untilLive(site, []);
    }),
);

Deno.test(
  `Nomad ${nomadVersion}: with a nomad block a killed client's ECS tasks go on where Nomad wants them, and end where not`,
  () =>
    withSite(handingOver, async (site) => {
      await site.run("sleep", { 'job "sleep"': 'job "ending"' });
      await site.allocation("ending", isRunning);
      const [ending] = await liveArns(site);
      await site.run("sleep");
      const first = await site.allocation("sleep", isRunning);
      const kept = (await liveArns(site)).find((arn) => arn !== ending);

      // There is no place for them at first: the allocations that come later name no predecessor.
      await kill(site.agent);
      for (const job of ["ending", "sleep"]) {
        await site.allocation(job, ({ ClientStatus }) => ClientStatus === "lost", 90);
      }
      const second = await site.addClient("second");
      const other = await second.node();
      await runningOn(site, "sleep", other.ID);
      await runningOn(site, "ending", other.ID);
      assertEquals(new Set(await liveArns(site)), new Set([kept, ending]));

      // The client comes back, is told to stop its allocations, and leaves alone what another took.
      await site.agent.start();
      await site.agent.node();
      await site.allocation("sleep", (old) => old.ID === first.ID && !isRunning(old), 90);
      await eventually("the first client has heard of its allocation", async () => {
        const log = await site.agent.log();
        return /has taken it over|leaving a task to run on|no longer|killed/i.test(log)
          ? true
          : undefined;
      }, { seconds: 60 });
      assertEquals(new Set(await liveArns(site)), new Set([kept, ending]));
      await untilAttribute(site, first.NodeID, /^on$/);

      // A client that never comes back: of a job that is stopped no ECS task is left, of one that is
      // kept the same one goes on.
      await kill(second);
      await site.server.cli("job", "stop", "-detach", "ending");
      await runningOn(site, "sleep", first.NodeID);
      await untilLive(site, [kept], 120);

      await site.server.cli("job", "stop", "-detach", "sleep");
      await untilLive(site, []);
    }),
);

Deno.test(
  `Nomad ${nomadVersion}: with a nomad block a drain by force keeps the ECS task, and an alloc stop after it does not`,
  () =>
    withSite(handingOver, async (site) => {
      const { first, arn, other } = await withSecondClient(site);
      await untilAttribute(site, other.ID, /^on$/);

      await site.agent.cli("node", "drain", "-enable", "-force", "-yes", "-detach", first.NodeID);
      const moved = await runningOn(site, "sleep", other.ID);
      assertEquals(await liveArns(site), [arn]);
      assertEquals(await site.calls("RunTask"), 1);

      await site.agent.cli("node", "drain", "-disable", "-yes", first.NodeID);
      await stopAllocation(site, moved, arn);

      await site.agent.cli("job", "stop", "-detach", "sleep");
      await untilLive(site, []);
    }),
);

const agentOnly = `agent {
  policy = "read"
}
`;
const enough = `${agentOnly}node {
  policy = "read"
}
namespace "*" {
  capabilities = ["read-job"]
}
`;

Deno.test({
  name:
    `Nomad ${nomadVersion}: a token of too little means no hand-over, says why, and is healed by itself`,
  ignore: movesHandles,
  fn: () =>
    withSite({ ...handingOver, driverRules: agentOnly }, async (site) => {
      const { first, arn, other } = await withSecondClient(site);
      const reason = /^off: .*check the token of the plugin's nomad block.*ACL policy/;
      await untilAttribute(site, first.NodeID, reason);

      await site.agent.cli("node", "drain", "-enable", "-yes", "-detach", first.NodeID);
      const replaced = await another(site, arn);
      await runningOn(site, "sleep", other.ID);
      await untilAttribute(site, other.ID, reason);

      await allowDriver(site.server, enough);
      await site.agent.cli("node", "drain", "-disable", "-yes", first.NodeID);
      await untilAttribute(site, first.NodeID, /^on$/);
      await untilAttribute(site, other.ID, /^on$/);
      await site.agent.cli("node", "drain", "-enable", "-yes", "-detach", other.ID);
      await runningOn(site, "sleep", first.NodeID);
      assertEquals(await liveArns(site), [replaced]);

      await site.agent.cli("job", "stop", "-detach", "sleep");
      await untilLive(site, []);
    }),
});

/** Logs that an allocation of 10 MB has room for, which Nomad also asks where they are disabled. */
const smallLogs = `max_files     = 1
            max_file_size = 1
            ${isOlderThan("1.5.4") ? "" : "disabled = true"}`;

/** More than AWS tags at one moment, and more than Nomad's API takes connections of one client. */
const burst = 120;

Deno.test(
  `Nomad ${nomadVersion}: with a nomad block a drain of ${burst} tasks at one moment keeps every ECS task`,
  () =>
    withSite(handingOver, async (site) => {
      await site.run("sleep", {
        'group "main" {': `group "main" {
          count = ${burst}
          ephemeral_disk {
            size = 10
          }`,
        'task "main" {': `task "main" {
          logs {
            ${smallLogs}
          }
          resources {
            cpu    = 10
            memory = 10
          }`,
      });
      const runningBy = (node: string) =>
        eventually(`${burst} allocations run on one node`, async () => {
          const all = await site.server.api<Allocation[]>("/job/sleep/allocations");
          const running = all.filter((one) => one.NodeID === node && isRunning(one));
          return running.length === burst ? true : undefined;
        }, { seconds: 150 });
      const first = await site.agent.node();
      await runningBy(first.ID);
      const arns = new Set(await liveArns(site));
      const second = await site.addClient("second");
      const other = await second.node();
      await untilAttribute(site, other.ID, /^on$/);

      await site.agent.cli("node", "drain", "-enable", "-force", "-yes", "-detach", first.ID);
      await runningBy(other.ID);
      assertEquals(new Set(await liveArns(site)), arns);
      assertEquals(await site.calls("RunTask"), burst);

      await site.agent.cli("job", "stop", "-detach", "sleep");
      await untilLive(site, [], 120);
    }),
);

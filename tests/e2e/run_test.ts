import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Agent, startAgent } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import { pluginPath } from "../harness/plugin.ts";
import { nomad } from "./harness/cli.ts";
import {
  eventsOf,
  exitCodeOf,
  isOver,
  isRunning,
  nomadVersion,
  type Site,
  withSite,
} from "./harness/site.ts";
import { fileURLToPath } from "node:url";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Jobspecs of the Go driver's form, each with the client configuration that holds its plugin block.
 * Ours are always run; SEED_JOBSPEC and SEED_CLIENT_CONFIG name files that somebody has from the Go
 * driver itself, which are handed to Nomad as they are.
 */
const seeds = [
  { jobspec: file("jobs/seed.nomad.hcl"), config: file("../../demo/nomad/client-1.hcl") },
];
const [jobspec, config] = [Deno.env.get("SEED_JOBSPEC"), Deno.env.get("SEED_CLIENT_CONFIG")];
if (jobspec !== undefined && config !== undefined) seeds.push({ jobspec, config });
else if (jobspec !== config) throw new Error("SEED_JOBSPEC and SEED_CLIENT_CONFIG go together");

Deno.test(`Nomad ${nomadVersion} runs jobs on ECS`, async (t) => {
  await withSite({}, async (site) => {
    await t.step("the node tells of the driver", async () => {
      const { Attributes } = await eventually("the driver is healthy", async () => {
        const node = await site.agent.node();
        return node.Drivers["ecs"]?.Healthy ? node : undefined;
      });
      assertEquals(Attributes["driver.ecs.cluster"], "nomad-remote-driver-demo");
      assertEquals(Attributes["driver.ecs.region"], "us-east-1");
      assertMatch(Attributes["driver.ecs.version"] ?? "", /^\d+\.\d+\.\d+$/);
    });
    await t.step("exit 0 is 0", async () => {
      await site.run("exit0");
      const allocation = await site.allocation("exit0", isOver);
      assertEquals(exitCodeOf(allocation), 0);
      assertEquals(allocation.ClientStatus, "complete");
    });
    await t.step("exit 7 is 7", async () => {
      await site.run("exit7");
      const allocation = await site.allocation("exit7", isOver);
      assertEquals(exitCodeOf(allocation), 7);
      assertEquals(allocation.ClientStatus, "failed");
    });
    await t.step("an image that cannot be pulled says so", async () => {
      await site.run("unpullable");
      const allocation = await site.allocation("unpullable", isOver);
      const text = eventsOf(allocation).map(({ message }) => message).join("\n");
      assertStringIncludes(text, "CannotPullContainerError");
    });
    await t.step("invalid jobspecs are refused before RunTask", () => invalidJobs(site));
    await t.step(
      "invalid plugin blocks are refused as the agent starts",
      () => invalidBlocks(site),
    );
    // Last, as it takes the first client out of use.
    await t.step("the Go driver's jobspec runs, and stops its ECS task", async () => {
      const { ID } = await site.agent.node();
      await site.agent.cli("node", "eligibility", "-disable", ID);
      for (const [at, seed] of seeds.entries()) await seedJob(site, `seed-${at}`, seed);
    });
  });
});

async function seedJob(
  site: Site,
  name: string,
  { jobspec, config }: { jobspec: string; config: string },
): Promise<void> {
  const agent = await startClient(site, name, config);
  const node = await agent.node();
  const { code, output } = await site.run(jobspec);
  assertEquals(code, 0, output);
  const [, evaluation] = /Evaluation ID: (\S+)/.exec(output) ?? [];
  const { JobID } = await site.server.api<{ JobID: string }>(`/evaluation/${evaluation}`);
  const allocation = await site.allocation(JobID, isRunning);
  assertEquals(allocation.NodeID, node.ID);
  const [task, ...others] = await site.live();
  assert(task !== undefined && others.length === 0);
  const tags = Object.fromEntries(task.tags.map(({ key, value }) => [key, value]));
  assertEquals(tags["nomad:alloc_id"], allocation.ID);
  assertEquals(tags["nomad:job_id"], JobID);
  await showsEvents(agent, allocation.ID, [
    "Asking ECS to run nomad-remote-driver-demo:1 in cluster nomad-remote-driver-demo (us-east-1)",
    `Started ECS task ${task.taskArn}`,
    `ECS task ${task.taskArn.split("/").at(-1)} is RUNNING`,
  ]);

  await site.server.cli("job", "stop", "-detach", JobID);
  await site.allocation(JobID, isOver);
  const stopped = (await site.ecs.tasks()).find(({ taskArn }) => taskArn === task.taskArn);
  assertEquals(stopped?.lastStatus, "STOPPED");
  assertEquals(stopped?.stopCode, "UserInitiated");
  assertStringIncludes(stopped?.stoppedReason ?? "", allocation.ID);
  await showsEvents(agent, allocation.ID, ["Sent interrupt", "is STOPPED"]);
  // Nomad takes a client that has gone for one that is there, until its heartbeat is missed.
  await site.server.cli("node", "eligibility", "-disable", node.ID);
  await agent.dispose();
}

/** Whether `nomad alloc status` lists events, each with all that it says. */
async function showsEvents(agent: Agent, allocation: string, messages: string[]): Promise<void> {
  const { output } = await agent.cli("alloc", "status", allocation);
  const [, events = ""] = output.split("Recent Events:");
  for (const message of messages) assertStringIncludes(events, message);
}

async function invalidJobs(site: Site): Promise<void> {
  const before = await site.calls("RunTask");
  const subnets = "config.task.network_configuration.aws_vpc_configuration.subnets";
  // What the schema can tell is Nomad's to refuse, in Nomad's words.
  const expected: Record<string, string[]> = {
    unknown_key: [
      "failed to parse config",
      'Invalid label: No argument or block type is named "subnet".',
    ],
    wrong_type: [
      "failed to parse config",
      'Inappropriate value for attribute "task_definition": string required',
    ],
    empty_task_definition: [
      'config.task.task_definition must be "family", "family:revision" or a task definition\'s ARN',
    ],
    bad_launch_type: [
      'config.task.launch_type must be "EC2", "FARGATE", "EXTERNAL" or "NONE"; got "FARGTE"',
    ],
    no_subnets: [`${subnets} must have 1 to 16 subnets for launch_type "FARGATE"; got []`],
  };
  await Promise.all(
    Object.entries(expected).map(async ([job, messages]) => {
      await site.run(job);
      const { ID } = await site.allocation(job, isOver);
      await showsEvents(site.agent, ID, messages);
    }),
  );
  assertEquals(await site.calls("RunTask"), before);
}

async function invalidBlocks(site: Site): Promise<void> {
  const refused: Record<string, string> = {
    'regio = "us-east-1"':
      'plugin "ecs" (driver): failed to parse config:  Invalid label: No argument or block type ' +
      'is named "regio". Did you mean "region"?',
    'cluster = ["demo"]':
      'plugin "ecs" (driver): failed to parse config:  Incorrect attribute value type: ' +
      'Inappropriate value for attribute "cluster": string required',
  };
  for (const [at, [line, words]] of Object.entries(refused).entries()) {
    const config = `${site.agent.folder}/invalid-${at}.hcl`;
    await Deno.writeTextFile(
      config,
      `plugin "nomad-driver-ecs" {\n  config {\n    enabled = true\n    ${line}\n  }\n}\n`,
    );
    await assertRejects(() => startClient(site, `invalid-${at}`, config), Error, "the agent ended");
    // Nomad 1.1 says why at the log's beginning, and later ones at its end.
    const log = await Deno.readTextFile(`${folderOf(site, `invalid-${at}`)}/agent.log`);
    assertStringIncludes(log, words);
  }
}

function folderOf(site: Site, name: string): string {
  return `${site.agent.folder}-${name}`;
}

/** Starts a client whose plugin block is that of a configuration file, as it stands there. */
function startClient(site: Site, name: string, config: string): Promise<Agent> {
  return startAgent({
    nomad,
    name,
    folder: folderOf(site, name),
    role: { kind: "client", server: site.server.rpc, plugin: pluginPath },
    env: site.ecs.env,
    configFiles: [config],
  });
}

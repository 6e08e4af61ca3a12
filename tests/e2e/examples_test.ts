import { assert, assertEquals } from "@std/assert";
import { grants } from "../../src/aws/permissions.ts";
import { eventually } from "../../demo/lib/process.ts";
import { type Expected, folder, pathOf, tagsOf } from "./harness/example_runs.ts";
import { examples } from "./harness/examples.ts";
import { createRecorder } from "./harness/recorder.ts";
import {
  eventsOf,
  exitCodeOf,
  isOlderThan,
  isOver,
  isRunning,
  nomadVersion,
  type Site,
  untilLive,
  withSite,
} from "./harness/site.ts";

/** Calls of this test itself, which sets up a cluster. */
const ownCalls = ["CreateCluster"];

/** What the driver's policy allows and no example needs, and what needs it. */
const notHere: Record<string, string> = {
  DescribeNetworkInterfaces:
    'advertise = "public": tests/unit/lifecycle/start/public_address_test.ts',
  TagResource: "a task that passes to another client: tests/e2e/hand_over_test.ts",
  OpenDataChannel: "commands; a WebSocket, which the simulator counts nowhere",
  ResumeSession: "a session that was cut: tests/unit/exec/exec_test.ts",
  TerminateSession: "a command that was given up: tests/unit/exec/exec_test.ts",
  GenerateDataKey: "sessions that a KMS key encrypts: tests/unit/exec/exec_test.ts",
  GetMetricData: 'stats = "metrics": tests/unit/stats',
  PassRole: "ECS asks for it itself",
};

Deno.test(`Nomad ${nomadVersion} runs every example of docs/examples`, async (t) => {
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".nomad.hcl"));
  assertEquals(files.sort(), Object.keys(examples).sort(), "examples and this table");
  const recorder = createRecorder();
  await withSite({ recorder }, async (site) => {
    const jobs = new Map<string, string>();
    for (const [file, example] of Object.entries(examples)) {
      await t.step(`${file} is valid and registered`, async () => {
        await example.before?.(site);
        jobs.set(file, await register(site, file, example));
      });
    }
    for (const [file, { ends, check }] of Object.entries(examples)) {
      const job = jobs.get(file) ?? "";
      await t.step(`${file}: ${ends}`, async () => {
        const allocation = await site.allocation(job, ends === "running" ? isRunning : isOver);
        const events = eventsOf(allocation).map(({ message }) => message).join("\n");
        if (ends === "complete") {
          assertEquals([allocation.ClientStatus, exitCodeOf(allocation)], ["complete", 0], events);
        }
        const task = (await site.ecs.tasks()).find((task) =>
          tagsOf(task)["nomad:alloc_id"] === allocation.ID
        );
        const own = recorder.asked("RunTask").find((input) =>
          tagsOf(input)["nomad:alloc_id"] === allocation.ID
        );
        assert(task !== undefined && own !== undefined, `no ECS task for ${job}\n${events}`);
        const named = String(own["taskDefinition"]).replace(/^.*\//, "");
        const definition = recorder.asked("RegisterTaskDefinition").find(({ family }) =>
          named.startsWith(`${family}:`)
        );
        await check({ site, file, job, allocation, task, asked: own, definition });
      });
    }
    await t.step("what was called of AWS is what the driver's policy allows", async () => {
      const { byOperation } = await site.ecs.calls();
      const called = Object.keys(byOperation).filter((name) => !ownCalls.includes(name)).sort();
      const allowed = grants.flatMap(({ actions }) => actions)
        .map((action) => action.split(":")[1] ?? "");
      assertEquals(called.filter((name) => !allowed.includes(name)), []);
      const unused = [...new Set(allowed)].filter((name) => !called.includes(name)).sort();
      assertEquals(unused, Object.keys(notHere).sort(), "allowed, and called by no example");
    });
    await t.step("all can be stopped", async () => {
      for (const job of jobs.values()) await site.agent.cli("job", "stop", "-detach", job);
      await untilLive(site, []);
    });
  });
});

/** An example as a user of an old Nomad has to write it: see docs/old-nomad.md. */
function forThisNomad(jobspec: string): string {
  let text = jobspec;
  if (isOlderThan("1.3.0")) text = text.replaceAll(/^ +provider += "nomad"\n/gm, "");
  if (isOlderThan("1.5.0")) text = text.replace(/^job ".+" \{$/m, '$&\n  datacenters = ["dc1"]');
  if (isOlderThan("1.6.2")) text = text.replace(/crons( += )\[(".+")\]/, "cron$1$2");
  return text;
}

/** Registers an example, and dispatches or forces it; answers the id of the job that then runs. */
async function register(site: Site, file: string, { by }: Expected): Promise<string> {
  const jobspec = forThisNomad(await Deno.readTextFile(`${folder}${file}`));
  const [, job = ""] = /^job "(.+)" \{$/m.exec(jobspec) ?? [];
  const path = pathOf(site, file);
  await Deno.writeTextFile(path, jobspec);
  for (const command of [["job", "validate"], ["job", "run", "-detach"]]) {
    const { code, output } = await site.agent.cli(...command, path);
    assertEquals(code, 0, output);
  }
  if (by === undefined) return job;
  if (by === "force") {
    await site.agent.api(`/job/${job}/periodic/force`, { method: "PUT" });
    const [child] = await eventually("the job's child", async () => {
      const children = await site.agent.api<{ ID: string }[]>(`/jobs?prefix=${job}/periodic-`);
      return children.length > 0 ? children : undefined;
    });
    return child?.ID ?? "";
  }
  const { DispatchedJobID } = await site.agent.api<{ DispatchedJobID: string }>(
    `/job/${job}/dispatch`,
    { method: "PUT", body: JSON.stringify({ Meta: by.meta }) },
  );
  return DispatchedJobID;
}

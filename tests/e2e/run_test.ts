import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  eventsOf,
  exitCodeOf,
  isOver,
  isRunning,
  nomadVersion,
  type Site,
  withSite,
} from "./harness/site.ts";

Deno.test(`Nomad ${nomadVersion} runs jobs on ECS`, async (t) => {
  await withSite({}, async (site) => {
    await t.step("the node tells of the driver", async () => {
      const { Attributes, Drivers } = await site.agent.node();
      assertEquals(Drivers["ecs"]?.Healthy, true);
      assertEquals(Attributes["driver.ecs.cluster"], "nomad-remote-driver-demo");
      assertEquals(Attributes["driver.ecs.region"], "us-east-1");
      assertMatch(Attributes["driver.ecs.version"] ?? "", /^\d+\.\d+\.\d+$/);
    });
    await t.step("the Go driver's jobspec runs, and stops its ECS task", () => seedJob(site));
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
  });
});

async function seedJob(site: Site): Promise<void> {
  const { code, output } = await site.run("seed");
  assertEquals(code, 0, output);
  const allocation = await site.allocation("seed", isRunning);
  const [task] = await site.live();
  const arn = task?.taskArn ?? "none";
  const messages = eventsOf(allocation).filter(({ type }) => type === "Driver")
    .map(({ message }) => message);
  assert(messages.some((message) => message.includes(arn)), messages.join("\n"));
  assert(messages.some((message) => message.includes("is RUNNING")), messages.join("\n"));
  const tags = Object.fromEntries(task?.tags.map(({ key, value }) => [key, value]) ?? []);
  assertEquals(tags["nomad:alloc_id"], allocation.ID);
  assertEquals(tags["nomad:job_id"], "seed");

  await site.agent.cli("job", "stop", "-detach", "seed");
  await site.allocation("seed", isOver);
  const stopped = (await site.ecs.tasks()).find(({ taskArn }) => taskArn === arn);
  assertEquals(stopped?.lastStatus, "STOPPED");
  assertEquals(stopped?.stopCode, "UserInitiated");
  assertStringIncludes(stopped?.stoppedReason ?? "", allocation.ID);
}

async function invalidJobs(site: Site): Promise<void> {
  const before = await site.calls("RunTask");
  const expected: Record<string, string[]> = {
    unknown_key: ["subnet"],
    wrong_type: ["task_definition"],
    empty_task_definition: ["config.task.task_definition", '""', "family:revision"],
    bad_launch_type: ["config.task.launch_type", '"FARGTE"', '"FARGATE"'],
    no_subnets: ["config.task.network_configuration.aws_vpc_configuration.subnets", "FARGATE"],
  };
  for (const [job, words] of Object.entries(expected)) {
    await site.run(job);
    const allocation = await site.allocation(job, isOver);
    const text = eventsOf(allocation).map(({ message }) => message).join("\n");
    for (const word of words) assertStringIncludes(text, word, `${job}: ${text}`);
  }
  assertEquals(await site.calls("RunTask"), before);
}

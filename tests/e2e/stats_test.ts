import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { turnInsightsOn } from "../../demo/lib/insights.ts";
import { eventually } from "../../demo/lib/process.ts";
import { isRunning, nomadVersion, seedDriverConfig, type Site, withSite } from "./harness/site.ts";

const { cluster, region } = seedDriverConfig;

/** What Nomad's API says of an allocation's use. */
type AllocStats = {
  /** Nanoseconds since the Unix epoch. */
  Timestamp: number;
  Tasks: Record<string, {
    ResourceUsage: {
      CpuStats: { TotalTicks: number; Percent: number; Measured: string[] };
      MemoryStats: { Usage: number; RSS: number; Measured: string[] };
    };
  }>;
};

function clientOf({ ecs }: Site) {
  const credentials = { accessKeyId: "simulated", secretAccessKey: "simulated" };
  return { endpoint: ecs.endpoint, region, credentials };
}

/** What the simulated AWS has measured of a task, by the time in milliseconds. */
async function measured(site: Site, taskId: string) {
  const logs = new CloudWatchLogsClient(clientOf(site));
  const points = new Map<number, { CpuUtilized: number; MemoryUtilized: number }>();
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: `/aws/ecs/containerinsights/${cluster}/performance`,
        filterPattern: `{ $.Type = "Task" && $.TaskId = "${taskId}" }`,
        startTime: 0,
        nextToken,
      }),
    );
    for (const { message = "" } of page.events ?? []) {
      const point = JSON.parse(message);
      points.set(point.Timestamp, point);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  logs.destroy();
  return points;
}

/** MiB as Nomad's command line writes them. */
function mebibytes(count: number): string {
  return `${count < 10 ? count.toFixed(1) : count} MiB`;
}

async function attributeOf({ server }: Site): Promise<string | undefined> {
  const [node] = await server.api<{ ID: string }[]>("/nodes");
  const { Attributes } = await server.api<{ Attributes: Record<string, string> }>(
    `/node/${node?.ID}`,
  );
  return Attributes["driver.ecs.stats"];
}

Deno.test(`Nomad ${nomadVersion}: alloc status -stats shows what AWS has measured`, async () => {
  await withSite({}, async (site) => {
    await turnInsightsOn(site.ecs);
    await site.run("stats");
    const { ID } = await site.allocation("stats", isRunning);
    const stats = await eventually("Nomad has stats of the task", async () => {
      const found = await site.server.api<AllocStats>(`/client/allocation/${ID}/stats`);
      return found.Tasks["main"] === undefined ? undefined : found;
    }, { seconds: 90 });
    const [task] = await site.live();
    const points = await measured(site, task?.taskArn.split("/").at(-1) ?? "");
    const point = points.get(Math.round(stats.Timestamp / 1_000_000));
    assert(point !== undefined, `${stats.Timestamp} is none of ${[...points.keys()]}`);
    assert(point.CpuUtilized > 0 && point.MemoryUtilized > 0, JSON.stringify(point));
    const { CpuStats, MemoryStats } = stats.Tasks["main"]?.ResourceUsage ?? {};
    assertEquals(CpuStats?.TotalTicks, point.CpuUtilized);
    assert(Math.abs((CpuStats?.Percent ?? NaN) - point.CpuUtilized / 10.24) < 1e-9);
    assertEquals(CpuStats?.Measured, ["Percent"]);
    assertEquals(MemoryStats?.Usage, point.MemoryUtilized * 1_048_576);
    assertEquals([MemoryStats?.RSS, MemoryStats?.Measured], [0, ["Usage"]]);

    // The next measurement comes a minute later.
    const { code, output } = await site.server.cli("alloc", "status", "-stats", ID);
    assertEquals(code, 0, output);
    assertStringIncludes(output, `${Math.floor(point.CpuUtilized)}/256 MHz`);
    assertStringIncludes(output, `${mebibytes(point.MemoryUtilized)}/512 MiB`);
    const [, percent] = /CPU Stats\nPercent\n([0-9]+\.[0-9]{2})%\n/.exec(output) ?? [];
    // Nomad rounds 0.625 to 0.62, and JavaScript to 0.63.
    const rounded = Math.abs(Number(percent) - point.CpuUtilized / 10.24);
    assert(rounded < 0.005 + 1e-9, output);

    assertEquals(
      await eventually("the node says that stats are read", () => attributeOf(site), {
        seconds: 60,
      }),
      "on",
    );
    const log = await site.agent.log();
    assertEquals(log.split("\n").filter((line) => /TaskStats|stats_hook/.test(line)), []);
  });
});

Deno.test(`Nomad ${nomadVersion}: without Container Insights no stats are shown, and the node says why`, async () => {
  await withSite({}, async (site) => {
    await site.run("stats");
    const { ID } = await site.allocation("stats", isRunning);
    const attribute = await eventually("the node says why", () => attributeOf(site), {
      seconds: 60,
    });
    assertStringIncludes(attribute, `containerInsights of cluster ${cluster} is "disabled"`);
    const { code, output } = await site.server.cli("alloc", "status", "-stats", ID);
    assertEquals(code, 0, output);
    assertStringIncludes(output, "256 MHz");
    assert(!output.includes("CPU Stats"), output);
    const log = await site.agent.log();
    assertEquals(log.split("the stats of tasks are not read").length, 2, "it is told once");
    assertEquals(log.split("\n").filter((line) => /TaskStats|stats_hook/.test(line)), []);
  });
});

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../../demo/lib/free_port.ts";
import { eventually } from "../../../demo/lib/process.ts";
import { createCanary } from "../../fuzz/canary.ts";
import { driverConfig, start, taskOf } from "../../harness/driver_calls.ts";
import { withPlugin } from "../../harness/with_plugin.ts";

Deno.test("a plugin with a telemetry block tells what it does, and no value of a job", async () => {
  const port = freePort();
  const canary = createCanary();
  await withPlugin(
    { config: { telemetry: { prometheus_port: port } } },
    async ({ connection, plugin }) => {
      const read = async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const config = driverConfig({ task_definition: "sleep" });
      await start(connection, taskOf(config, { env: { SECRET: canary.at("env") } }));
      const text = await eventually("the task was looked at", async () => {
        const now = await read();
        return now.includes("watch_cycle_seconds_count") ? now : undefined;
      });
      assertStringIncludes(text, 'nomad_driver_ecs_tasks{status="running"} 1\n');
      assertStringIncludes(
        text,
        'nomad_driver_ecs_task_start_duration_seconds_count{result="ok"} 1\n',
      );
      assertMatch(
        text,
        /nomad_driver_ecs_aws_calls_total\{operation="runTask",category="cluster resource writes",result="ok"\} 1\n/,
      );
      assertMatch(text, /nomad_driver_ecs_aws_budget_wait_seconds_count\{category="[^"]+"\} \d/);
      assertStringIncludes(text, 'nomad_driver_ecs_rpcs_total{method="StartTask",code="OK"} 1\n');
      assertEquals(canary.seenIn(text + plugin.logText()), []);
    },
  );
});

Deno.test("a plugin without a telemetry block serves no metrics", async () => {
  await withPlugin({}, async ({ plugin }) => {
    const listening = await Deno.readTextFile(`/proc/${plugin.pid}/net/tcp`);
    const inodes = new Set<string>();
    for (const { name } of Deno.readDirSync(`/proc/${plugin.pid}/fd`)) {
      const target = await Deno.readLink(`/proc/${plugin.pid}/fd/${name}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
    const own = listening.split("\n").map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && inodes.has(fields[9] ?? ""));
    assert(inodes.size > 0);
    assertEquals(own, []);
  });
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { logmonPids, pluginPids } from "../../demo/lib/nomad_processes.ts";
import { eventually } from "../../demo/lib/process.ts";
import { follow, type Followed } from "../../demo/lib/shell.ts";
import {
  exitCodeOf,
  isOlderThan,
  isOver,
  isRunning,
  nomadVersion,
  seedDriverConfig,
  type Site,
  withSite,
} from "./harness/site.ts";

/** The log group that the simulated account has. */
const driverConfig = { ...seedDriverConfig, log_group: "/ecs/nomad-remote-driver-demo" };
const lines = 10_000;

type Output = "stdout" | "stderr";

/** What `nomad alloc logs` with these flags prints until it ends. */
function readLogs(
  { server }: Site,
  alloc: string,
  output: Output,
  flags: readonly string[] = [],
): Followed {
  const words = ["alloc", "logs", ...flags, ...(output === "stderr" ? ["-stderr"] : []), alloc];
  const shell = { folder: server.folder, env: { NOMAD_ADDR: server.address } };
  return follow(shell, `"$NOMAD_EXECUTABLE" ${words.join(" ")}`);
}

/** Everything that `nomad alloc logs` has of an allocation. */
async function logsOf(site: Site, alloc: string, output: Output): Promise<string> {
  const logs = readLogs(site, alloc, output);
  await logs.ended;
  await logs.stop();
  return logs.text();
}

/** What a container prints, as `nomad alloc logs` is to show it. */
const numbered = (prefix: string) =>
  Array.from({ length: lines }, (_, at) => `${prefix}line ${at + 1}\n`).join("");

/** Refuses a text that is not what was printed, by the first line that differs. */
function assertLines(text: string, expected: string): void {
  if (text === expected) return;
  const [found, wanted] = [text.split("\n"), expected.split("\n")];
  const at = wanted.findIndex((line, at) => line !== found[at]);
  const where = at === -1 ? wanted.length : at;
  const around = found.slice(Math.max(0, where - 2), where + 3).join(" | ");
  throw new Error(
    `line ${where + 1} of ${found.length} is not ${JSON.stringify(wanted[where])}: ${around}`,
  );
}

Deno.test(`Nomad ${nomadVersion}: alloc logs -f has each line of two containers once, whatever happens`, async () => {
  await withSite({ driverConfig }, async (site) => {
    await site.run("logs");
    const { ID } = await site.allocation("logs", isRunning);
    // AWS's own times from here on, and more awkward pages: smaller, cut short, or empty.
    await site.ecs.control("speed", { speed: 1 });
    await site.ecs.control("logs", { pageEvents: 3_000, partialPages: 0.2, emptyPages: 0.2 });
    const modes = ["error500", "throttle", "cut-before", "half-body"];
    await site.ecs.control("faults", { faults: modes.map((mode) => ({ mode, rate: 0.054 })) });

    const outputs = ["stdout", "stderr"] as const;
    const expected = { stdout: numbered(""), stderr: numbered("side: ") };
    let followed = outputs.map((output) => readLogs(site, ID, output, ["-f"]));
    const reached = (line: number) =>
      eventually(
        `line ${line} is there`,
        () => followed[0]?.text().includes(`line ${line}\n`) ? true : undefined,
        { seconds: 120 },
      );
    const followAgain = async () => {
      for (const [at, output] of outputs.entries()) {
        await followed[at]?.stop();
        // What a follower has been shown is the beginning of what was printed.
        const shown = followed[at]?.text() ?? "";
        assertLines(shown, expected[output].slice(0, shown.length));
      }
      followed = outputs.map((output) => readLogs(site, ID, output, ["-f"]));
    };

    await reached(1_500);
    for (const pid of await pluginPids(site.agent.folder)) Deno.kill(pid, "SIGKILL");
    await reached(4_000);
    await site.agent.stop("SIGINT");
    await site.agent.start();
    await site.agent.node();
    await site.allocation("logs", ({ ClientStatus }) => ClientStatus === "running");
    await followAgain();
    await reached(6_500);
    await site.agent.stop("SIGKILL");
    await site.agent.start();
    await site.agent.node();
    await followAgain();

    const over = await site.allocation("logs", isOver, 180);
    assertEquals([over.ID, exitCodeOf(over)], [ID, 0]);
    for (const [at, output] of outputs.entries()) {
      assertLines(await logsOf(site, ID, output), expected[output]);
      const follower = followed[at];
      await eventually(
        `the follower of ${output} has all`,
        () => follower?.text().length === expected[output].length ? true : undefined,
        { seconds: 20 },
      );
      await follower?.stop();
      assertLines(follower?.text() ?? "", expected[output]);
    }
    const { refused = 0 } = (await site.ecs.calls()).byCategory["logs-filter"] ?? {};
    assertEquals(refused, 0, "calls beyond the region's quota");
  });
});

Deno.test(`Nomad ${nomadVersion}: the last line of a task that ends at once is there`, async () => {
  await withSite({ driverConfig }, async (site) => {
    await site.ecs.control("speed", { speed: 1 });
    // ECS says STOPPED 10.4 to 16.6 s after the container's end, and the driver reads for 8 s more at least. The
    // last batch is sent after 5 s and readable in between.
    await site.ecs.control("logs", { indexingMs: 0, lastBatchMs: 12_500 });
    await site.run("brief");
    const { ID } = await site.allocation("brief", isOver, 180);
    assertEquals(await logsOf(site, ID, "stdout"), "first\nlast\n");
  });
});

Deno.test(`Nomad ${nomadVersion}: with logs = false Nomad 1.6 and later run no logmon`, async (t) => {
  await t.step("with logs there is one for each task", async () => {
    await withSite({ driverConfig }, async (site) => {
      await site.run("sleep");
      await site.allocation("sleep", isRunning);
      assertEquals((await logmonPids(site.agent.folder)).length, 1);
    });
  });
  await t.step("without there is none, and no log is read", async () => {
    await withSite({ driverConfig: { ...driverConfig, logs: false } }, async (site) => {
      await site.run("sleep");
      const { ID } = await site.allocation("sleep", isRunning);
      const logmons = isOlderThan("1.6.0") ? 1 : 0;
      assertEquals((await logmonPids(site.agent.folder)).length, logmons);
      await site.server.cli("job", "stop", "-detach", "sleep");
      await site.allocation("sleep", (allocation) => allocation.ID === ID && isOver(allocation));
      assertEquals(await site.calls("FilterLogEvents"), 0);
      const { output } = await site.server.cli("alloc", "logs", ID);
      assert(!output.includes("line"));
      // Without a logmon there are no files of logs.
      if (logmons === 0) assertStringIncludes(output, "not found");
    });
  });
});

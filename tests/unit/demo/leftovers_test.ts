import { assertEquals } from "@std/assert";
import { createCensus } from "../../../demo/lib/leftovers.ts";
import { eventually } from "../../../demo/lib/process.ts";

Deno.test("the demo's census finds what runs on, and nothing once that has ended", async () => {
  const folder = await Deno.makeTempDir();
  const census = createCensus(folder);
  const child = (args: string[], env: Record<string, string> = {}) =>
    new Deno.Command("setsid", { args, env, stdin: "null" }).spawn();
  // Tests that run at the same time have children of this process too.
  const pidOf = (words: string) => {
    const line = census.running().find((line) => line.endsWith(` ${words}`));
    return line === undefined ? undefined : Number(line.split(" ")[0]);
  };
  // As a container: in a session of its own, with a child whose parent ends first.
  const container = child(["sh", "-c", "sleep 301 & sleep 1"]);
  try {
    const orphan = await eventually("the container has a child", () => {
      census.take();
      return pidOf("sleep 301");
    });
    await container.status;
    assertEquals(pidOf("sleep 301"), orphan, "init's by now, and still known");
    Deno.kill(orphan, "SIGKILL");

    // As a plugin of an agent that died before the census was taken.
    const plugin = child(["sleep", "302"], { LOG_FILE: `${folder}/agent.log` });
    await eventually("it has its environment", () => pidOf("sleep 302"));
    plugin.kill("SIGKILL");
    await plugin.status;
    await eventually(
      "neither runs",
      () => [301, 302].every((n) => pidOf(`sleep ${n}`) === undefined) ? true : undefined,
      { seconds: 5 },
    );
    assertEquals(census.mounts(), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

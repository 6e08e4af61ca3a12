import { assertEquals, assertStringIncludes } from "@std/assert";
import { quickHeartbeats } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import type { TaskRow } from "../../src/cli/tasks.ts";
import { pluginPath } from "../harness/plugin.ts";
import { kill } from "./harness/kill.ts";
import {
  isRunning,
  nomadVersion,
  seedDriverConfig,
  type Site,
  tellsNode,
  untilLive,
  withSite,
} from "./harness/site.ts";
import { fileURLToPath } from "node:url";

const cluster = "nomad-remote-driver-demo";

/** Runs the built file as a person does, beside the site's ECS and its Nomad server. */
async function tool({ ecs, server }: Site, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(pluginPath, {
    args,
    env: {
      ...ecs.env,
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL: ecs.endpoint,
      NOMAD_ADDR: server.address,
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function rows(site: Site): Promise<TaskRow[]> {
  const { stdout } = await tool(site, "tasks", "--cluster", cluster, "--json");
  return JSON.parse(stdout).tasks;
}

Deno.test(`Nomad ${nomadVersion}: the tool tells whose an ECS task is, and stops an orphan`, async (t) => {
  // Where Nomad does not tell its drivers their node, its API does.
  const driverConfig = tellsNode
    ? seedDriverConfig
    : (address: string) => ({ ...seedDriverConfig, nomad: [{ address }] });
  await withSite({ driverConfig, serverConfig: quickHeartbeats }, async (site) => {
    await site.run("sleep");
    const { ID, NodeID } = await site.allocation("sleep", isRunning);

    await t.step("a task that Nomad wants is its node's", async () => {
      const [row, ...others] = await rows(site);
      assertEquals(others, []);
      assertEquals(
        [row?.job, row?.allocation, row?.node, row?.nodeStatus, row?.orphan],
        ["sleep", ID, NodeID, "ready", "no"],
      );
      const { stdout } = await tool(site, "stop-orphans", "--cluster", cluster, "--yes");
      assertStringIncludes(stdout, "0 ECS tasks");
      assertEquals((await site.live()).length, 1);
    });

    await t.step("the doctor finds nothing wrong", async () => {
      const { code, stdout } = await tool(
        site,
        "doctor",
        "--cluster",
        cluster,
        "--definition",
        "sleep",
      );
      assertEquals(code, 0, stdout);
      assertStringIncludes(stdout, "Nomad token: jobs");
    });

    await t.step("what nomad job run -output writes is read", async () => {
      for (const [name, expected] of [["sleep", 0], ["wrong_type", 1]] as const) {
        const jobspec = fileURLToPath(new URL(`jobs/${name}.nomad.hcl`, import.meta.url));
        const { output } = await site.server.cli("job", "run", "-output", jobspec);
        const file = await Deno.makeTempFile({ suffix: ".json" });
        await Deno.writeTextFile(file, output);
        const { code, stdout, stderr } = await tool(site, "validate", file);
        assertEquals(code, expected, stdout + stderr);
        await Deno.remove(file);
      }
    });

    await t.step("a task whose client is gone and whose job is stopped is an orphan", async () => {
      await kill(site.agent);
      await site.server.cli("job", "stop", "-detach", "sleep");
      const orphan = await eventually("the task is an orphan", async () => {
        const [row] = await rows(site);
        // Nomad may lose the client between the list of nodes and the question about the allocation.
        return row?.orphan === "yes" && row.nodeStatus === "down" ? row : undefined;
      });
      assertEquals(orphan.keeper, null);
      const { code, stdout } = await tool(site, "stop-orphans", "--cluster", cluster, "--yes");
      assertEquals(code, 0, stdout);
      assertStringIncludes(stdout, "ECS stops 1 of them.");
      await untilLive(site, []);
    });
  });
});

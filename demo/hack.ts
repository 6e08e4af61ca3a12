/** `make hack`: leaves a Nomad running with the plugin and a simulated AWS, until Ctrl-C. */
import { interruption, runApart, unless } from "./lib/process.ts";
import { createScreen, standardOutput } from "./lib/screen.ts";
import { withStage } from "./lib/stage.ts";

const [nomad, apart] = Deno.args;
if (nomad === undefined) throw new Error("usage: hack.ts /path/to/nomad");
if (apart === undefined) Deno.exit(await runApart(import.meta.filename ?? "", [nomad, "apart"]));
const interrupted = interruption();
const screen = createScreen(standardOutput());

try {
  await withStage({ nomad, screen, interrupted }, async ({ ecs, server, clients, shell }) => {
    screen.chapter(
      "It is yours until Ctrl-C",
      "A real Nomad with two clients, and a simulated AWS.",
    );
    screen.command(`export NOMAD_ADDR=${server.address}`);
    screen.command(`cd ${shell.folder}`);
    screen.command(`${nomad} job run web.nomad.hcl`);
    screen.command(`curl ${ecs.endpoint}/_sim/tasks`);
    for (const client of clients) screen.command(`tail -f ${client.folder}/agent.log`);
    await unless(interrupted, new Promise<never>(() => {}));
  });
} catch (error) {
  if (error !== interrupted.reason) {
    screen.say(`Not all went as it should: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
  screen.say("Nothing is left.");
}
Deno.exit(0);

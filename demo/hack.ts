/** `make hack`: leaves a Nomad running with the plugin and a simulated ECS, until Ctrl-C. */
import { createNarrator } from "./lib/narrator.ts";
import { interruption, runApart, unless } from "./lib/process.ts";
import { demoJob, withStage } from "./lib/stage.ts";

const [nomad, apart] = Deno.args;
if (nomad === undefined) throw new Error("usage: hack.ts /path/to/nomad");
if (apart === undefined) Deno.exit(await runApart(import.meta.filename ?? "", [nomad, "apart"]));
const interrupted = interruption();
const narrator = createNarrator();
const { step, say, during } = narrator;

try {
  step("A simulated ECS (ten times as fast as AWS) and a real Nomad with the plugin");
  await withStage({ nomad, narrator, interrupted }, async ({ ecs, agent }) => {
    await during("waiting for the node", unless(interrupted, agent.node()));
    step("It is yours until Ctrl-C");
    say(`export NOMAD_ADDR=${agent.address}`);
    say(`${nomad} job run ${demoJob}`);
    say(`curl ${ecs.endpoint}/_sim/tasks`);
    say(`tail -f ${agent.folder}/agent.log`);
    await unless(interrupted, new Promise<never>(() => {}));
  });
} catch (error) {
  if (error !== interrupted.reason) {
    say(`Not all went as it should: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
  say("Nothing is left.");
}
Deno.exit(0);

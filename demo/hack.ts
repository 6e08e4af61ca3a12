/** `make hack`: leaves a Nomad running with the plugin and a simulated ECS, until Ctrl-C. */
import { createNarrator } from "./lib/narrator.ts";
import { demoJob, withStage } from "./lib/stage.ts";

const [nomad] = Deno.args;
if (nomad === undefined) throw new Error("usage: hack.ts /path/to/nomad");
const { step, say, during } = createNarrator();

step("A simulated ECS (ten times as fast as AWS) and a real Nomad with the plugin");
await withStage(nomad, async ({ ecs, agent }, interrupted) => {
  await during("waiting for the node", agent.node());
  step("It is yours until Ctrl-C");
  say(`export NOMAD_ADDR=${agent.address}`);
  say(`${nomad} job run ${demoJob}`);
  say(`curl ${ecs.endpoint}/_sim/tasks`);
  say(`tail -f ${agent.folder}/agent.log`);
  await new Promise<void>((resolve) =>
    interrupted.addEventListener("abort", () => resolve(), { once: true })
  );
}).catch((error) => {
  if (error instanceof Error && error.message === "interrupted") return;
  throw error;
});
say("Cleared up.");
Deno.exit(0);

import { allocationOf, check, eventsOf, short, type, until } from "../lib/play.ts";
import type { Stage } from "../lib/stage.ts";
import type { Chapter } from "./mod.ts";

export const batch: Chapter = {
  name: "batch",
  title: "A batch job that fails with its code",
  about: "The container's exit code is Nomad's, and the event of the end names what happened.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.say("Run a batch job whose container ends with 7.");
  await type(stage, "nomad job run -detach failing.nomad.hcl");
  const failed = await until(
    stage,
    "it starts, runs and ends",
    () => allocationOf(stage, "failing", ({ ClientStatus }) => ClientStatus === "failed"),
  );

  screen.say("Nomad decides about restarts by this code, as with any other driver.");
  await type(
    stage,
    `nomad alloc status ${
      short(failed.ID)
    } | grep -E 'Client Status|STOPPED|Terminated|Not Restarting'`,
  );
  const code = eventsOf(failed).find(({ Type }) => Type === "Terminated")?.ExitCode;
  check(stage, code === 7, `Nomad has exit code ${code}.`);
}

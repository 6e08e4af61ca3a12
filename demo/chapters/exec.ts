import { check, short, type, until } from "../lib/play.ts";
import type { Stage } from "../lib/stage.ts";
import { webAddresses, webServer } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const exec: Chapter = {
  name: "exec",
  title: "A look inside",
  about: "Commands and signals reach the container by ECS Exec, without a port or a key.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen } = stage;
  const { ID } = await webServer(stage);
  const alloc = short(ID);

  screen.say("Run a command in the container. Its output and its exit code come back.");
  const seen = await type(
    stage,
    `nomad alloc exec ${alloc} sh -c 'echo I am $NOMAD_TASK_NAME of $NOMAD_ALLOC_ID'`,
  );
  check(stage, seen.includes(`server of ${ID}`), "It ran in the container of this allocation.");
  await type(stage, `nomad alloc exec ${alloc} sh -c 'exit 3'`, { code: 3 });
  check(stage, true, "The exit code is the command's: 3.");

  screen.say("Standard input goes in, so a pipe works.");
  const counted = await type(stage, `seq 1000 | nomad alloc exec ${alloc} wc -l`);
  check(stage, /^\s*1000\b/.test(counted), "1000 lines went in.");

  screen.say(
    "A signal reaches the container's first process. This server reads its configuration again.",
  );
  await type(stage, `nomad alloc signal -s SIGHUP ${alloc}`);
  const [{ address } = { address: "" }] = await webAddresses(stage);
  const answer = await until(stage, "waiting for the server", async () => {
    const text = await (await fetch(`http://${address}/`)).text();
    return text.includes("read 1 times") ? undefined : text;
  });
  screen.output(answer);
  check(stage, answer.includes("read 2 times"), "It has read its configuration again.");
}

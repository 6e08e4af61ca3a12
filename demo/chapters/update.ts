import { check, ecsTask, ecsTaskOf, short, type, until } from "../lib/play.ts";
import type { Stage } from "../lib/stage.ts";
import { steadyWebServer, webServer, whileAsking } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const update: Chapter = {
  name: "update",
  title: "A rolling update",
  about: "A new version starts beside the old one, is checked, and takes its place.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen } = stage;
  const old = await webServer(stage);
  const { taskArn } = await ecsTaskOf(stage, old.ID);

  await whileAsking(stage, async (asker) => {
    await asker.more(1);
    screen.say("Somebody asks the web server once a second from now on.");
    screen.output(asker.sofar().last);

    screen.say("Run the job with another image. Nomad starts it beside the old one.");
    await type(stage, "nomad job run -detach -var version=2 web.nomad.hcl");
    const fresh = await until(
      stage,
      "the new version starts, is healthy, and the old one ends",
      async () => {
        const running = await steadyWebServer(stage);
        if (running === undefined || running.ID === old.ID) return undefined;
        const { lastStatus } = await ecsTask(stage, taskArn);
        return lastStatus === "STOPPED" ? running : undefined;
      },
    );
    await asker.more(2);
    const asked = await asker.stop();
    screen.output(asked.last);
    check(
      stage,
      asked.missed === 0 && asked.last.startsWith("version 2"),
      `${asked.answered} requests during the update: all were answered` +
        (asked.missed === 0 ? "." : `, but ${asked.missed}: ${asked.trouble}`),
    );
    const { stoppedReason } = await ecsTask(stage, taskArn);
    screen.say("The old ECS task has the reason for its end, for people who look at ECS.");
    screen.output(`${short(old.ID)}: ${stoppedReason}\n${short(fresh.ID)}: runs`);
  });
}

import { check, ecsTask, ecsTaskOf, eventsOf, short, type, until } from "../lib/play.ts";
import { unless } from "../lib/process.ts";
import type { Node } from "../lib/nomad.ts";
import type { Stage } from "../lib/stage.ts";
import { steadyWebServer, webServer, whileAsking } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

/** How many requests the outage lasts, one a second. */
const seconds = 20;

export const outage: Chapter = {
  name: "outage",
  title: "An AWS outage that no task notices",
  about: `AWS answers nothing for ${seconds} seconds here. A longer outage goes the same way.`,
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen, ecs, server, interrupted } = stage;
  const before = await webServer(stage);
  const { taskArn } = await ecsTaskOf(stage, before.ID);
  const node = short(before.NodeID);
  const health = async () => (await server.api<Node>(`/node/${before.NodeID}`)).Drivers["ecs"];

  await whileAsking(stage, async (asker) => {
    await asker.more(1);
    screen.say("AWS goes away: each call's connection is cut. Somebody asks the web server on.");
    await type(
      stage,
      `curl -s ${ecs.endpoint}/_sim/faults -d '{"faults":[{"mode":"cut-before"}]}'`,
    );
    await screen.progress("seconds without AWS", seconds, async (done) => {
      for (let second = 1; second <= seconds; second++) {
        await unless(interrupted, asker.more(1));
        done(second);
      }
    });
    const ill = await until(stage, "the driver reports itself as unhealthy", async () => {
      const found = await health();
      return found?.Healthy === false ? found : undefined;
    });
    check(stage, true, "The driver is unhealthy, so Nomad places no new task there. It says why:");
    screen.output(ill.HealthDescription);
    await type(stage, `nomad node status ${node} | grep -E '^(ID +=|Driver Status)'`);

    screen.say("AWS comes back.");
    await type(stage, `curl -s ${ecs.endpoint}/_sim/faults -d '{"faults":[]}'`);
    await until(
      stage,
      "the driver heals",
      async () => (await health())?.Healthy === true ? true : undefined,
    );
    const asked = await asker.stop();
    const after = await steadyWebServer(stage);
    const task = await ecsTask(stage, taskArn);
    check(
      stage,
      after?.ID === before.ID && task.taskArn === taskArn && task.lastStatus === "RUNNING",
      "The allocation and the ECS task are the same, and run.",
    );
    check(
      stage,
      asked.missed === 0,
      `${asked.answered} requests meanwhile: all were answered.`,
    );
    const told = await until(stage, "the task's events tell of it", async () => {
      const running = await steadyWebServer(stage);
      const events = running === undefined ? [] : eventsOf(running);
      return events.map(({ DisplayMessage }) => DisplayMessage)
        .findLast((text) => text.includes("answers again"));
    });
    screen.say(
      "An event of the task tells its user that there was an outage, and that it is over.",
    );
    screen.output(told);
  });
}

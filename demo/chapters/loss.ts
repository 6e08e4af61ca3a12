import { allocationOf, check, ecsTaskOf, runs, type, until } from "../lib/play.ts";
import { clientOf, handingOver } from "../lib/clients.ts";
import { pluginPids } from "../lib/nomad_processes.ts";
import type { Stage } from "../lib/stage.ts";
import { webServer, whileAsking } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const loss: Chapter = {
  name: "loss",
  title: "A client that is killed for good",
  about: "Its machine is gone. Another client takes over what it looked after.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen, ecs } = stage;
  const before = await webServer(stage);
  await handingOver(stage);
  const { taskArn } = await ecsTaskOf(stage, before.ID);
  const client = await clientOf(stage, before.NodeID);
  await ecs.control("calls/reset", {});

  await whileAsking(stage, async (asker) => {
    await asker.more(1);
    screen.say("Kill the agent and the driver of the client that has the web server.");
    const pids = [client.pid(), ...await pluginPids(client.folder)];
    await type(stage, `kill -9 ${pids.join(" ")}`);
    const after = await until(
      stage,
      "Nomad misses the client's heartbeat, and another client takes over",
      () => allocationOf(stage, "web", (one) => runs(one) && one.NodeID !== before.NodeID),
    );
    await type(stage, "nomad node status");
    await asker.more(2);
    const asked = await asker.stop();

    const taken = await ecsTaskOf(stage, after.ID);
    const { byOperation } = await ecs.calls();
    check(
      stage,
      taken.taskArn === taskArn && byOperation["RunTask"] === undefined,
      "The ECS task is the same, and there is no second one.",
    );
    check(
      stage,
      asked.missed === 0,
      `${asked.answered} requests meanwhile: all were answered.`,
    );
    screen.output(asked.last);
  });
}

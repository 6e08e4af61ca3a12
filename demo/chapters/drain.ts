import { allocationOf, check, ecsTaskOf, runs, short, type, until } from "../lib/play.ts";
import type { Stage } from "../lib/stage.ts";
import { handingOver } from "../lib/clients.ts";
import { webServer, whileAsking } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const drain: Chapter = {
  name: "drain",
  title: "A drain that the web server does not notice",
  about: "The client leaves its ECS task to another client. The container goes on.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen, ecs } = stage;
  const before = await webServer(stage);
  await handingOver(stage);
  const { taskArn } = await ecsTaskOf(stage, before.ID);
  await ecs.control("calls/reset", {});

  await whileAsking(stage, async (asker) => {
    const first = await asker.more(1);
    screen.say("Somebody asks the web server once a second.");
    screen.output(asker.sofar().last);

    screen.say("Drain the client, as for an upgrade of its machine.");
    const node = short(before.NodeID);
    await type(stage, `nomad node drain -enable -yes -detach ${node}`);
    const after = await until(
      stage,
      "another client takes the ECS task over",
      () => allocationOf(stage, "web", (one) => runs(one) && one.NodeID !== before.NodeID),
    );
    await type(stage, "nomad job status web | sed -n '/^Allocations/,$p'");
    await asker.more(3);
    const asked = await asker.stop();
    screen.output(asked.last);

    const taken = await ecsTaskOf(stage, after.ID);
    const { byOperation } = await ecs.calls();
    check(
      stage,
      taken.taskArn === taskArn && byOperation["RunTask"] === undefined &&
        byOperation["StopTask"] === undefined,
      "The ECS task is the same. There was no RunTask and no StopTask.",
    );
    check(
      stage,
      asked.missed === 0 && processOf(first.last) === processOf(asked.last),
      `${asked.answered} requests during the drain: all were answered, by the same process.`,
    );

    screen.say("The machine is upgraded. Let it have tasks again.");
    await type(stage, `nomad node drain -disable -yes ${node}`);
  });
}

/** The process that gave an answer. */
function processOf(answer: string): string | undefined {
  return /process \d+/.exec(answer)?.[0];
}

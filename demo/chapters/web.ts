import { allocationOf, check, ecsTaskOf, runs, short, type, until } from "../lib/play.ts";
import { follow } from "../lib/shell.ts";
import type { Stage } from "../lib/stage.ts";
import { steadyWebServer, webAddresses } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const web: Chapter = {
  name: "web",
  title: "A web server, its health check and its log",
  about: "A Nomad job becomes an ECS task, which Nomad knows by its own address.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.say("Two Nomad clients offer the driver. They run nothing themselves.");
  await type(stage, "nomad node status");

  screen.say("Run the job. Its jobspec holds the ECS task definition, which is registered for it.");
  await type(stage, "nomad job run -detach web.nomad.hcl");
  const { ID } = await until(
    stage,
    "ECS provisions, pulls and starts; half a minute on AWS",
    () => allocationOf(stage, "web", runs),
  );

  screen.say("ECS's own statuses are events in Nomad, so the allocation tells what became of it.");
  await type(stage, `nomad alloc status ${short(ID)} | sed -n '/^Recent Events/,$p'`, {
    lines: 20,
  });
  const task = await ecsTaskOf(stage, ID);
  check(stage, task.lastStatus === "RUNNING", `The ECS task is RUNNING: ${task.taskArn}`);

  screen.say(
    "The service has the ECS task's own address, not the client's. Here it is one of this machine.",
  );
  await until(stage, "waiting for the web server", () => steadyWebServer(stage));
  await type(stage, "nomad service info web");
  const [{ address } = { address: "" }] = await webAddresses(stage);
  const answer = await type(stage, `curl -s http://${address}/`);
  check(stage, answer.startsWith("version 1"), "It answers.");

  screen.say("ECS runs the container's health check, as the jobspec says.");
  await type(stage, "sed -n '/health_check {/,/}/p' web.nomad.hcl");
  await until(stage, "waiting for its first success", async () => {
    const { healthStatus } = await ecsTaskOf(stage, ID);
    return healthStatus === "HEALTHY" ? true : undefined;
  });
  screen.found("ECS calls the task HEALTHY.");

  screen.say(
    "What the container prints goes to CloudWatch Logs. The driver brings it from there to Nomad.",
  );
  const following = `nomad alloc logs -f ${short(ID)}`;
  screen.command(following);
  const followed = follow(stage.shell, following);
  try {
    await until(
      stage,
      "CloudWatch Logs shows lines seconds later",
      () => Promise.resolve(followed.text().includes("GET / is answer") ? true : undefined),
    );
  } finally {
    await followed.stop();
  }
  screen.output(followed.text());
  check(
    stage,
    followed.text().startsWith("version 1 listens on"),
    "The log is whole: it begins with the container's first line.",
  );
}

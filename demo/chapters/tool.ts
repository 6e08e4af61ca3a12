import { check, ecsTaskOf, short, type } from "../lib/play.ts";
import type { Stage } from "../lib/stage.ts";
import { webServer } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const tool: Chapter = {
  name: "tool",
  title: "The tool for a person",
  about: "The plugin's file is also a command: it checks, lists, and prints a policy.",
  play,
};

const where = "--cluster nomad-remote-driver-demo --region us-east-1";

async function play(stage: Stage): Promise<void> {
  const { screen } = stage;
  const { ID } = await webServer(stage);
  const { taskArn } = await ecsTaskOf(stage, ID);

  screen.say("Ask whether all is there that the driver needs, as the user that runs the agent.");
  const task = taskArn.split("/").at(-1);
  const found = await type(stage, `nomad-driver-ecs doctor ${where} --task ${task}`, { lines: 40 });
  check(stage, /\b0 failures/.test(found), "Nothing is missing that a job needs.");

  screen.say("List the ECS tasks of the cluster, and whose each is.");
  const listed = await type(stage, `nomad-driver-ecs tasks ${where}`, { lines: 20 });
  check(
    stage,
    listed.includes(short(ID)) || listed.includes(taskArn),
    "The web server's allocation is there, and it is no orphan.",
  );

  screen.say("Print the least IAM policy, without what no job here uses.");
  const policy = await type(
    stage,
    `nomad-driver-ecs iam-policy ${where} --without public-address exec-keys roles`,
    { lines: 14 },
  );
  check(stage, policy.includes("ecs:RunTask"), "It is ready to be attached to a role.");
}

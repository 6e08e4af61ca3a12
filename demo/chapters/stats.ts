import { turnInsightsOn } from "../lib/insights.ts";
import { check, short, type, until } from "../lib/play.ts";
import type { Stage } from "../lib/stage.ts";
import { webServer } from "../lib/web_job.ts";
import type { Chapter } from "./mod.ts";

export const stats: Chapter = {
  name: "stats",
  title: "What a task uses",
  about: "Nomad shows the CPU and memory that Container Insights has measured.",
  apart: "it waits up to two minutes for a measurement",
  play,
};

type Stats = { Tasks: Record<string, { ResourceUsage: { CpuStats: { TotalTicks: number } } }> };

async function play(stage: Stage): Promise<void> {
  const { ecs, screen, server } = stage;
  screen.say("The cluster's owner turns Container Insights on, which AWS bills.");
  await turnInsightsOn(ecs);
  const { ID } = await webServer(stage);

  screen.say(
    "AWS measures once a minute, and the driver asks once a minute for all tasks at once.",
  );
  await until(stage, "waiting for a measurement", async () => {
    const { Tasks } = await server.api<Stats>(`/client/allocation/${ID}/stats`);
    return Object.keys(Tasks).length > 0 ? true : undefined;
  });
  const shown = await type(stage, `nomad alloc status -stats ${short(ID)}`, { lines: 40 });
  check(stage, /CPU Stats\s+Percent\s+[\d.]+%/.test(shown), "Nomad shows what ECS uses.");
}

import { check, type } from "../lib/play.ts";
import { eventually, unless } from "../lib/process.ts";
import type { Allocation } from "../lib/nomad.ts";
import { runLine } from "../lib/shell.ts";
import type { Stage } from "../lib/stage.ts";
import type { Chapter } from "./mod.ts";

/** How many ECS tasks the burst has. */
const count = 100;

export const burst: Chapter = {
  name: "burst",
  title: `A burst of ${count} tasks`,
  about: "A parameterized job is dispatched many times. Each dispatch is an ECS task.",
  play,
};

async function play(stage: Stage): Promise<void> {
  const { screen, ecs, interrupted } = stage;
  screen.say("Register the job. It runs nothing until it is dispatched.");
  await type(stage, "nomad job run burst.nomad.hcl");
  await ecs.control("calls/reset", {});

  screen.say(`Dispatch it ${count} times, each with a picture of its own.`);
  const loop =
    `for n in $(seq ${count}); do nomad job dispatch -detach -meta picture=$n burst; done`;
  screen.command(loop);
  await screen.progress("pictures resized", count, async (done) => {
    const dispatched = runLine(stage.shell, loop);
    const finished = unless(interrupted, allComplete(stage, done));
    // Either may fail. The other is waited for, so that it does not go on behind the next chapter.
    const ended = await Promise.allSettled([dispatched, finished]);
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  });

  const tasks = (await ecs.tasks()).filter(({ taskDefinitionArn }) =>
    taskDefinitionArn.includes("/resize:")
  );
  const codes = tasks.map(({ containers }) => containers[0]?.exitCode);
  const pictures = new Set(tasks.map(({ output }) => output["resize"]?.stdout));
  check(
    stage,
    tasks.length === count && pictures.size === count && codes.every((code) => code === 0),
    `${tasks.length} ECS tasks ran, each with a picture of its own, and all ended with 0.`,
  );
  const { byOperation } = await ecs.calls();
  const { RegisterTaskDefinition = 0, RunTask = 0, DescribeTasks = 0 } = byOperation;
  check(
    stage,
    RunTask >= count && RegisterTaskDefinition === 1,
    `That took ${RegisterTaskDefinition} RegisterTaskDefinition, ${RunTask} RunTask and ` +
      `${DescribeTasks} DescribeTasks, each of which looks at up to 100 tasks.`,
  );
}

/** Resolves once every dispatched job is complete. Tells how many are. */
function allComplete({ server }: Stage, done: (count: number) => void): Promise<true> {
  return eventually(`${count} tasks are complete`, async () => {
    const all = await server.api<Allocation[]>("/allocations");
    const complete = all.filter(({ JobID, ClientStatus }) =>
      JobID.startsWith("burst/") && ClientStatus === "complete"
    ).length;
    done(complete);
    return complete === count ? true : undefined;
  }, { seconds: 120, every: 300 });
}

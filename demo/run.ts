/** `make demo`: one job through its whole life on a real Nomad and a simulated ECS, narrated. */
import type { Agent, Allocation } from "./lib/nomad.ts";
import { createNarrator, type Narrator } from "./lib/narrator.ts";
import { eventually, interruption, runApart, unless } from "./lib/process.ts";
import { demoJob, exitJob, type Stage, withStage } from "./lib/stage.ts";

const [nomad, apart] = Deno.args;
if (nomad === undefined) throw new Error("usage: run.ts /path/to/nomad");
if (apart === undefined) Deno.exit(await runApart(import.meta.filename ?? "", [nomad, "apart"]));
const interrupted = interruption();
const narrator = createNarrator();
const { step, say, command } = narrator;

try {
  step("A simulated ECS (ten times as fast as AWS) and a real Nomad with the plugin");
  await withStage({ nomad, narrator, interrupted }, play);
  say("Nothing is left.");
} catch (error) {
  if (error === interrupted.reason) {
    say("Interrupted. Nothing is left.");
    Deno.exit(130);
  }
  say(`The demo did not go as it should: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
Deno.exit(0);

async function play({ ecs, agent }: Stage): Promise<void> {
  const node = await during("waiting for the node", agent.node());
  say(`Nomad is at ${agent.address}, ECS at ${ecs.endpoint}.`);
  for (const [name, value] of Object.entries(node.Attributes)) {
    if (name.startsWith("driver.ecs")) say(`node attribute ${name} = ${value}`);
  }

  step("Run a web server: the job that demo/aws runs on a real account");
  await nomadCommand(agent, narrator, ["job", "run", "-detach", demoJob]);
  const running = await during(
    "ECS provisions, pulls and starts (half a minute on AWS)",
    allocation(agent, "nomad-ecs-demo", ({ ClientStatus }) => ClientStatus === "running"),
  );
  const [task] = await ecs.tasks();
  expect(task?.lastStatus === "RUNNING", `ECS task ${task?.taskArn} is ${task?.lastStatus}`);

  step("Its status, as Nomad has it");
  await nomadCommand(agent, narrator, ["alloc", "status", running.ID]);

  step("Its output");
  await nomadCommand(agent, narrator, ["alloc", "logs", running.ID]);
  say("Nomad has none yet: the container's output stays with ECS's own log driver. There it is:");
  const [output] = Object.values(task?.output ?? {});
  command(
    "(the container's standard output)",
    output?.stdout.split("\n").slice(0, 3).join("\n") ?? "",
  );

  step("A batch job whose container exits with 7");
  await nomadCommand(agent, narrator, ["job", "run", "-detach", exitJob]);
  const failed = await during(
    "it starts, runs and exits",
    allocation(agent, "exit7", ({ ClientStatus }) => ClientStatus === "failed"),
  );
  const end = taskState(failed).Events.find(({ Type }) => Type === "Terminated");
  expect(end?.ExitCode === 7, `Nomad has exit code ${end?.ExitCode}`);

  step("Stop the web server");
  await nomadCommand(agent, narrator, ["job", "stop", "-detach", "nomad-ecs-demo"]);
  await during(
    "ECS stops it",
    allocation(agent, "nomad-ecs-demo", ({ ClientStatus }) => ClientStatus === "complete"),
  );
  const left = (await ecs.tasks()).filter(({ lastStatus }) => lastStatus !== "STOPPED");
  const stopped = (await ecs.tasks()).find(({ taskArn }) => taskArn === task?.taskArn);
  say(`ECS task: ${stopped?.lastStatus} (${stopped?.stopCode}: ${stopped?.stoppedReason})`);
  expect(left.length === 0, `${left.length} ECS tasks are left`);
}

function during<T>(what: string, work: Promise<T>): Promise<T> {
  return narrator.during(what, unless(interrupted, work));
}

async function nomadCommand(agent: Agent, { command }: Narrator, words: string[]): Promise<void> {
  const { code, output } = await agent.cli(...words);
  const shown = words.map((text) => text.includes("/") ? text.split("/").pop() : text);
  command(`nomad ${shown.join(" ")}`, output);
  if (code !== 0) throw new Error(`nomad ${shown.join(" ")} ended with ${code}`);
}

function allocation(
  agent: Agent,
  job: string,
  wanted: (allocation: Allocation) => boolean,
): Promise<Allocation> {
  return eventually(`job ${job} is as wanted`, async () => {
    const found = await agent.api<Allocation[]>(`/job/${job}/allocations`);
    return found.find(wanted);
  }, { seconds: 120 });
}

function taskState(allocation: Allocation) {
  const [state] = Object.values(allocation.TaskStates ?? {});
  if (state === undefined) throw new Error(`allocation ${allocation.ID} has no task`);
  return state;
}

function expect(condition: boolean, text: string): void {
  say(text);
  if (!condition) throw new Error(`unexpected: ${text}`);
}

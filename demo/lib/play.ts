/** What chapters do on a stage: type commands, wait, and check. */
import type { Allocation, TaskEvent } from "./nomad.ts";
import { eventually, unless } from "./process.ts";
import { runLine } from "./shell.ts";
import type { SimulatedTask } from "./simulator.ts";
import type { Stage } from "./stage.ts";

/** Shows a command, runs it as it stands, and shows what it printed. Answers that. */
export async function type(
  { screen, shell }: Stage,
  line: string,
  { code = 0, lines }: {
    /** The exit code that is expected. */
    code?: number;
    /** How many lines of the output are shown. */
    lines?: number;
  } = {},
): Promise<string> {
  screen.command(line);
  const printed = await runLine(shell, line);
  if (printed.code !== code) {
    screen.output(printed.output, Infinity);
    throw new Error(`${line} ended with ${printed.code}, not ${code}`);
  }
  screen.output(printed.output, lines);
  return printed.output;
}

/** Waits under a spinner until `look` gives a value, for up to two minutes. */
export async function until<T>(
  { screen, interrupted }: Stage,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const there = await look().catch(() => undefined);
  if (there !== undefined) return there;
  return await screen.during(
    what,
    () => unless(interrupted, eventually(what, look, { seconds: 120 })),
  );
}

/** Says what was found, and rejects if it is not so. */
export function check({ screen }: Stage, right: boolean, text: string): void {
  if (!right) throw new Error(`this does not hold: ${text}`);
  screen.found(text);
}

/** The newest allocation of a job that is as wanted. Undefined: there is none. */
export async function allocationOf(
  { server }: Stage,
  job: string,
  wanted: (allocation: Allocation) => boolean,
): Promise<Allocation | undefined> {
  const found = await server.api<Allocation[]>(`/job/${encodeURIComponent(job)}/allocations`);
  return found.find(wanted);
}

/** Whether an allocation runs and is wanted to. */
export function runs({ ClientStatus, DesiredStatus }: Allocation): boolean {
  return ClientStatus === "running" && DesiredStatus === "run";
}

/** An id as people type it: its first eight characters. */
export function short(id: string): string {
  return id.slice(0, 8);
}

/** The events of an allocation's only task. */
export function eventsOf({ TaskStates }: Allocation): TaskEvent[] {
  return Object.values(TaskStates ?? {})[0]?.Events ?? [];
}

/** The ECS task of this ARN. */
export async function ecsTask({ ecs }: Stage, arn: string): Promise<SimulatedTask> {
  const found = (await ecs.tasks()).find(({ taskArn }) => taskArn === arn);
  if (found === undefined) throw new Error(`ECS has no task ${arn}`);
  return found;
}

/** The ECS task that carries an allocation's id in its tags. */
export async function ecsTaskOf({ ecs }: Stage, allocation: string): Promise<SimulatedTask> {
  const found = (await ecs.tasks()).find(({ tags }) =>
    tags.some(({ key, value }) => key === "nomad:alloc_id" && value === allocation)
  );
  if (found === undefined) throw new Error(`no ECS task is tagged with allocation ${allocation}`);
  return found;
}

import type { Lifecycle, Predecessors } from "../../../src/lifecycle/lifecycle.ts";
import type { Started } from "../../../src/lifecycle/start/context.ts";
import { configOf, createWorld, ownerOf, startRequest, type World } from "../../harness/world.ts";
import { allocDirOf } from "../alloc.ts";
import { createChances } from "../random.ts";
import type { RunResult } from "../seeds.ts";
import { calm, shortName, withFaults } from "./faults.ts";
import {
  type Death,
  type DoomedStart,
  drawScenario,
  type EarlierAllocation,
  type Scenario,
} from "./scenario.ts";

/** A run, as all of its parts see it. */
type Site = {
  readonly world: World;
  readonly scenario: Scenario;
  /** The plugin's process on the client that all is about. */
  plugin: ReturnType<World["launch"]>;
  faults: DoomedStart["faults"];
  /** How many starts there were so far. */
  starts: number;
  /** Writes into the trace. */
  note(text: string): void;
};

/** An allocation of this client, and what it replaces. */
type Allocation = { readonly id: string; readonly chain: Predecessors["chain"] };

/** One start of an allocation. */
type Run = {
  readonly task: Readonly<Record<string, unknown>>;
  readonly predecessors: Predecessors | undefined;
  readonly abandoned?: AbortSignal;
};

/** How often Nomad starts the task before a run counts as one that never gets its ECS task. */
const mostLastStarts = 5;
/** Milliseconds between them, as of a `restart` block. */
const restartDelay = 15_000;
/** Milliseconds after a start before the driver asks Nomad whether an earlier allocation's task runs beside it. */
const doubtDelay = 5_000;
/** Milliseconds in which the task of a failed start is found and stopped, and more: it is looked for for 120 s. */
const cleanUpTime = 150_000;
/** Milliseconds in which what is being stopped has stopped. */
const stopTime = 60_000;

/**
 * Starts one allocation's task time and again on one client. Each start but the last is given up, fails, or dies
 * with its process at a random moment, while answers are lost or late, the disk is full, ECS lists tasks late and
 * the wall clock is set. Earlier allocations may have left ECS tasks, on this client and on others. Then all goes
 * well, and the task is started once more. From then on exactly one ECS task must live: the one that this start has
 * answered. No search for orphans is there to mend what the starts leave.
 */
export async function simulateStarts(
  seed: number,
  traced: "traced" | "quiet",
): Promise<RunResult> {
  const trace: string[] = [];
  const violations: string[] = [];
  const site = createSite(seed, (text) => {
    if (traced === "traced") trace.push(text);
  });
  const { world, scenario: { earlier, uptime, starts, pause } } = site;
  for (const [place, allocation] of earlier.entries()) {
    await runEarlier(site, allocation, earlier.slice(0, place));
  }
  const last = { id: "new", chain: chainOf(earlier) };
  await world.pass(uptime);
  world.disk.makeDirectory(allocDirOf(last.id));
  for (const start of starts) await doom(site, last, start);
  site.faults = calm;
  world.disk.state = "fine";
  await world.pass(pause);
  const kept = await startAtLast(site, last);
  await world.pass(stopTime);
  const live = world.ecs.live().map(({ arn }) => shortName(arn));
  if (kept === undefined) violations.push(`the last start never got its ECS task`);
  else if (live.length !== 1 || live[0] !== shortName(kept)) {
    violations.push(`the last start answered ${shortName(kept)}; these live: ${live.join(", ")}`);
  }
  site.plugin.lifecycle.close();
  const counts = { starts: site.starts, "ECS tasks": world.ecs.model.tasks.size };
  return { violations, trace, counts };
}

function createSite(seed: number, write: (text: string) => void): Site {
  const chances = createChances(seed);
  const scenario = drawScenario(chances);
  const note: Site["note"] = (text) => write(`${(world.time.now() / 1_000).toFixed(3)} ${text}`);
  const world: World = createWorld({
    chances,
    consistency: scenario.consistency,
    intercept: (real, process) =>
      withFaults(real, {
        process,
        faults: () => site.faults,
        chances,
        time: () => world.time,
        note,
      }),
  });
  const site: Site = {
    world,
    scenario,
    plugin: world.launch(),
    faults: calm,
    starts: 0,
    note,
  };
  note(`ECS lists a task ${scenario.consistency / 1_000} s after RunTask`);
  return site;
}

/** What Nomad tells of earlier allocations, nearest first. */
function chainOf(earlier: readonly EarlierAllocation[]): Predecessors["chain"] {
  return earlier.map(({ allocId, runs, lost }) => ({ allocId, runs, lost })).reverse();
}

/** Lets an allocation come and go, after those that it replaces itself. */
async function runEarlier(
  site: Site,
  allocation: EarlierAllocation,
  before: readonly EarlierAllocation[],
): Promise<void> {
  const { world, note } = site;
  const { allocId, runs, lost } = allocation;
  const chain = chainOf(before);
  note(`allocation ${allocId} on ${allocation.client} client; runs ${runs}, lost: ${lost}`);
  switch (allocation.client) {
    case "another": {
      const { lifecycle, kill } = world.launch();
      site.starts += 1;
      const request = startRequest({
        owner: { ...ownerOf(runName(site), allocId), nodeId: "node-b" },
        config: configOf({ wait_for: "none" }),
        predecessors: { chain, complete: true },
      });
      tellOutcome(site, await world.settle(lifecycle.start(request)));
      await world.pass(allocation.lostAfter);
      kill();
      return;
    }
    case "this":
      world.disk.makeDirectory(allocDirOf(allocId));
      for (const start of allocation.starts) await doom(site, { id: allocId, chain }, start);
      site.faults = calm;
      world.disk.state = "fine";
      await world.pass(allocation.gap);
      return;
  }
}

/** Has a start come to nothing. */
async function doom(site: Site, allocation: Allocation, start: DoomedStart): Promise<void> {
  const { world, note } = site;
  const { faults, disk, clockStep, task, nomad, alone, end, process, death } = start;
  site.faults = faults;
  world.disk.state = disk;
  if (clockStep !== 0) world.time.jump(clockStep);
  note(`start ${JSON.stringify(start)}`);
  const gone = new AbortController();
  const predecessors = toldBy(nomad, allocation);
  const started = begin(site, allocation, { task, predecessors, abandoned: gone.signal });
  let state: PromiseSettledResult<Started>["status"] | "under way" = "under way";
  const settled = Promise.allSettled([started]).then(([outcome]) => {
    state = outcome.status;
    tellOutcome(site, outcome);
  });
  const isFailed = () => state === "rejected";
  await world.pass(alone);
  switch (end.kind) {
    case "killed":
      break;
    case "given up":
      note("the start is given up");
      gone.abort(new Error("the agent has gone"));
      await world.pass(end.patience);
      break;
    case "waited for":
      await world.settle(settled);
      break;
  }
  // The agent has not stored the handle of a start that is answered, or waits for one: it starts the task anew
  // only where both have died.
  if (process === "dies" || !isFailed()) await replacePlugin(site, death);
}

/** What a start is told of earlier allocations. */
function toldBy(nomad: DoomedStart["nomad"], { chain }: Allocation): Predecessors | undefined {
  switch (nomad) {
    case "tells":
      return { chain, complete: true };
    case "does not answer":
      return { chain: [], complete: false };
    case "is not asked":
      return undefined;
  }
}

/** Ends the plugin's process, and begins the next one. */
async function replacePlugin(site: Site, { notice, away, behind, quiet }: Death): Promise<void> {
  const { world, plugin, note } = site;
  if (notice !== undefined) {
    note("the plugin is told to end");
    plugin.lifecycle.close();
    await world.pass(notice);
  }
  note("the plugin dies");
  plugin.kill();
  await world.pass(away);
  world.time.jump(-behind);
  site.plugin = world.launch();
  note("the next plugin begins");
  await world.pass(quiet);
  world.time.jump(behind);
}

/**
 * Starts the task with nothing in its way, anew where its ECS task has ended. Answers the ARN of the ECS task that
 * the client has in the end; undefined where it has none.
 */
async function startAtLast(site: Site, allocation: Allocation): Promise<string | undefined> {
  const { world, note, plugin: { lifecycle } } = site;
  const predecessors = { chain: allocation.chain, complete: true };
  for (let time = 1; time <= mostLastStarts; time++) {
    note(`the last start, for the ${time}. time`);
    const task = { wait_for: "none", tags: { version: "1" } };
    const started = begin(site, allocation, { task, predecessors });
    const outcome = await world.settle(started);
    tellOutcome(site, outcome);
    if (outcome.status === "fulfilled") {
      const { remote } = outcome.value;
      await stopDoubles(site, lifecycle, outcome.value, predecessors);
      await world.pass(cleanUpTime);
      if (remote.state().kind !== "ended") return remote.ref.arn;
      note("its ECS task has ended");
    }
    await world.pass(restartDelay);
  }
  return undefined;
}

/** Does what the driver does beside each start that found its ECS task, and so has not looked for others. */
async function stopDoubles(
  { world }: Site,
  lifecycle: Lifecycle,
  { how, remote }: Started,
  predecessors: Predecessors,
): Promise<void> {
  if (how !== "found") return;
  await world.pass(doubtDelay);
  const isOpen = () => remote.state().kind !== "ended";
  const inDoubt = { ref: remote.ref, owner: remote.owner, predecessors, isOpen };
  await world.settle(lifecycle.stopDoubles(inDoubt, new AbortController().signal));
}

/** Begins a start in this client's plugin. */
function begin(site: Site, { id }: Allocation, { task, ...rest }: Run): Promise<Started> {
  site.starts += 1;
  return site.plugin.lifecycle.start(startRequest({
    owner: ownerOf(runName(site), id),
    config: configOf(task),
    allocDir: allocDirOf(id),
    onEvent: ({ message }) => site.note(`event: ${message}`),
    ...rest,
  }));
}

/** A name of the start in Nomad that no other start has. */
function runName({ starts }: Site): string {
  return String(starts).padStart(8, "0");
}

function tellOutcome({ note }: Site, outcome: PromiseSettledResult<Started>): void {
  if (outcome.status === "rejected") return note(`the start failed: ${outcome.reason.message}`);
  const { how, remote: { ref } } = outcome.value;
  note(`the start is answered: ${how} ${shortName(ref.arn)}`);
}

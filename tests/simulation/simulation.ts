import { advance } from "../../demo/simulator/state/task_life.ts";
import type { Alloc, Checks } from "./alloc.ts";
import { createApiMode } from "./api_mode.ts";
import { checkAll, createChecks } from "./checks.ts";
import { checkStarted, runForeignTasks } from "./foreign.ts";
import { createHandlesMode } from "./handles_mode.ts";
import { createNode } from "./node.ts";
import { createNomadServers } from "./nomad_servers.ts";
import { createChances } from "./random.ts";
import type { RunResult } from "./seeds.ts";
import { actOnce, killAgent, sharedActions } from "./shared_actions.ts";
import { createSimulatedEcs } from "./simulated_ecs.ts";
import {
  type Action,
  configOf,
  logTo,
  type Mode,
  place,
  type Placement,
  type Stage,
  stopAll,
} from "./stage.ts";
import { createVirtualTime } from "./virtual_time.ts";

/** Milliseconds, on the wall clock, that the simulated time starts at. */
const epoch = Date.UTC(2026, 0, 1);
/** Virtual milliseconds in which things happen. */
const actionTime = 240_000;

/**
 * Runs the real driver on a few nodes against a model of Nomad and one of ECS, in virtual time, with
 * everything that happens drawn from the seed: the same seed always gives the same run. Nomad is one
 * of 1.1 to 1.9 for odd seeds, and one of 1.10 and later with the plugin's `nomad` block for even ones.
 */
export async function simulate(seed: number, traced: "traced" | "quiet"): Promise<RunResult> {
  const trace: string[] = [];
  const violations: string[] = [];
  const stage = createStage(seed, {
    note: (text) => {
      if (traced === "traced") trace.push(text);
    },
    violations,
  });
  const { time, ecs, nodes } = stage;
  const placeOne = (placement: Placement): Alloc => place(stage, { mode, checks }, placement);
  const mode: Mode = stage.servers === undefined
    ? createHandlesMode(stage, placeOne)
    : createApiMode(stage, stage.servers, placeOne);
  const checks = checksOf(stage, mode);
  killAgentsAtRunTask(stage, mode);

  let steps = 0;
  const pass: Pass = async (until, isDone = () => false) => {
    while (time.now() < until && violations.length === 0 && !isDone()) {
      await time.step(until);
      advance(ecs.model);
      mode.look();
      checkAll(stage, mode);
      steps += 1;
    }
  };
  // What must not happen while all is well shows only where all is well for long enough.
  const roughness = stage.servers === undefined ? 1 : stage.chances.pick([1, 0.5, 0.1]) ?? 1;
  while (time.now() < actionTime && violations.length === 0) {
    await actAndPass(stage, mode, roughness, pass);
  }
  ecs.weather = undefined;
  await pass(time.now() + mode.settle());
  mode.calm();
  await endAll(stage, mode, placeOne, pass);
  if (violations.length === 0) checkEnded(stage, mode);
  for (const node of nodes) node.driver().shutdown();
  return { violations, trace, counts: { steps, "ECS tasks": ecs.model.tasks.size } };
}

/** Lets time pass until `until`, in virtual milliseconds, or until a promise is broken or `isDone`. */
type Pass = (until: number, isDone?: () => boolean) => Promise<void>;

/** The checks of a run. An agent may die between the answer to a start and its storing of the handle. */
function checksOf(stage: Stage, mode: Mode): Checks {
  const { time, chances, note } = stage;
  return {
    ...createChecks(stage, mode),
    onStarted: (alloc, handle) => {
      checkStarted(stage, alloc, handle);
      mode.onStarted(alloc, handle);
      // Once nothing more is to go wrong, nothing dies.
      if (time.now() >= actionTime || !chances.happens(0.08)) return;
      note(`the answer to the start of ${alloc.id} may be lost`);
      mode.disturb();
      killAgent(stage, alloc.node);
    },
  };
}

/** Has agent and plugin die now and then, when ECS has begun to run a task and not answered yet. */
function killAgentsAtRunTask({ time, chances, ecs, nodes, note }: Stage, mode: Mode): void {
  ecs.onRun = (process) => {
    const node = nodes.find((candidate) => candidate.process() === process);
    if (node === undefined || time.now() >= actionTime || !chances.happens(0.03)) return;
    note(`agent and plugin of ${node.id} die with a task that ECS has just begun to run`);
    mode.disturb();
    node.killAgent("dies too");
  };
}

/** Does one thing of all that may happen, and lets some time pass. `roughness` weighs what goes wrong. */
async function actAndPass(stage: Stage, mode: Mode, roughness: number, pass: Pass): Promise<void> {
  const shared = sharedActions(stage)
    .map(([weight, ...action]): Action => [weight * roughness, ...action]);
  actOnce(stage, [...mode.actions(), ...shared], mode.disturb);
  await pass(stage.time.now() + stage.chances.between(200, 15_000));
}

/**
 * Stops everything, and waits for the end of all ECS tasks: first of all but the beacons, one on each node
 * that learns its id from a task, then of these.
 */
async function endAll(
  stage: Stage,
  mode: Mode,
  placeOne: (placement: Placement) => Alloc,
  pass: Pass,
): Promise<void> {
  const { time } = stage;
  const beacons = mode.beacons().map((node) => {
    const id = `beacon-${node.id}`;
    placeOne({
      id,
      lineage: id,
      kind: "named definition",
      node,
      stored: undefined,
      restarts: 2,
    });
    return id;
  });
  const isBeacon = (by: string | undefined) => beacons.some((id) => by?.includes(id));
  await pass(time.now() + mode.quiesceTime, () => {
    const over = stopAll(stage, ({ id }) => !beacons.includes(id));
    return over && toEnd(stage, mode).every(({ startedBy: by }) => isBeacon(by));
  });
  await pass(
    time.now() + mode.quiesceTime,
    () => stopAll(stage, () => true) && toEnd(stage, mode).length === 0,
  );
}

/** Reports the allocations and ECS tasks that are still there after the end of all. */
function checkEnded(stage: Stage, mode: Mode): void {
  const { allocs, violate } = stage;
  for (const { id, state } of allocs) {
    if (state === "active") violate(`alloc ${id} never ended after its stop`);
  }
  for (const { id, startedBy: by } of toEnd(stage, mode)) {
    violate(`${id.slice(0, 6)} of ${by} runs on`);
  }
}

/** The ECS tasks that live and are to end: all but those of which nobody may know whose they are. */
function toEnd({ ecs }: Stage, mode: Mode) {
  return ecs.live().filter((task) => !mode.isUnproven(task));
}

/** Makes what the run is about: time, ECS, the nodes, and Nomad's servers where they have an API. */
function createStage(
  seed: number,
  { note: write, violations }: { note: (text: string) => void; violations: string[] },
): Stage & { readonly servers: ReturnType<typeof createNomadServers> | undefined } {
  const chances = createChances(seed);
  const time = createVirtualTime(epoch);
  const ecs = createSimulatedEcs(time, chances, epoch);
  runForeignTasks({ ecs, chances });
  const note = (text: string) => write(`${(time.now() / 1_000).toFixed(3)} ${text}`);
  const hasApi = seed % 2 === 0;
  const ids = hasApi ? ["node-a", "node-b", "node-c"] : ["node-a", "node-b"];
  const servers = hasApi ? createNomadServers(time, chances, ids) : undefined;
  const nodes = ids.map((id) =>
    createNode({
      id,
      time,
      ecs,
      chances,
      config: configOf(chances, hasApi ? "with nomad" : "without nomad"),
      log: logTo(note, id),
      nomad: servers && ((process) => servers.api(id, process)),
    })
  );
  return {
    time,
    chances,
    ecs,
    nodes,
    allocs: [],
    note,
    servers,
    violate: (text) => {
      note(`VIOLATION ${text}`);
      violations.push(`${(time.now() / 1_000).toFixed(1)} s: ${text}`);
    },
  };
}

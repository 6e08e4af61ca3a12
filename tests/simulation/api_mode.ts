import type { EcsTask } from "../../demo/simulator/state/model.ts";
import { startedBy } from "../../src/lifecycle/ownership/tags.ts";
import type { Alloc } from "./alloc.ts";
import { apiActions, type ApiRun, disturbDrains, drainNode } from "./api_actions.ts";
import { comesAfter, isExcused, noteExcuses } from "./api_excuses.ts";
import type { Node } from "./node.ts";
import type { NomadServers } from "./nomad_servers.ts";
import { comeBack, enter, hear, isTerminal, isWanted, noteOver, stopJob } from "./scheduler.ts";
import {
  ecsTaskOf,
  hooksWait,
  type Mode,
  ownerOf,
  type Placement,
  type Stage,
  tagOf,
} from "./stage.ts";
import type { SimulatedEcs } from "./simulated_ecs.ts";

/** Virtual milliseconds for which an answer that a plugin goes by may be old, with the way of its tags. */
const answerAge = 20_000;
/** Virtual milliseconds without trouble in which no second ECS task may stay. */
const settlingTime = 100_000;
/** Virtual milliseconds in which the tasks of a node that is gone end, once Nomad wants them no more. */
const forsakenTime = 600_000;

/**
 * Nomad 1.10 and later, with the plugin's `nomad` block on: Nomad hands nothing over, and the plugin
 * asks the servers' API what becomes of a task.
 */
export function createApiMode(
  stage: Stage,
  servers: NomadServers,
  place: (placement: Placement) => Alloc,
): Mode {
  const { time, chances, nodes, violate } = stage;
  // A cluster on its way to hand-over has nodes without it.
  const without = chances.happens(0.2) ? nodes[1] : undefined;
  if (without !== undefined) {
    without.configure({ ...without.config(), nomad: undefined });
    servers.changeNode(without.id, { takesOver: false });
  }
  const run: ApiRun = {
    stage,
    servers,
    place,
    blocked: new Set(),
    lost: new Set(),
    away: new Map(),
    gone: new Set(),
    overs: new Map(),
    drained: new Map(),
    forced: new Map(),
    left: new Map(),
    uninformed: new Map(),
    unplaced: new Set(),
    askedFor: new Set(),
    overtaking: new Set(),
    startedAlone: new Set(),
    started: new Set(),
    drains: [],
    finished: false,
    calmSince: Infinity,
  };

  return {
    actions: () => apiActions(run),
    before: (alloc) => {
      enter(run, alloc);
      return untilClientMayStart(run, alloc);
    },
    onStarted: (alloc, handle) => {
      run.started.add(alloc);
      hear(run, alloc, "running");
      const task = ecsTaskOf(stage.ecs, handle);
      if (task === undefined) return;
      for (const fault of faultsOfStart(run, alloc, task)) violate(fault);
      // ECS may not list the task yet.
      if (!run.finished && chances.happens(0.06)) drainNode(run, alloc.node);
    },
    onOver: (alloc) => {
      if (run.gone.has(alloc.node)) return;
      hear(run, alloc, alloc.unanswered ? "failed" : "complete");
    },
    onLeft: (alloc, task) => faultOfLeaving(run, alloc, task),
    faultOf: (node, stop) => faultOfStop(run, node, stop),
    isWanted: (alloc) => isWanted(run, alloc),
    isExcused: (alloc) => isExcused(run, alloc),
    isUnproven: (task) => isUnproven(run, task),
    disturb: () => disturbDrains(run),
    look: () => {
      checkForsaken(run);
      for (const node of nodes) {
        const { draining, drained } = servers.node(node.id);
        if (draining) run.drained.set(node, time.now());
        if (drained) run.forced.set(node, time.now());
      }
      noteExcuses(run);
    },
    settle: () => {
      run.finished = true;
      servers.weather = undefined;
      for (const node of nodes) {
        if (!run.gone.has(node)) comeBack(run, node);
        else servers.changeNode(node.id, { status: "down" });
      }
      return settlingTime;
    },
    calm: () => {
      disturbDrains(run);
      run.calmSince = time.now();
      for (const alloc of stage.allocs) {
        stopJob(run, alloc);
        if (!run.gone.has(alloc.node)) continue;
        alloc.state = "over";
        servers.change(alloc.id, { clientStatus: "lost" });
        noteOver(run, alloc);
      }
    },
    beacons: () => without === undefined || run.gone.has(without) ? [] : [without],
    // What was left to an allocation that never came ends an hour later by its own node's driver.
    quiesceTime: 4_500_000,
  };
}

/** Waits as Nomad's client does before it starts an allocation's tasks. */
async function untilClientMayStart(run: ApiRun, alloc: Alloc): Promise<void> {
  const { stage: { time, chances }, servers, overs, away, blocked } = run;
  // `replace` notes that an allocation is blocked only after `place` has come here.
  await Promise.resolve();
  const { previous } = alloc;
  const isOver = () => {
    if (previous === undefined) return true;
    const known = servers.allocation(previous.id);
    return known === undefined || isTerminal(known) || known.clientStatus === "unknown";
  };
  while (alloc.desired === "run" && (blocked.has(alloc) || !isOver())) {
    const over = previous === undefined ? undefined : overs.get(previous)?.promise;
    await Promise.race([alloc.changed.promise, ...(blocked.has(alloc) ? [] : [over])]);
  }
  const hooks = chances.happens(0.2)
    ? chances.between(hooksWait.least, hooksWait.most)
    : chances.between(50, 1_000);
  await Promise.race([time.until(time.now() + hooks), alloc.changed.promise]);
  await away.get(alloc.node)?.promise;
}

/** What is wrong with the ECS task that a start was answered with. */
function faultsOfStart(run: ApiRun, alloc: Alloc, task: EcsTask): string[] {
  const { stage: { allocs } } = run;
  const faults: string[] = [];
  const name = task.id.slice(0, 6);
  const drain = run.drains.find(({ next }) => next === alloc);
  if (drain !== undefined && !drain.disturbed && drain.arn !== task.arn) {
    faults.push(`the drain of ${drain.old.id} interrupted its ECS task`);
  }
  if (drain !== undefined) drain.disturbed = true;
  if (task.desired !== "RUNNING") return faults;
  const owner = ownerOf(task);
  if (owner !== alloc.id && isWanted(run, alloc)) {
    faults.push(`${alloc.id} was started with ${name}, whose tags name ${owner}`);
  }
  const first = allocs.find(({ id }) =>
    task.startedBy === startedBy({ allocId: id, name: "main" })
  );
  if (first?.lineage !== alloc.lineage) {
    faults.push(`${alloc.id} took ${name}, which is ${first?.id}'s of another Nomad task`);
  } else if (first.version !== alloc.version) {
    faults.push(`${alloc.id} of version ${alloc.version} took ${name} of ${first.version}`);
  }
  return faults;
}

/** What is wrong with a stop that was answered while the ECS task runs on. */
function faultOfLeaving(run: ApiRun, alloc: Alloc, task: EcsTask): string | undefined {
  const { stage: { time, allocs }, servers, left, drained, forced } = run;
  const name = task.id.slice(0, 6);
  const to = allocs.find(({ id }) => id === tagOf(task, "nomad:left_for"));
  if (to === undefined || to === alloc) {
    return `${alloc.id}'s stop was answered while ${name} runs on`;
  }
  if (to.version !== alloc.version || to.lineage !== alloc.lineage) {
    return `${name} of ${alloc.id} was left to ${to.id}, which runs something else`;
  }
  if (!servers.node(to.node.id).takesOver) {
    return `${name} of ${alloc.id} was left to ${to.node.id}, which takes nothing over`;
  }
  const isRecent = (table: ReadonlyMap<Node, number>) =>
    time.now() - (table.get(alloc.node) ?? -Infinity) <= answerAge;
  const isMovedByDrain = servers.allocation(to.id)?.evalId === "node-drain";
  if (!isRecent(drained) && !(isMovedByDrain && isRecent(forced))) {
    return `${name} of ${alloc.id} was left, and ${alloc.node.id} is not drained`;
  }
  if (!left.has(alloc)) left.set(alloc, { to, arn: task.arn, process: alloc.node.process() });
  return undefined;
}

/** What is wrong with the StopTask that a node has had carried out. */
function faultOfStop(
  run: ApiRun,
  node: Node,
  { arn, ownerNode, ownerAlloc, process }: SimulatedEcs["stops"][number],
): string | undefined {
  const { stage: { allocs }, servers, left } = run;
  const name = arn.slice(-32, -26);
  const owner = allocs.find(({ id }) => id === ownerAlloc);
  // ECS may have deleted the tags of a task that has stopped.
  if (owner === undefined) return undefined;
  const drain = run.drains.find((open) => open.arn === arn && !open.disturbed);
  if (drain !== undefined) return `the drain of ${drain.old.id} stopped its ECS task`;
  if (ownerNode === node.id) {
    const leaving = left.get(owner);
    const waits = leaving?.arn === arn && leaving.process === process &&
      isWanted(run, leaving.to) && !run.started.has(leaving.to);
    return waits ? `${node.id} stopped ${name}, which it left to ${leaving.to.id}` : undefined;
  }
  if (isWanted(run, owner)) return `${node.id} stopped ${name}, which ${owner.id} is to have`;
  const replaces = allocs.some((alloc) => alloc.node === node && comesAfter(alloc, owner));
  const known = servers.node(ownerNode ?? "");
  // What was left to an allocation that is over does not come back with its client.
  const isLeftToNobody = owner.state === "over" && left.get(owner)?.to.state === "over";
  if (known.status === "disconnected" && !replaces && !isLeftToNobody) {
    return `${node.id} stopped ${name} of ${known.id}, which is only disconnected`;
  }
  return undefined;
}

/** The tasks of a node that never comes back end by another node's driver. */
function checkForsaken(run: ApiRun): void {
  const { stage: { time, ecs, violate }, calmSince } = run;
  if (time.now() - calmSince < forsakenTime) return;
  for (const task of ecs.live()) {
    if (!isOfGoneNode(run, task) || isUnproven(run, task)) continue;
    violate(`${task.id.slice(0, 6)} of ${tagOf(task, "nomad:node_id")}, which is gone, runs on`);
  }
}

function isOfGoneNode({ gone }: ApiRun, task: EcsTask): boolean {
  return [...gone].some(({ id }) => id === tagOf(task, "nomad:node_id"));
}

/**
 * Whether only a driver that has seen Nomad know a task's allocation can tell that the task is this Nomad's: its
 * node is gone, and Nomad has forgotten the allocation of a task that is minutes old.
 */
function isUnproven(run: ApiRun, task: EcsTask): boolean {
  return isOfGoneNode(run, task) && run.servers.allocation(ownerOf(task) ?? "") === undefined;
}

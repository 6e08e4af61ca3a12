/** Why an ECS task may run beside its predecessor's for a while, though Nomad wants one. */
import { startedBy } from "../../src/lifecycle/ownership/tags.ts";
import type { Alloc } from "./alloc.ts";
import type { ApiRun } from "./api_actions.ts";
import type { SimulatedEcs } from "./simulated_ecs.ts";

/**
 * Virtual milliseconds in which a client stops what runs beside the task of a start that Nomad told nothing,
 * once Nomad and ECS answer: the longest pause between its questions, and what the answers take.
 */
const doubtTime = 75_000;

/** Whether an allocation is excused for an ECS task beside its predecessor's. */
export function isExcused(run: ApiRun, alloc: Alloc): boolean {
  return run.overtaking.has(alloc) || runsBesideSuccessor(run, alloc) ||
    (mayRunBeside(run, alloc) && alloc.previous !== undefined && leavesBehind(run, alloc.previous));
}

/** Notes what excuses allocations at this moment. To be called after each step. */
export function noteExcuses(run: ApiRun): void {
  const { stage: { allocs, ecs }, overtaking, startedAlone, started, away } = run;
  for (const alloc of allocs) {
    noteDoubt(run, alloc);
    if (!isStarting(alloc)) continue;
    const isAlone = away.has(alloc.node) && (started.has(alloc) || alloc.node.isOn());
    if (isAlone) startedAlone.add(alloc);
    if (overtakesStart(alloc.previous?.previous) || missesTask(ecs, alloc)) overtaking.add(alloc);
  }
}

/** Notes that Nomad tells a start nothing, and while its client cannot learn of what runs beside its task. */
function noteDoubt(run: ApiRun, alloc: Alloc): void {
  const { stage: { time, ecs }, servers, uninformed } = run;
  const isInformed = servers.weather === undefined && !servers.cutOff.has(alloc.node.id) &&
    servers.node(alloc.node.id).takesOver;
  if (isStarting(alloc) && (!isInformed || comesOfAskedFor(run, alloc))) {
    uninformed.set(alloc, time.now());
  }
  if (!uninformed.has(alloc)) return;
  const mayLearn = alloc.state === "active"
    ? isInformed && alloc.stored !== undefined
    : !isLostInDoubt(run, alloc);
  // Where ECS takes no stop, both tasks go on, though the driver has given both up.
  if (!mayLearn || ecs.weather !== undefined) uninformed.set(alloc, time.now());
}

/** Whether the line of an allocation has one that users asked for late: its start asks for no list. */
function comesOfAskedFor(run: ApiRun, alloc: Alloc): boolean {
  const { previous } = alloc;
  return run.askedFor.has(alloc) || (previous !== undefined && comesOfAskedFor(run, previous));
}

function isStarting({ state, stored }: Alloc): boolean {
  return state === "active" && stored === undefined;
}

/** Whether Nomad told a start nothing, and nobody has had the time to end what runs beside its task. */
function mayRunBeside(run: ApiRun, alloc: Alloc): boolean {
  const since = run.uninformed.get(alloc);
  if (since === undefined) return false;
  return run.stage.time.now() - since < doubtTime || leavesOrphan(run, alloc);
}

/**
 * Whether an allocation that is over for its client may leave an ECS task running that was not left to the
 * next one. A start that Nomad tells nothing runs another beside it, as without the `nomad` block.
 */
function leavesBehind(run: ApiRun, alloc: Alloc): boolean {
  const { lost, started, uninformed } = run;
  if (lost.has(alloc) || alloc.unanswered || alloc.misled) return true;
  // An ECS task of which it could not learn may outlive it.
  const { previous } = alloc;
  if (uninformed.has(alloc) && previous !== undefined && leavesBehind(run, previous)) return true;
  // Nomad waits for the nearest predecessor only.
  return !started.has(alloc) && alloc.previous !== undefined;
}

/**
 * Whether Nomad itself runs an allocation beside its successor: its client had no connection while a start was
 * under way, the first one or one by the job's `restart` block, as with any driver. Neither driver can learn of
 * the other's start, and Nomad calls off no start that is under way. The task ends when the client is back and
 * its start is answered.
 */
function runsBesideSuccessor(run: ApiRun, alloc: Alloc): boolean {
  const mayRun = alloc.state === "active" || alloc.unanswered;
  return mayRun && run.startedAlone.has(alloc) && isReplaced(run, alloc);
}

/**
 * Whether an allocation has lost its client for good, and no later start of its line could learn of what runs
 * beside its ECS task. Another client stops both tasks: `checkForsaken` says by when.
 */
function isLostInDoubt(run: ApiRun, alloc: Alloc): boolean {
  return run.gone.has(alloc.node) && run.lost.has(alloc) && !isSettled(run, alloc);
}

function isReplaced({ stage: { allocs } }: ApiRun, alloc: Alloc): boolean {
  return allocs.some(({ previous }) => previous === alloc);
}

/**
 * Whether no process knows of the ECS task of an allocation that is over, nor asks what runs beside it. Its
 * client or plugin died before the start's answer was stored, or its handle was damaged, and no later start of
 * its line has been answered that could learn of it. The searches for orphans end both tasks, after
 * `orphan_grace`; a later start that Nomad tells of them takes one and stops the other.
 */
function leavesOrphan(run: ApiRun, alloc: Alloc): boolean {
  const { state, stored, unanswered, misled } = alloc;
  const isUnknown = misled || (unanswered && stored === undefined);
  return state === "over" && isUnknown && !isSettled(run, alloc);
}

/** Whether a later start of an allocation's line was answered that Nomad told of the earlier ones. */
function isSettled({ stage: { allocs }, started, uninformed }: ApiRun, alloc: Alloc): boolean {
  const isInformed = (later: Alloc) => started.has(later) && !uninformed.has(later);
  return allocs.some((other) => isInformed(other) && comesAfter(other, alloc));
}

/** Whether an allocation replaces an earlier one, directly or in several steps. */
export function comesAfter({ previous }: Alloc, earlier: Alloc): boolean {
  return previous !== undefined && (previous === earlier || comesAfter(previous, earlier));
}

/**
 * Whether this allocation or one before it is still being started. Nomad waits for the nearest
 * predecessor only, and so runs both starts at a time where that one ended unstarted.
 */
function overtakesStart(alloc: Alloc | undefined): boolean {
  if (alloc === undefined) return false;
  return (isStarting(alloc) && alloc.unanswered) || overtakesStart(alloc.previous);
}

/**
 * Whether ECS runs a task that it does not list yet, of an earlier allocation whose start got no answer
 * on another client. Only that client's disk tells of it.
 */
function missesTask({ live, model }: SimulatedEcs, { node, previous }: Alloc): boolean {
  for (let earlier = previous; earlier !== undefined; earlier = earlier.previous) {
    if (earlier.node === node || earlier.stored !== undefined || !earlier.unanswered) continue;
    const index = startedBy({ allocId: earlier.id, name: "main" });
    const isUnlisted = live().some((task) =>
      task.startedBy === index && model.now() - task.createdAt < model.pace.consistency
    );
    if (isUnlisted) return true;
  }
  return false;
}

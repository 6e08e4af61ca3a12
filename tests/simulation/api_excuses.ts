/** Why an ECS task may run beside its predecessor's for a while, though Nomad wants one. */
import { startedBy } from "../../src/lifecycle/ownership/tags.ts";
import type { Alloc } from "./alloc.ts";
import type { ApiRun } from "./api_actions.ts";
import type { SimulatedEcs } from "./simulated_ecs.ts";

/**
 * Whether an allocation may be over for its client while an ECS task runs on that was not left to the
 * next. Where Nomad's API tells nothing then, a start is as without the `nomad` block.
 */
export function leavesBehind(run: ApiRun, alloc: Alloc): boolean {
  const { lost, started, uninformed } = run;
  if (lost.has(alloc) || alloc.unanswered || alloc.misled) return true;
  // What it could not learn of may outlive it.
  const { previous } = alloc;
  if (uninformed.has(alloc) && previous !== undefined && leavesBehind(run, previous)) return true;
  // Nomad waits for the nearest predecessor only.
  return !started.has(alloc) && alloc.previous !== undefined;
}

/**
 * Whether Nomad itself runs an allocation beside its successor: its client had no connection when the
 * task ended, and started it again by the job's `restart` block, as it would with any driver. Neither
 * driver can learn of the other's start. The task ends when the client is back.
 */
export function runsBesideSuccessor(
  { stage: { allocs }, restartedAlone }: ApiRun,
  alloc: Alloc,
): boolean {
  const mayRun = alloc.state === "active" || alloc.unanswered;
  return mayRun && restartedAlone.has(alloc) && allocs.some(({ previous }) => previous === alloc);
}

/**
 * Whether the client of an allocation, which nothing replaces, is gone for good. The client can learn no more
 * of what runs beside that allocation's ECS task. Another client stops both tasks: `checkForsaken` says by when.
 */
export function isLostInDoubt({ stage: { allocs }, gone, lost }: ApiRun, alloc: Alloc): boolean {
  return gone.has(alloc.node) && lost.has(alloc) &&
    !allocs.some(({ previous }) => previous === alloc);
}

/**
 * Whether an allocation is over whose client or plugin died before its start's answer was stored, or whose
 * handle was damaged, and no later one of its line has started since that could learn of it. No process knows
 * of its ECS task then, nor asks what runs beside it. The searches for orphans end both tasks, after
 * `orphan_grace`; a later start that Nomad tells of them takes one and stops the other.
 */
export function leavesOrphan(
  { stage: { allocs }, started, uninformed }: ApiRun,
  alloc: Alloc,
): boolean {
  const { state, stored, unanswered, misled } = alloc;
  const isUnknown = misled || (unanswered && stored === undefined);
  const isSettledBy = (later: Alloc) => started.has(later) && !uninformed.has(later);
  return state === "over" && isUnknown &&
    !allocs.some((other) => isSettledBy(other) && comesAfter(other, alloc));
}

/** Whether an allocation replaces an earlier one, directly or in several steps. */
export function comesAfter({ previous }: Alloc, earlier: Alloc): boolean {
  return previous !== undefined && (previous === earlier || comesAfter(previous, earlier));
}

/**
 * Whether this allocation or one before it is still being started. Nomad waits for the nearest
 * predecessor only, and so runs both starts at a time where that one ended unstarted.
 */
export function overtakesStart(alloc: Alloc | undefined): boolean {
  if (alloc === undefined) return false;
  const isStarting = alloc.state === "active" && alloc.stored === undefined && alloc.unanswered;
  return isStarting || overtakesStart(alloc.previous);
}

/**
 * Whether ECS runs a task that it does not list yet, of an earlier allocation whose start got no answer
 * on another client. Only that client's disk tells of it.
 */
export function missesTask({ live, model }: SimulatedEcs, { node, previous }: Alloc): boolean {
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

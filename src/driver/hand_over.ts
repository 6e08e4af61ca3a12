/**
 * What becomes of an ECS task when Nomad stops its allocation. Which ECS task a new allocation takes over is told
 * by `predecessors.ts`. From 1.10 on Nomad hands nothing over by itself; its HTTP API tells what is needed. Where
 * the API does not answer, nothing is handed over.
 */
import type { NomadApi } from "../nomad/api.ts";
import type { Allocation, AllocationStub } from "../nomad/documents.ts";
import { stopCauseOf } from "../nomad/stop_cause.ts";

/** What becomes of the ECS task of a Nomad task that Nomad stops. */
export type LeaveVerdict =
  /** It runs on; the allocation `to` is to take it over. */
  | { readonly kind: "leave"; readonly to: string }
  | { readonly kind: "stop" };

/** An allocation, as far as the questions about it need it. */
export type AllocationRef = {
  readonly allocId: string;
  readonly namespace: string;
  readonly nodeId: string;
};

/** `TriggeredBy` of the evaluations that a drain makes. `nomad alloc stop` makes evaluations of another kind. */
const drainTrigger = "node-drain";

/**
 * Decides whether an ECS task runs on for the allocation that replaces its own. It runs on where the node
 * is drained and the replacement is placed with the same version of the job, on a node that takes over and
 * has the same cluster for jobs that name none.
 * Rejects with a `NomadError` where Nomad does not answer.
 */
export async function leaveOrStop(
  api: NomadApi,
  { allocId, namespace, nodeId }: AllocationRef,
  signal: AbortSignal,
): Promise<LeaveVerdict> {
  // A Nomad that does not tell the node moves handles by itself, and asks by a signal to leave the task.
  if (nodeId === "") return { kind: "stop" };
  const [allocation, node] = await Promise.all([
    api.allocation(allocId, namespace, signal),
    api.node(nodeId, signal),
  ]);
  // A purged job's allocation, or a token without rights: nobody can be shown to take the task.
  if (allocation === "unknown" || node === "unknown") return { kind: "stop" };
  const cause = stopCauseOf(allocation, node);
  const mayBeDrain = cause.kind === "drain" || cause.kind === "drained";
  if (!mayBeDrain || cause.next === undefined) return { kind: "stop" };
  const next = await api.allocation(cause.next, namespace, signal);
  if (next === "unknown" || !isToRun(next) || !runsTheSame(next, allocation)) {
    return { kind: "stop" };
  }
  if (cause.kind !== "drain" && !await isPlacedByDrain(api, next, signal)) {
    return { kind: "stop" };
  }
  // A driver that does not take over would run a second ECS task beside the one that is left.
  const taker = await api.node(next.nodeId, signal);
  if (taker === "unknown" || !taker.takesOver) return { kind: "stop" };
  // So would one that looks for its tasks in another cluster, where the job names none.
  if (taker.place !== node.place) return { kind: "stop" };
  return { kind: "leave", to: next.id };
}

/** Whether a drain had an allocation placed. False where Nomad has forgotten the allocation's evaluation. */
async function isPlacedByDrain(
  api: NomadApi,
  { evalId, namespace }: Allocation,
  signal: AbortSignal,
): Promise<boolean> {
  if (evalId === undefined) return false;
  const evaluation = await api.evaluation(evalId, namespace, signal);
  return evaluation !== "unknown" && evaluation.triggeredBy === drainTrigger;
}

/**
 * Whether an allocation that is yet to start replaces one of another version of the job. Rejects with a
 * `NomadError` where Nomad does not answer.
 */
export async function movedFromOtherVersion(
  api: NomadApi,
  { allocId, namespace }: AllocationRef,
  signal: AbortSignal,
): Promise<boolean> {
  const own = await api.allocation(allocId, namespace, signal);
  // An update in place changes the version of an allocation that runs.
  if (own === "unknown" || own.clientStatus !== "pending" || own.previousAllocation === undefined) {
    return false;
  }
  const earlier = await api.allocation(own.previousAllocation, namespace, signal);
  const isKnown = earlier !== "unknown" && earlier.jobVersion !== undefined &&
    own.jobVersion !== undefined;
  return isKnown && !runsTheSame(own, earlier);
}

function isToRun({ desiredStatus, clientStatus }: Allocation): boolean {
  return desiredStatus === "run" && (clientStatus === "pending" || clientStatus === "running");
}

/** Whether an allocation runs the version of the group and job that an earlier one ran. */
export function runsTheSame(own: Allocation, earlier: AllocationStub): boolean {
  // A job that was purged and registered anew counts its versions from 0 again.
  const isOfEarlierJob = own.jobCreateIndex !== undefined &&
    earlier.createIndex < own.jobCreateIndex;
  return own.jobVersion !== undefined && own.jobVersion === earlier.jobVersion &&
    own.jobId === earlier.jobId && own.taskGroup === earlier.taskGroup && !isOfEarlierJob;
}

/**
 * Which ECS task passes from one allocation to the next: what becomes of it when Nomad stops the old
 * allocation, and which one a new allocation takes over. Nomad hands nothing over by itself from 1.10
 * on; its HTTP API tells what is needed. Where the API does not answer, nothing is handed over.
 */
import type { Predecessor, Predecessors } from "../lifecycle/lifecycle.ts";
import type { NomadApi } from "../nomad/api.ts";
import { type Allocation, type AllocationStub, isWanted } from "../nomad/documents.ts";
import { NomadError } from "../nomad/error.ts";
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

/** Longest chain of predecessors that a start follows. Each costs one request to Nomad. */
export const longestChain = 8;

/** What an evaluation is made for that users ask for: it places allocations that are new. */
const newPlacements = ["job-register", "job-scaling", "periodic-job", "deployment-watcher"];

/** What an evaluation is made for that drains a node: `nomad alloc stop` places by one of its own. */
const drainPlacements = ["node-drain"];

/** Allocations found by name that are asked whom they replace, all at once. Each costs one request to Nomad. */
export const askedByName = 8;

/**
 * Decides whether an ECS task runs on for the allocation that replaces its own. It runs on where the node
 * is drained and the replacement is placed with the same version of the job, on a node that takes over.
 * Rejects with a `NomadError` where Nomad does not answer.
 */
export async function leaveOrStop(
  api: NomadApi,
  { allocId, namespace, nodeId }: AllocationRef,
  signal: AbortSignal,
): Promise<LeaveVerdict> {
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
  if (cause.kind !== "drain" && !await isPlacedBy(api, next, drainPlacements, signal)) {
    return { kind: "stop" };
  }
  // A driver that does not take over would run a second ECS task beside the one that is left.
  const taker = await api.node(next.nodeId, signal);
  if (taker === "unknown" || !taker.takesOver) return { kind: "stop" };
  return { kind: "leave", to: next.id };
}

/**
 * Whether an allocation was placed by an evaluation that was made for one of these causes. False where Nomad
 * has forgotten the evaluation.
 */
async function isPlacedBy(
  api: NomadApi,
  { evalId, namespace }: Allocation,
  causes: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  if (evalId === undefined) return false;
  const evaluation = await api.evaluation(evalId, namespace, signal);
  return evaluation !== "unknown" && causes.includes(evaluation.triggeredBy);
}

/**
 * What Nomad answers about predecessors. `certain` is false where a server answered that does not know yet
 * what became of the nearest one, so that a later answer may name more.
 */
export type PredecessorsAnswer = Predecessors & { readonly certain: boolean };

/**
 * The allocations whose ECS task a new allocation may find running, nearest first. Ends before an
 * allocation that may legitimately run beside the new one. Rejects with a `NomadError` where Nomad
 * does not answer.
 */
export async function predecessorsOf(
  api: NomadApi,
  { allocId, namespace }: AllocationRef,
  signal: AbortSignal,
): Promise<PredecessorsAnswer> {
  const own = await api.allocation(allocId, namespace, signal);
  if (own === "unknown") {
    throw new NomadError(
      "denied",
      `GET /v1/allocation/${allocId}`,
      `it does not show the allocation that is being started`,
    );
  }
  const chain: Predecessor[] = [];
  let first = own;
  let id = own.previousAllocation;
  while (id !== undefined && chain.length < longestChain) {
    const earlier = await api.allocation(id, namespace, signal);
    if (earlier === "unknown") {
      // Nomad has collected it as garbage, which it does only with what is over.
      chain.push({ allocId: id, runs: "other", lost: false });
      return certainly(await andSameName(api, own, chain, signal));
    }
    if (isWanted(earlier)) {
      // A client starts an allocation only once the nearest earlier one is over or its client is
      // disconnected. A server that shows it otherwise is behind.
      const isBehind = chain.length === 0 && earlier.clientStatus !== "unknown";
      if (isBehind) return { chain, complete: false, certain: false };
      // Nomad starts the new allocation while its client is disconnected, and may keep both.
      return certainly({ chain, complete: true });
    }
    chain.push(predecessorOf(own, earlier));
    first = earlier;
    id = earlier.previousAllocation;
  }
  if (id !== undefined) return certainly({ chain, complete: false });
  // A job's list of allocations may be long, and starts may be many.
  if (await isNew(api, first, signal)) return certainly({ chain, complete: true });
  // Where the replacement of a drained or lost allocation finds no place at first, Nomad places it later, and
  // it names no predecessor.
  return certainly(await andSameName(api, own, chain, signal));
}

function certainly(predecessors: Predecessors): PredecessorsAnswer {
  return { ...predecessors, certain: true };
}

/**
 * Whether an allocation that names no predecessor has none: it was placed because users asked for it.
 * False where Nomad has forgotten why it was placed.
 */
async function isNew(
  api: NomadApi,
  allocation: Allocation,
  signal: AbortSignal,
): Promise<boolean> {
  return allocation.evalId === undefined ||
    await isPlacedBy(api, allocation, newPlacements, signal);
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

/** The chain, and after it the other earlier allocations of an allocation's name. */
async function andSameName(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  signal: AbortSignal,
): Promise<Predecessors> {
  const all = chain.concat(await sameName(api, own, chain, signal));
  // The list of allocations names no predecessors, and an ECS task may have been started by one of those.
  return { chain: all, complete: all.length === 0 };
}

/**
 * What Nomad still knows of the allocations before one that it has forgotten, the newest first, and those
 * that the newest of them name though Nomad has forgotten them. They have the name of the new one.
 */
async function sameName(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  signal: AbortSignal,
): Promise<Predecessor[]> {
  const known = new Set([own.id, ...chain.map(({ allocId }) => allocId)]);
  const all = await api.allocationsOf(own.jobId, own.namespace, signal);
  const named = all
    .filter((other) => other.name === own.name && !known.has(other.id) && !isWanted(other))
    .toSorted((one, other) => other.createIndex - one.createIndex);
  // An allocation in the list is not forgotten, and is no predecessor where it is wanted.
  for (const { id } of all) known.add(id);
  const asked = named.slice(0, askedByName);
  const replaced = await Promise.all(asked.map(({ id }) => replacedBy(api, own, id, signal)));
  return named.flatMap((other, index) => {
    const forgotten = replaced[index];
    const found = [predecessorOf(own, other)];
    if (forgotten === undefined || known.has(forgotten)) return found;
    known.add(forgotten);
    return [...found, { allocId: forgotten, runs: "other", lost: false }];
  });
}

/** The allocation that another one replaces: a job's list of allocations does not tell it. */
async function replacedBy(
  api: NomadApi,
  { namespace }: Allocation,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const allocation = await api.allocation(id, namespace, signal);
  return allocation === "unknown" ? undefined : allocation.previousAllocation;
}

function predecessorOf(own: Allocation, earlier: AllocationStub): Predecessor {
  return {
    allocId: earlier.id,
    runs: runsTheSame(own, earlier) ? "same" : "other",
    lost: earlier.clientStatus === "lost",
  };
}

function isToRun({ desiredStatus, clientStatus }: Allocation): boolean {
  return desiredStatus === "run" && (clientStatus === "pending" || clientStatus === "running");
}

/** Whether two allocations run one version of one group of one job. */
function runsTheSame(one: AllocationStub, other: AllocationStub): boolean {
  return one.jobVersion !== undefined && one.jobVersion === other.jobVersion &&
    one.jobId === other.jobId && one.taskGroup === other.taskGroup;
}

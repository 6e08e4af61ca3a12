/**
 * Which allocations a new one replaces, as Nomad's HTTP API tells: their ECS tasks are to be taken over or
 * stopped.
 */
import type { Predecessor, Predecessors } from "../lifecycle/lifecycle.ts";
import type { NomadApi } from "../nomad/api.ts";
import { type Allocation, type AllocationStub, isWanted } from "../nomad/documents.ts";
import { NomadError } from "../nomad/error.ts";
import { type AllocationRef, runsTheSame } from "./hand_over.ts";

/** Longest chain of predecessors that a start follows. Each costs one request to Nomad. */
export const longestChain = 8;

/**
 * What an evaluation is made for that users ask for. It places allocations that are new, and those for whose
 * lost or stopped predecessors there was no place.
 */
const askedPlacements = ["job-register", "job-scaling", "deployment-watcher"];

/** What an evaluation is made for whose job has no earlier allocation: each run is a job of its own. */
const firstPlacements = ["periodic-job"];

/** Allocations found by name that are asked whom they replace, all at once. Each costs one request to Nomad. */
export const askedByName = 8;

/**
 * What Nomad answers about predecessors. `certain` is false where a later answer may name more: Nomad did not
 * answer every question, or a server answered that does not know yet what became of the nearest one, or the
 * job's list of allocations was not asked for.
 */
export type PredecessorsAnswer = Predecessors & {
  readonly certain: boolean;
  /** Why Nomad's answer is not whole, where a question has failed. */
  readonly failure?: string;
};

/** How Nomad is asked about predecessors. */
export type PredecessorsQuestion = {
  /**
   * - `during a start`: an allocation that users have asked for is answered without its job's list of
   *   allocations. That list may be long, and starts may be many. The answer is not `certain`;
   * - `after a start`: the list is asked for.
   */
  readonly when: "during a start" | "after a start";
  /** Told of each predecessor that Nomad has named, nearest first, also where a later question fails. */
  readonly onNamed?: (predecessor: Predecessor) => void;
};

/**
 * The allocations whose ECS task a new allocation may find running, nearest first. Ends before an
 * allocation that may legitimately run beside the new one. Rejects with a `NomadError` where Nomad
 * does not answer.
 */
export async function predecessorsOf(
  api: NomadApi,
  { allocId, namespace }: AllocationRef,
  { when, onNamed = () => {} }: PredecessorsQuestion,
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
  const name = (predecessor: Predecessor) => {
    chain.push(predecessor);
    onNamed(predecessor);
  };
  let first = own;
  let id = own.previousAllocation;
  while (id !== undefined && chain.length < longestChain) {
    const earlier = await api.allocation(id, namespace, signal);
    if (earlier === "unknown") {
      // Nomad has collected it as garbage, which it does only with what is over.
      name({ allocId: id, runs: "other", lost: false });
      return await andSameName(api, own, chain, signal);
    }
    if (isWanted(earlier)) {
      // A client starts an allocation only once the nearest earlier one is over or its client is
      // disconnected. A server that shows it otherwise is behind.
      const isBehind = chain.length === 0 && earlier.clientStatus !== "unknown";
      if (isBehind) return { chain, complete: false, certain: false };
      // Nomad starts the new allocation while its client is disconnected, and may keep both.
      return { chain, complete: true, certain: true };
    }
    name(predecessorOf(own, earlier));
    first = earlier;
    id = earlier.previousAllocation;
  }
  // The rest of a long chain is found by its name.
  if (id !== undefined) return await andSameName(api, own, chain, signal);
  const placement = await placementOf(api, first, signal);
  switch (placement) {
    case "first":
      return { chain, complete: true, certain: true };
    case "asked for":
      return when === "during a start"
        ? { chain, complete: true, certain: false }
        : await andEndedOfName(api, own, chain, signal);
    case "late":
      // Where the replacement of a drained or lost allocation finds no place at first, Nomad places it later,
      // and it names no predecessor.
      return await andSameName(api, own, chain, signal);
  }
}

/**
 * Why an allocation that names no predecessor was placed:
 * - `first`: its job was registered for the first time, so there is no earlier allocation;
 * - `asked for`: users changed, scaled or registered the job again. It may fill the place of a lost one;
 * - `late`: for another reason, or Nomad has forgotten the reason.
 */
async function placementOf(
  api: NomadApi,
  { evalId, namespace, jobCreateIndex }: Allocation,
  signal: AbortSignal,
): Promise<"first" | "asked for" | "late"> {
  if (evalId === undefined) return "first";
  const evaluation = await api.evaluation(evalId, namespace, signal);
  if (evaluation === "unknown") return "late";
  const { triggeredBy, createIndex } = evaluation;
  if (firstPlacements.includes(triggeredBy)) return "first";
  if (!askedPlacements.includes(triggeredBy)) return "late";
  // Nomad writes a job's first registration and its evaluation at one index.
  return createIndex !== undefined && createIndex === jobCreateIndex ? "first" : "asked for";
}

/** Other earlier allocations of an allocation's name, and whether Nomad has told all that it was asked. */
type Namesakes = {
  readonly found: readonly Predecessor[];
  /** Whether some are to end, and their clients have not told their end yet. */
  readonly areEnding: boolean;
  /** Whether Nomad is not to be asked again. */
  readonly isFinal: boolean;
  /** Why not all was told. */
  readonly failure?: string;
};

/**
 * The chain, and after it the other earlier allocations of an allocation's name. What Nomad has named
 * already counts although its list of the job's allocations is too long, or comes too late.
 */
async function andSameName(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  signal: AbortSignal,
): Promise<PredecessorsAnswer> {
  return withNamesakes(chain, await sameName(api, own, chain, () => true, signal));
}

/**
 * The same for an allocation that may be quite new. The client of an earlier one that still runs stops that
 * one itself, after its `shutdown_delay`: what becomes of it is to be asked later.
 */
async function andEndedOfName(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  signal: AbortSignal,
): Promise<PredecessorsAnswer> {
  const namesakes = await sameName(api, own, chain, (other) => !isEnding(other), signal);
  const answer = withNamesakes(chain, namesakes);
  return {
    ...answer,
    // Nomad has named all of the chain: only a namesake may have left what its list does not name.
    complete: namesakes.failure === undefined && namesakes.found.length === 0,
    certain: answer.certain && !namesakes.areEnding,
  };
}

function withNamesakes(
  chain: readonly Predecessor[],
  { found, isFinal, failure }: Namesakes,
): PredecessorsAnswer {
  const all = chain.concat(found);
  if (failure !== undefined) {
    return { chain: all, complete: false, certain: isFinal, failure };
  }
  // The list of allocations names no predecessors, and an ECS task may have been started by one of those.
  return { chain: all, complete: all.length === 0, certain: true };
}

/**
 * What Nomad still knows of the allocations before one that it has forgotten, the newest first, and those
 * that the newest of them name though Nomad has forgotten them. They have the name of the new one. Rejects
 * only when the signal aborts.
 */
async function sameName(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  counts: (other: AllocationStub) => boolean,
  signal: AbortSignal,
): Promise<Namesakes> {
  const [list] = await Promise.allSettled([api.allocationsOf(own.jobId, own.namespace, signal)]);
  signal.throwIfAborted();
  if (list.status === "rejected") {
    // A list that is too long stays so, and costs as much each time. The search for orphans goes without it.
    const isFinal = list.reason instanceof NomadError && list.reason.kind === "too_large";
    return { found: [], areEnding: false, isFinal, failure: messageOf(list.reason) };
  }
  const known = new Set([own.id, ...chain.map(({ allocId }) => allocId)]);
  const others = list.value.filter(({ id }) => id !== own.id);
  const all = new Map(others.map((other) => [other.id, other]));
  const named = others
    .filter((other) => other.name === own.name && !known.has(other.id) && !isWanted(other))
    .filter((other) => !isSucceeded(other, all))
    .toSorted((one, other) => other.createIndex - one.createIndex);
  const counted = named.filter(counts);
  // An allocation in the list is not forgotten, and is no predecessor where it is wanted.
  for (const id of all.keys()) known.add(id);
  const asked = counted.slice(0, askedByName);
  const replaced = await Promise.allSettled(
    asked.map(({ id }) => replacedBy(api, own, id, signal)),
  );
  signal.throwIfAborted();
  const found = counted.flatMap((other, index) => {
    const answer = replaced[index];
    const forgotten = answer?.status === "fulfilled" ? answer.value : undefined;
    const earlier = [predecessorOf(own, other)];
    if (forgotten === undefined || known.has(forgotten)) return earlier;
    known.add(forgotten);
    return [...earlier, { allocId: forgotten, runs: "other" as const, lost: false }];
  });
  const areEnding = named.some(isEnding);
  const failed = replaced.find((answer) => answer.status === "rejected");
  if (failed === undefined) return { found, areEnding, isFinal: true };
  return { found, areEnding, isFinal: false, failure: messageOf(failed.reason) };
}

/** Whether an allocation that replaces this one is to run: that one takes the ECS task over, or stops it. */
function isSucceeded(
  { nextAllocation }: AllocationStub,
  all: ReadonlyMap<string, AllocationStub>,
): boolean {
  const seen = new Set<string>();
  let id = nextAllocation;
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const next = all.get(id);
    if (next !== undefined && isWanted(next)) return true;
    id = next?.nextAllocation;
  }
  return false;
}

/** Whether an allocation that is not to run any more has a client that is to stop it. */
function isEnding({ clientStatus }: AllocationStub): boolean {
  return clientStatus === "pending" || clientStatus === "running";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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

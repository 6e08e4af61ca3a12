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
 * `TriggeredBy` of evaluations that users ask for. They place allocations that are new, and those for whose lost or
 * stopped predecessors there was no place.
 */
const askedPlacements = ["job-register", "job-scaling", "deployment-watcher"];

/** `TriggeredBy` of evaluations whose job has no earlier allocation: each run of a periodic job is a job of its own. */
const firstPlacements = ["periodic-job"];

/** Namesakes of which Nomad is asked whom they replaced, all at once. Each costs one request to Nomad. */
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
  let earliest = own;
  let id = own.previousAllocation;
  while (id !== undefined && chain.length < longestChain) {
    const earlier = await api.allocation(id, namespace, signal);
    if (earlier === "unknown") {
      name(forgotten(id));
      return await chainAndNamesakes(api, own, chain, signal);
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
    earliest = earlier;
    id = earlier.previousAllocation;
  }
  // The rest of a long chain is found by its name.
  if (id !== undefined) return await chainAndNamesakes(api, own, chain, signal);
  const placement = await placementOf(api, earliest, signal);
  switch (placement) {
    case "first":
      return { chain, complete: true, certain: true };
    case "asked for":
      return when === "during a start"
        ? { chain, complete: true, certain: false }
        : await chainAndEndedNamesakes(api, own, chain, signal);
    case "late":
      // Where the replacement of a drained or lost allocation finds no place at first, Nomad places it later,
      // and it names no predecessor.
      return await chainAndNamesakes(api, own, chain, signal);
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
  /** Whether Nomad would tell no more if it were asked again. */
  readonly isFinal: boolean;
  /** Why not all was told. */
  readonly failure?: string;
};

/**
 * The chain, and after it its namesakes. What Nomad has named already counts although its list of the job's
 * allocations is too long, or comes too late.
 */
async function chainAndNamesakes(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  signal: AbortSignal,
): Promise<PredecessorsAnswer> {
  return withNamesakes(chain, await namesakesOf(api, own, chain, "all", signal));
}

/**
 * The same for an allocation that may be quite new. The client of an earlier one that still runs stops that
 * one itself, after its `shutdown_delay`: what becomes of it is to be asked later.
 */
async function chainAndEndedNamesakes(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  signal: AbortSignal,
): Promise<PredecessorsAnswer> {
  const namesakes = await namesakesOf(api, own, chain, "ended", signal);
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
 * Finds the namesakes that Nomad still knows by its list of the job's allocations, the newest first. The list
 * does not tell whom an allocation replaced, so Nomad is asked that of the newest namesakes. One that was replaced
 * and is not in the list is a namesake which Nomad has forgotten. Rejects only when the signal aborts.
 */
async function namesakesOf(
  api: NomadApi,
  own: Allocation,
  chain: readonly Predecessor[],
  which: "all" | "ended",
  signal: AbortSignal,
): Promise<Namesakes> {
  const [list] = await Promise.allSettled([api.allocationsOf(own.jobId, own.namespace, signal)]);
  signal.throwIfAborted();
  if (list.status === "rejected") {
    // A list that is too long stays so, and costs as much each time. The search for orphans goes without it.
    const isFinal = list.reason instanceof NomadError && list.reason.kind === "too_large";
    return { found: [], areEnding: false, isFinal, failure: messageOf(list.reason) };
  }
  const listed = new Map(
    list.value.filter(({ id }) => id !== own.id).map((other) => [other.id, other]),
  );
  const namesakes = namesakesIn(listed, own, chain);
  const chosen = which === "all" ? namesakes : namesakes.filter((other) => !isEnding(other));
  const answers = await Promise.allSettled(
    chosen.slice(0, askedByName).map(({ id }) => api.allocation(id, own.namespace, signal)),
  );
  signal.throwIfAborted();
  const documents = new Map(
    answers.flatMap((answer) =>
      answer.status === "fulfilled" && answer.value !== "unknown"
        ? [[answer.value.id, answer.value] as const]
        : []
    ),
  );
  // Nomad before 1.6 lists no `NextAllocation`: there the documents alone tell it.
  const others = new Map<string, AllocationStub>([...listed, ...documents]);
  // An allocation in the list is not forgotten, and is no predecessor where it is wanted.
  const known = new Set([own.id, ...listed.keys(), ...idsOf(chain)]);
  const found: Predecessor[] = [];
  for (const other of chosen) {
    if (isSucceeded(others.get(other.id) ?? other, others)) continue;
    found.push(predecessorOf(own, other));
    const earlier = documents.get(other.id)?.previousAllocation;
    if (earlier === undefined || known.has(earlier)) continue;
    known.add(earlier);
    found.push(forgotten(earlier));
  }
  const areEnding = namesakes.some(isEnding);
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed === undefined) return { found, areEnding, isFinal: true };
  return { found, areEnding, isFinal: false, failure: messageOf(failed.reason) };
}

/** The namesakes among a job's other allocations whose ECS tasks only the new allocation is to take over. */
function namesakesIn(
  others: ReadonlyMap<string, AllocationStub>,
  own: Allocation,
  chain: readonly Predecessor[],
): AllocationStub[] {
  const inChain = new Set(idsOf(chain));
  return [...others.values()]
    .filter((other) => other.name === own.name && !inChain.has(other.id) && !isWanted(other))
    .filter((other) => !isSucceeded(other, others))
    .toSorted((one, other) => other.createIndex - one.createIndex);
}

/** Whether an allocation that replaces this one is to run: that one takes the ECS task over, or stops it. */
function isSucceeded(
  { nextAllocation }: AllocationStub,
  others: ReadonlyMap<string, AllocationStub>,
): boolean {
  const seen = new Set<string>();
  let id = nextAllocation;
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const next = others.get(id);
    if (next !== undefined && isWanted(next)) return true;
    id = next?.nextAllocation;
  }
  return false;
}

/** Whether the client of an allocation that is wanted no more has yet to stop it. */
function isEnding({ clientStatus }: AllocationStub): boolean {
  return clientStatus === "pending" || clientStatus === "running";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function idsOf(chain: readonly Predecessor[]): string[] {
  return chain.map(({ allocId }) => allocId);
}

/** An allocation that Nomad has collected as garbage, which it does only with what is over. */
function forgotten(allocId: string): Predecessor {
  return { allocId, runs: "other", lost: false };
}

function predecessorOf(own: Allocation, earlier: AllocationStub): Predecessor {
  return {
    allocId: earlier.id,
    runs: runsTheSame(own, earlier) ? "same" : "other",
    lost: earlier.clientStatus === "lost",
  };
}

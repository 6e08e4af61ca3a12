/**
 * Nomad's HTTP API, as far as a hand-over and the search for leaks need it. Nothing here decides
 * anything about an ECS task.
 *
 * @example
 * ```ts
 * const api = createNomadApi({ target: () => target, readFile: Deno.readTextFile, clock });
 * const allocation = await api.allocation("0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11", "default", signal);
 * if (allocation === "unknown") return; // garbage collected, or beyond the token's rights
 * ```
 */
import type { Clock } from "../clock.ts";
import { describeAddress } from "./address.ts";
import { get, type NomadTarget, type ReadFile } from "./connection.ts";
import {
  agentOf,
  type Allocation,
  allocationOf,
  type AllocationStub,
  allocationStubsOf,
  type Evaluation,
  evaluationOf,
  lengthOf,
  nodeOf,
  type NodeStub,
  nodeStubsOf,
  type NomadAgent,
  type NomadNode,
} from "./documents.ts";
import { NomadError } from "./error.ts";
import { createTurns } from "./turns.ts";

/** Questions to Nomad. Each rejects with a `NomadError`, or with the signal's reason. */
export type NomadApi = {
  /** `unknown` is no proof of an end: Nomad answers the same where the token may not read it. */
  allocation(id: string, namespace: string, signal: AbortSignal): Promise<Allocation | "unknown">;
  evaluation(id: string, namespace: string, signal: AbortSignal): Promise<Evaluation | "unknown">;
  /** Those of a job that Nomad still knows, also of an earlier job of this name. */
  allocationsOf(jobId: string, namespace: string, signal: AbortSignal): Promise<AllocationStub[]>;
  /**
   * Whether Nomad has no such allocation any more. Rejects with `denied` where the token may not list
   * the namespace's allocations: then not finding it is no proof.
   */
  isForgotten(id: string, namespace: string, signal: AbortSignal): Promise<boolean>;
  node(id: string, signal: AbortSignal): Promise<NomadNode | "unknown">;
  /** All client nodes that Nomad knows. */
  nodes(signal: AbortSignal): Promise<NodeStub[]>;
  /** The agent at the address. */
  agent(signal: AbortSignal): Promise<NomadAgent>;
};

/**
 * Milliseconds that one request may take. A start or stop waits for it, so it is far less than Nomad's
 * own shortest kill_timeout of 5 s.
 */
export const requestTimeout = 2_000;

/**
 * Milliseconds before a request that met a busy agent is made again. Nomad refuses connections and requests
 * beyond its limits, which others on this machine may use up for a moment.
 */
const pauses = [250, 750];

/** Makes the questions. `target` is read at each request: a new configuration may name another. */
export function createNomadApi(
  { target, readFile, clock }: { target: () => NomadTarget; readFile: ReadFile; clock: Clock },
): NomadApi {
  const turns = createTurns({ clock, ms: requestTimeout });
  const ask = async <T>(
    path: string,
    read: (value: unknown, attempted: string) => T,
    signal: AbortSignal,
  ): Promise<T | "unknown"> => {
    const asked = target();
    const attempted = `GET ${path.split("?")[0]} of ${describeAddress(asked.address)}`;
    const late = () =>
      new NomadError("unreachable", attempted, `no answer within ${requestTimeout / 1_000} s`);
    const answer = await turns.ask(
      { late, signal },
      (bounded) => again(clock, bounded, () => get(asked, path, { readFile, signal: bounded })),
    );
    return answer.kind === "unknown" ? "unknown" : read(answer.value, attempted);
  };
  return {
    allocation: (id, namespace, signal) =>
      ask(
        `/v1/allocation/${encodeURIComponent(id)}?namespace=${encodeURIComponent(namespace)}`,
        allocationOf,
        signal,
      ),
    evaluation: (id, namespace, signal) =>
      ask(
        `/v1/evaluation/${encodeURIComponent(id)}?namespace=${encodeURIComponent(namespace)}`,
        evaluationOf,
        signal,
      ),
    allocationsOf: async (jobId, namespace, signal) => {
      const query = `namespace=${encodeURIComponent(namespace)}&all=true`;
      const path = `/v1/job/${encodeURIComponent(jobId)}/allocations?${query}`;
      const stubs = await ask(path, allocationStubsOf, signal);
      return stubs === "unknown" ? [] : stubs;
    },
    isForgotten: async (id, namespace, signal) => {
      const query = `prefix=${encodeURIComponent(id)}&namespace=${encodeURIComponent(namespace)}`;
      const count = await ask(`/v1/allocations?${query}`, lengthOf, signal);
      return count === 0;
    },
    node: (id, signal) => ask(`/v1/node/${encodeURIComponent(id)}`, nodeOf, signal),
    nodes: async (signal) => {
      const nodes = await ask("/v1/nodes", nodeStubsOf, signal);
      if (nodes !== "unknown") return nodes;
      throw new NomadError("unusable", "GET /v1/nodes", "the agent has no list of nodes");
    },
    agent: async (signal) => {
      const agent = await ask("/v1/agent/self", agentOf, signal);
      if (agent !== "unknown") return agent;
      throw new NomadError("unusable", "GET /v1/agent/self", "the agent does not know itself");
    },
  };
}

/** Makes a request, and once more after each pause while the agent is too busy for it. */
async function again<T>(
  clock: Clock,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  for (const pause of pauses) {
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await clock.sleep(pause, signal);
    signal.throwIfAborted();
  }
  return await request();
}

/** Nomad answers 429, and often cuts the connection before that is read. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof NomadError)) return false;
  const { kind, cause } = error;
  return kind === "busy" ||
    kind === "unreachable" && cause instanceof Error && "code" in cause &&
      cause.code === "ECONNRESET";
}

import type { NomadApi } from "../../src/nomad/api.ts";
import type { Allocation, NomadNode } from "../../src/nomad/documents.ts";
import { NomadError } from "../../src/nomad/error.ts";
import { nodeWith } from "../harness/nomad_documents.ts";
import type { Chances } from "./random.ts";
import { aborted, never, type Process, type VirtualTime } from "./virtual_time.ts";

/**
 * How the API goes wrong for a while: it does not answer, it refuses the token, it knows nothing that
 * the token may not read, or a server answers that is seconds behind.
 */
export const apiWeathers = ["silent", "denied", "blind", "stale"] as const;
/** One way for the API to go wrong. */
export type ApiWeather = typeof apiWeathers[number];

/** Nomad's servers, as far as their HTTP API tells of allocations and nodes. */
export type NomadServers = {
  weather: ApiWeather | undefined;
  /** Whether the token may read jobs and their allocations. */
  readJob: boolean;
  /** Nodes that have no connection to the servers. */
  readonly cutOff: Set<string>;
  /** The API as the plugin of one node sees it. */
  api(nodeId: string, process: Process): NomadApi;
  /** How often plugins have asked about one allocation. */
  questions(): number;
  allocation(id: string): Allocation | undefined;
  put(allocation: Allocation): void;
  change(id: string, changes: Partial<Allocation>): void;
  node(id: string): NomadNode;
  changeNode(id: string, changes: Partial<NomadNode>): void;
  /** Collects an allocation as garbage. */
  forget(id: string): void;
  /** Collects a node as garbage. */
  forgetNode(id: string): void;
};

/** What the servers' clock shows when the virtual time starts, as ECS's clock does. */
const epoch = Date.UTC(2026, 0, 1);

/** Milliseconds that a stale server is behind. */
const staleness = 5_000;

/** A document as it was from a moment on; undefined once it was collected. */
type Version<T> = { readonly at: number; readonly document: T | undefined };

/** Makes servers that know these nodes and no allocation. */
export function createNomadServers(
  time: VirtualTime,
  chances: Chances,
  nodeIds: readonly string[],
): NomadServers {
  const allocations = new Map<string, Version<Allocation>[]>();
  const nodes = new Map<string, Version<NomadNode>[]>();
  let questions = 0;
  const write = <T>(table: Map<string, Version<T>[]>, id: string, document: T | undefined) => {
    table.set(id, (table.get(id) ?? []).concat({ at: time.now(), document }));
  };
  const read = <T>(table: Map<string, Version<T>[]>, id: string, at: number): T | undefined =>
    table.get(id)?.findLast((version) => version.at <= at)?.document;
  for (const id of nodeIds) {
    write(nodes, id, nodeWith({ id }));
  }

  const servers: NomadServers = {
    weather: undefined,
    readJob: true,
    cutOff: new Set(),
    questions: () => questions,
    allocation: (id) => read(allocations, id, time.now()),
    put: (allocation) => write(allocations, allocation.id, allocation),
    change: (id, changes) => {
      const known = read(allocations, id, time.now());
      if (known !== undefined) write(allocations, id, { ...known, ...changes });
    },
    node: (id) => read(nodes, id, time.now()) ?? nodeWith({ id, status: "down", takesOver: false }),
    changeNode: (id, changes) => {
      const known = servers.node(id);
      const node = { ...known, ...changes };
      const isMissing = (status: string) => status === "down" || status === "disconnected";
      const since = isMissing(known.status) ? known.missedSince : epoch + time.now();
      write(nodes, id, { ...node, missedSince: isMissing(node.status) ? since : undefined });
    },
    forget: (id) => write(allocations, id, undefined),
    forgetNode: (id) => write(nodes, id, undefined),
    api: (nodeId, process) => {
      const answer = async <T>(
        what: string,
        look: (at: number) => T | undefined,
        signal: AbortSignal,
      ): Promise<T | "unknown"> => {
        const weather = servers.cutOff.has(nodeId) ? "silent" : servers.weather;
        const trip = weather === "silent" ? 2_000 : chances.between(2, 50);
        await Promise.race([time.until(time.now() + trip), aborted(signal)]);
        if (!process.alive) await never();
        signal.throwIfAborted();
        switch (weather) {
          case "silent":
            throw new NomadError("unreachable", what, "no answer within 2 s");
          case "denied":
            throw new NomadError("denied", what, "HTTP 403: Permission denied");
          case "blind":
            return "unknown";
          case "stale":
            return look(time.now() - staleness) ?? "unknown";
          case undefined:
            return look(time.now()) ?? "unknown";
        }
      };
      return {
        allocation: (id, _namespace, signal) => {
          questions += 1;
          return answer(
            `GET allocation ${id}`,
            (at) => servers.readJob ? read(allocations, id, at) : undefined,
            signal,
          );
        },
        // An evaluation's id tells what it was made for.
        evaluation: (id, _namespace, signal) =>
          answer(
            `GET evaluation ${id}`,
            () => ({ triggeredBy: id, createIndex: undefined }),
            signal,
          ),
        allocationsOf: async (jobId, _namespace, signal) => {
          const all = (at: number) =>
            [...allocations.keys()].flatMap((id) => read(allocations, id, at) ?? [])
              .filter((allocation) => allocation.jobId === jobId);
          const found = await answer(`GET allocations of ${jobId}`, all, signal);
          return found === "unknown" ? [] : found;
        },
        node: (id, signal) => answer(`GET node ${id}`, (at) => read(nodes, id, at), signal),
        isForgotten: async (id, _namespace, signal) => {
          if (servers.weather === "blind" || !servers.readJob) {
            throw new NomadError("denied", "GET", "HTTP 403");
          }
          const found = await answer(
            `GET allocations ${id}`,
            (at) => read(allocations, id, at),
            signal,
          );
          return found === "unknown";
        },
        nodes: async (signal) => {
          const all = (at: number) =>
            [...nodes.keys()].flatMap((id) => read(nodes, id, at) ?? []).map(({ id, status }) => ({
              id,
              status,
            }));
          const found = await answer("GET nodes", all, signal);
          return found === "unknown" ? [] : found;
        },
        agent: async (signal) => {
          const agent = await answer("GET agent", () => ({ nodeId, region: "global" }), signal);
          if (agent !== "unknown") return agent;
          throw new NomadError("denied", "GET agent", "HTTP 403: Permission denied");
        },
      };
    },
  };
  return servers;
}

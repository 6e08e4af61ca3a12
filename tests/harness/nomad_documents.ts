import type { NomadApi } from "../../src/nomad/api.ts";
import type { Allocation, NomadNode } from "../../src/nomad/documents.ts";

/** An allocation as Nomad's API tells of one that runs; `changes` are the fields of another case. */
export function allocationWith(changes: Partial<Allocation> = {}): Allocation {
  return {
    id: "0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11",
    namespace: "default",
    name: "web.group[0]",
    nodeId: "node-a",
    jobId: "web",
    taskGroup: "group",
    jobVersion: 3,
    jobCreateIndex: undefined,
    desiredStatus: "run",
    desiredDescription: "",
    migrate: false,
    migrateDisablePlacement: false,
    clientStatus: "running",
    previousAllocation: undefined,
    nextAllocation: undefined,
    preemptedByAllocation: undefined,
    createIndex: 0,
    evalId: undefined,
    ...changes,
  };
}

/** A node that is ready; `changes` are the fields of another case. */
export function nodeWith(changes: Partial<NomadNode> = {}): NomadNode {
  return {
    id: "node-a",
    status: "ready",
    draining: false,
    drained: false,
    missedSince: undefined,
    takesOver: true,
    place: "demo",
    ...changes,
  };
}

/** The JSON that Nomad 1.11.3 answers for an allocation that a drain stops, without its job's tasks. */
export const drainedDocument = {
  ID: "0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11",
  Namespace: "default",
  Name: "web.group[0]",
  NodeID: "node-a",
  NodeName: "client-1",
  JobID: "web",
  TaskGroup: "group",
  Job: { ID: "web", Version: 3, TaskGroups: [] },
  DesiredStatus: "stop",
  DesiredDescription: "alloc is being migrated",
  DesiredTransition: { Migrate: true },
  ClientStatus: "running",
  PreviousAllocation: "",
  NextAllocation: "5d2f7d0c-2b9a-4c55-8f0e-6c1d2e3f4a5b",
};

/** Raft index of the evaluations that `apiOf` answers. */
export const indexOfEvaluations = 70;

/** Nomad's API over documents; counts what is asked. */
export function apiOf(
  allocations: Allocation[],
  nodes: NomadNode[] = [nodeWith()],
  evaluations: Readonly<Record<string, string>> = {
    "e-new": "job-register",
    "e-later": "queued-allocs",
    "e-drain": "node-drain",
    "e-stop": "alloc-stop",
  },
) {
  const asked: string[] = [];
  const api: NomadApi = {
    allocation: (id) => {
      asked.push(id);
      return Promise.resolve(allocations.find((allocation) => allocation.id === id) ?? "unknown");
    },
    evaluation: (id) => {
      const triggeredBy = evaluations[id];
      return Promise.resolve(
        triggeredBy === undefined ? "unknown" : { triggeredBy, createIndex: indexOfEvaluations },
      );
    },
    node: (id) => Promise.resolve(nodes.find((node) => node.id === id) ?? "unknown"),
    allocationsOf: (jobId) =>
      Promise.resolve(allocations.filter((allocation) => allocation.jobId === jobId)),
    isForgotten: () => Promise.reject(new Error("not asked for here")),
    nodes: () => Promise.reject(new Error("not asked for here")),
    agent: () => Promise.reject(new Error("not asked for here")),
  };
  return { api, asked };
}

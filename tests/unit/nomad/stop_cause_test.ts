import { assertEquals } from "@std/assert";
import type { Allocation, NomadNode } from "../../../src/nomad/documents.ts";
import { type StopCause, stopCauseOf } from "../../../src/nomad/stop_cause.ts";
import { allocationWith, nodeWith } from "../../harness/nomad_documents.ts";

const next = "5d2f7d0c-2b9a-4c55-8f0e-6c1d2e3f4a5b";
const migrated: Partial<Allocation> = {
  desiredStatus: "stop",
  desiredDescription: "alloc is being migrated",
  migrate: true,
  nextAllocation: next,
};
const draining: Partial<NomadNode> = { draining: true };

const causes: [string, Partial<Allocation>, Partial<NomadNode>, StopCause][] = [
  ["a drain with a place to go", migrated, draining, { kind: "drain", next }],
  [
    "a drain without a place to go",
    { ...migrated, nextAllocation: undefined },
    draining,
    { kind: "drain", next: undefined },
  ],
  [
    "a drain of a batch job, from Nomad 1.11 on",
    { ...migrated, migrateDisablePlacement: true, nextAllocation: undefined },
    draining,
    { kind: "drain without replacement" },
  ],
  [
    "a drain that ends with the stop, or nomad alloc stop after a drain",
    migrated,
    { drained: true },
    { kind: "drained", next },
  ],
  [
    "a drain of a batch job that ends with the stop, from Nomad 1.11 on",
    { ...migrated, migrateDisablePlacement: true, nextAllocation: undefined },
    { drained: true },
    { kind: "drain without replacement" },
  ],
  ["nomad alloc stop", migrated, {}, { kind: "alloc stop" }],
  [
    "a destructive update",
    {
      desiredStatus: "stop",
      desiredDescription: "alloc is being updated due to job update",
      nextAllocation: next,
    },
    {},
    { kind: "update" },
  ],
  [
    "a destructive update while the node drains",
    { ...migrated, desiredDescription: "alloc is being updated due to job update" },
    draining,
    { kind: "update" },
  ],
  [
    "a failure that is rescheduled",
    {
      desiredStatus: "stop",
      desiredDescription: "alloc was rescheduled because it failed",
      clientStatus: "failed",
      nextAllocation: next,
    },
    {},
    { kind: "rescheduled" },
  ],
  [
    "a lost node that comes back",
    {
      desiredStatus: "stop",
      desiredDescription: "alloc is lost since its node is down",
      clientStatus: "lost",
      nextAllocation: next,
    },
    {},
    { kind: "lost" },
  ],
  [
    "a lost node that comes back, and has told that its task runs",
    {
      desiredStatus: "stop",
      desiredDescription: "alloc is lost since its node is down",
      nextAllocation: next,
    },
    {},
    { kind: "lost" },
  ],
  ["a preemption", { desiredStatus: "evict" }, {}, { kind: "preemption" }],
  [
    "a preemption on a draining node",
    { ...migrated, preemptedByAllocation: next },
    draining,
    { kind: "preemption" },
  ],
  [
    "a scale-down, a job stop or a purge",
    { desiredStatus: "stop", desiredDescription: "alloc not needed due to job update" },
    {},
    { kind: "not needed" },
  ],
  [
    "a job that is stopped while its node drains",
    {
      desiredStatus: "stop",
      desiredDescription: "alloc not needed due to job update",
      migrate: true,
    },
    draining,
    { kind: "not needed" },
  ],
  [
    "a stop in words that no Nomad version had so far",
    { desiredStatus: "stop", desiredDescription: "alloc is on holiday" },
    draining,
    { kind: "not needed" },
  ],
  ["a restart of the task by its client", {}, {}, { kind: "client" }],
  [
    "a drain that has marked the allocation, and not stopped it yet",
    { migrate: true },
    draining,
    { kind: "client" },
  ],
];

for (const [name, allocation, node, expected] of causes) {
  Deno.test(`the cause of a stop: ${name}`, () => {
    assertEquals(stopCauseOf(allocationWith(allocation), nodeWith(node)), expected);
  });
}

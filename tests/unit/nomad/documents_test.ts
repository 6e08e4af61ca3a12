import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  agentOf,
  allocationOf,
  allocationStubsOf,
  evaluationOf,
  nodeOf,
  nodeStubsOf,
} from "../../../src/nomad/documents.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { allocationWith, drainedDocument } from "../../harness/nomad_documents.ts";

Deno.test("an allocation is read as Nomad answers it", () => {
  assertEquals(
    allocationOf(drainedDocument, "GET"),
    allocationWith({
      desiredStatus: "stop",
      desiredDescription: "alloc is being migrated",
      migrate: true,
      nextAllocation: "5d2f7d0c-2b9a-4c55-8f0e-6c1d2e3f4a5b",
    }),
  );
});

Deno.test("an allocation's age shows in its CreateIndex", () => {
  assertEquals(allocationOf({ ...drainedDocument, CreateIndex: 41 }, "GET").createIndex, 41);
  const stub = { ...drainedDocument, JobVersion: 3, CreateIndex: 42 };
  assertEquals(allocationStubsOf([stub], "GET").map(({ createIndex }) => createIndex), [42]);
});

Deno.test("a job's first registration shows in one index of the job and its evaluation", () => {
  const Job = { ...drainedDocument.Job, CreateIndex: 12 };
  assertEquals(allocationOf({ ...drainedDocument, Job }, "GET").jobCreateIndex, 12);
  const evaluation = { TriggeredBy: "job-register", CreateIndex: 12 };
  assertEquals(evaluationOf(evaluation, "GET"), { triggeredBy: "job-register", createIndex: 12 });
});

Deno.test("a stub tells which allocation replaces it", () => {
  const stub = { ...drainedDocument, JobVersion: 3, NextAllocation: "next" };
  assertEquals(allocationStubsOf([stub], "GET").map(({ nextAllocation }) => nextAllocation), [
    "next",
  ]);
});

Deno.test("DesiredTransition and Job may be absent or null", () => {
  const read = allocationOf(
    { ...drainedDocument, DesiredTransition: null, Job: undefined },
    "GET",
  );
  assertEquals(read.migrate, false);
  assertEquals(read.jobVersion, undefined);
});

Deno.test("a document without what Nomad always tells is unusable", async (t) => {
  const { NodeID: _, ...without } = drainedDocument;
  const cases: [string, unknown][] = [
    ["no NodeID", without],
    ["a list", [drainedDocument]],
    ["null", null],
    ["a text", "alloc"],
    ["a NodeID of another type", { ...drainedDocument, NodeID: 7 }],
  ];
  for (const [name, document] of cases) {
    await t.step(name, () => {
      const error = assertThrows(() => allocationOf(document, "GET"), NomadError);
      assertEquals(error.kind, "unusable");
    });
  }
});

Deno.test("a node drains while it has a drain strategy", () => {
  const node = { ID: "node-a", Status: "ready" };
  assertEquals(nodeOf({ ...node, DrainStrategy: null }, "GET").draining, false);
  assertEquals(nodeOf({ ...node, DrainStrategy: { Deadline: 1 } }, "GET").draining, true);
  assertEquals(nodeOf({ ...node, Drain: true }, "GET").draining, true);
});

Deno.test("a node is drained from the end of its drain until it is eligible again", () => {
  const drained = (document: Record<string, unknown>) =>
    nodeOf({ ID: "node-a", Status: "ready", ...document }, "GET").drained;
  const ineligible = { SchedulingEligibility: "ineligible" };
  assertEquals(drained({ ...ineligible, LastDrain: { Status: "complete" } }), true);
  assertEquals(drained({ ...ineligible, LastDrain: { Status: "canceled" } }), false);
  assertEquals(drained({ ...ineligible, LastDrain: { Status: "draining" } }), false);
  assertEquals(drained({ ...ineligible, LastDrain: null }), false);
  assertEquals(
    drained({ SchedulingEligibility: "eligible", LastDrain: { Status: "complete" } }),
    false,
  );
});

Deno.test("a node's first missed heartbeat is told by its events since its last contact", () => {
  const event = (Message: string, minute: number) => ({
    Message,
    Timestamp: `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z`,
  });
  const missed = (minute: number) => event("Node heartbeat missed", minute);
  const drained = event("Node drain strategy set", 9);
  const since = (...Events: unknown[]) =>
    nodeOf({ ID: "node-a", Status: "down", StatusUpdatedAt: 1_900_000_000, Events }, "GET")
      .missedSince;
  const at = (minute: number) => Date.UTC(2026, 0, 1, 0, minute);
  const registered = event("Node registered", 0);
  assertEquals(since(registered), undefined);
  assertEquals(since(registered, missed(1)), at(1));
  assertEquals(since(registered, missed(1), drained), at(1));
  assertEquals(since(registered, missed(1), missed(2), drained, missed(3)), at(1));
  for (const contact of ["Node re-registered", "Node reregistered by heartbeat"]) {
    assertEquals(since(registered, missed(1), event(contact, 2)), undefined);
    assertEquals(since(registered, missed(1), event(contact, 2), missed(3)), at(3));
  }
  // Nomad keeps ten events.
  assertEquals(since(drained, missed(1)), at(1));
  assertEquals(since(missed(1), missed(2)), undefined);
  for (const Events of [undefined, null, [null], [{ Message: "Node heartbeat missed" }]]) {
    assertEquals(nodeOf({ ID: "node-a", Status: "down", Events }, "GET").missedSince, undefined);
  }
});

Deno.test("a node takes over where its driver's attribute says so", () => {
  const node = { ID: "node-a", Status: "ready" };
  assertEquals(nodeOf(node, "GET").takesOver, false);
  const on = { "driver.ecs": "1", "driver.ecs.handover": "on" };
  assertEquals(nodeOf({ ...node, Attributes: on }, "GET").takesOver, true);
  const off = { "driver.ecs.handover": "off: the token may not read allocations" };
  assertEquals(nodeOf({ ...node, Attributes: off }, "GET").takesOver, false);
});

Deno.test("a node's driver tells where it runs what names no cluster", () => {
  const placeOf = (Attributes: Readonly<Record<string, unknown>> | null) =>
    nodeOf({ ID: "node-a", Status: "ready", Attributes }, "GET").place;
  const cluster = "driver.ecs.cluster";
  const region = "driver.ecs.region";
  const own = placeOf({ [cluster]: "demo", [region]: "us-east-1" });
  assertEquals(placeOf({ [region]: "us-east-1", [cluster]: "demo", "driver.ecs": "1" }), own);
  for (const other of [["second", "us-east-1"], ["demo", "eu-west-1"], ["demo", ""]] as const) {
    assertNotEquals(placeOf({ [cluster]: other[0], [region]: other[1] }), own);
  }
  for (const none of [null, {}, { [cluster]: "demo" }]) assertEquals(placeOf(none), undefined);
});

Deno.test("the list of nodes is read by id and status", () => {
  const list = [{ ID: "node-a", Status: "down", Drain: false }];
  assertEquals(nodeStubsOf(list, "GET"), [{ id: "node-a", status: "down" }]);
  for (const value of [null, {}, [{}]]) assertThrows(() => nodeStubsOf(value, "GET"), NomadError);
});

Deno.test("an agent tells its node id where it is a client", () => {
  const config = { Region: "global" };
  assertEquals(
    agentOf({ config, stats: { client: { node_id: "node-a" } } }, "GET"),
    { nodeId: "node-a", region: "global" },
  );
  assertEquals(agentOf({ config, stats: {} }, "GET"), { nodeId: undefined, region: "global" });
});

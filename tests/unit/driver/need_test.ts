import { assertEquals, assertRejects } from "@std/assert";
import { needByTags, needOf, needOnWorkingNode, provenAge } from "../../../src/driver/need.ts";
import type { OthersTask } from "../../../src/lifecycle/lifecycle.ts";
import type { NomadApi } from "../../../src/nomad/api.ts";
import type { Allocation, NomadNode } from "../../../src/nomad/documents.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { allocationWith, nodeWith } from "../../harness/nomad_documents.ts";
import { cluster, ownerOf } from "../../harness/world.ts";

const { signal } = new AbortController();
const task: OthersTask = {
  ref: { arn: "arn", cluster },
  owner: { ...ownerOf("1", "old"), nodeId: "node-a" },
  createdAt: 1_000_000,
  index: "nomad/old/web",
  left: undefined,
};
const ended = { id: "old", desiredStatus: "stop", clientStatus: "complete" };

/** A Nomad with these allocations; those of `hidden` the token may not read. */
function context(allocations: readonly Partial<Allocation>[], hidden: readonly string[] = []) {
  const asked: string[] = [];
  const api = {
    allocation: (id: string) => {
      asked.push(id);
      const found = allocations.find((allocation) => allocation.id === id);
      return Promise.resolve(found === undefined ? "unknown" : allocationWith(found));
    },
    isForgotten: (id: string) => Promise.resolve(!hidden.includes(id)),
    node: () => Promise.resolve(nodeWith({ status: "down", missedSince: 1_000_000 + provenAge })),
  } as unknown as NomadApi;
  return { api, known: new Set(["node-a"]), ours: new Set<string>(), asked };
}

Deno.test("a successor that never came is told by the tags alone, from the time on that they name", () => {
  const left = { ...task, left: { allocId: "new", until: 1_000 } };
  assertEquals(needByTags(left, 1_000), undefined);
  assertEquals(needByTags(left, 1_001)?.kind, "not needed");
  assertEquals(needByTags(task, 1_001), undefined);
});

Deno.test("a task of a node that does not work is not needed once its allocation is over", async () => {
  assertEquals((await needOf(context([ended]), task, signal)).kind, "not needed");
  assertEquals((await needOf(context([]), task, signal)).kind, "not needed");
  const wanted = context([{ id: "old" }]);
  assertEquals((await needOf(wanted, task, signal)).kind, "needed");
});

Deno.test("a task is kept while its successor waits to start", async () => {
  const next = { ...ended, nextAllocation: "new" };
  const waiting = context([next, { id: "new", clientStatus: "pending" }]);
  assertEquals((await needOf(waiting, task, signal)).kind, "needed");
});

Deno.test("a task is kept while the successor of a successor that ended unstarted waits", async () => {
  const next = { ...ended, clientStatus: "lost", nextAllocation: "failed" };
  const failed = { ...ended, id: "failed", clientStatus: "failed", nextAllocation: "new" };
  const left = { ...task, left: { allocId: "failed", until: 0 } };
  const cases: [Partial<Allocation>, string][] = [
    [{ id: "new", clientStatus: "pending" }, "needed"],
    [{ id: "new" }, "not needed"],
    [{ ...ended, id: "new" }, "not needed"],
    // Pointers in a circle, which Nomad does not make, end the walk.
    [{ ...ended, id: "new", nextAllocation: "failed" }, "not needed"],
    [{ id: "forgotten" }, "not needed"],
  ];
  for (const [last, kind] of cases) {
    for (const one of [task, left]) {
      assertEquals((await needOf(context([next, failed, last]), one, signal)).kind, kind);
    }
  }
});

Deno.test("a task is kept while the successor that its tags name waits, also once Nomad has removed its allocation", async () => {
  const left = { ...task, left: { allocId: "new", until: 0 } };
  const waiting = { id: "new", clientStatus: "pending" };
  for (const allocations of [[waiting], [ended, waiting]]) {
    assertEquals((await needOf(context(allocations), left, signal)).kind, "needed");
  }
  for (const allocations of [[], [ended], [ended, { id: "new" }]]) {
    assertEquals((await needOf(context(allocations), left, signal)).kind, "not needed");
  }
});

Deno.test("nothing is proven of an allocation on another node, of another Nomad, or beyond the token", async () => {
  const moved = context([{ ...ended, nodeId: "node-b" }]);
  assertEquals((await needOf(moved, task, signal)).kind, "unproven");
  const foreign = { ...context([]), known: new Set<string>() };
  assertEquals((await needOf(foreign, task, signal)).kind, "unproven");
  assertEquals((await needOf(context([], ["old"]), task, signal)).kind, "unproven");
});

Deno.test("a forgotten allocation is taken as this Nomad's only where its task is older than the node's first miss", async () => {
  const cases: [NomadNode | "unknown", number | undefined, string][] = [
    [nodeWith({ missedSince: 1_000_000 + provenAge }), 1_000_000, "not needed"],
    [nodeWith({ missedSince: 1_000_000 + provenAge }), 1_000_001, "unproven"],
    [nodeWith({ missedSince: 1_000_000 + provenAge }), undefined, "unproven"],
    [nodeWith({ missedSince: undefined }), 1_000_000, "unproven"],
    ["unknown", 1_000_000, "unproven"],
  ];
  for (const [node, createdAt, kind] of cases) {
    const nomad = context([]);
    nomad.api.node = () => Promise.resolve(node);
    for (const ask of [needOf, needOnWorkingNode]) {
      assertEquals((await ask(nomad, { ...task, createdAt }, signal)).kind, kind);
    }
  }
});

Deno.test("a task whose allocation Nomad has shown stays this Nomad's once it is forgotten, also without its node", async () => {
  const nomad = context([ended]);
  await needOf(nomad, task, signal);
  const later = context([]);
  later.api.node = () => Promise.resolve("unknown");
  assertEquals((await needOf(later, task, signal)).kind, "unproven");
  assertEquals((await needOf({ ...later, ours: nomad.ours }, task, signal)).kind, "not needed");
});

Deno.test("an error of Nomad is its caller's to judge", async () => {
  const failing = context([]);
  failing.api.allocation = () =>
    Promise.reject(new NomadError("unreachable", "GET /v1/allocation/old", "no answer"));
  await assertRejects(() => needOf(failing, task, signal), NomadError);
});

Deno.test("on a node that works a task is not needed only once each client has told its allocation's end", async () => {
  const next = { ...ended, nextAllocation: "new" };
  const kinds: [Partial<Allocation>[], string][] = [
    [[ended], "not needed"],
    [[], "not needed"],
    [[{ ...ended, clientStatus: "running" }], "unproven"],
    [[next, { id: "new" }], "unproven"],
    [[next, { ...ended, id: "new" }], "not needed"],
    [[next, { ...next, id: "new", nextAllocation: "newest" }, { id: "newest" }], "unproven"],
    [[{ id: "old" }], "needed"],
  ];
  for (const [allocations, kind] of kinds) {
    assertEquals((await needOnWorkingNode(context(allocations), task, signal)).kind, kind);
  }
});

Deno.test("on a node that works a task that was left to an allocation waits for that one's end too", async () => {
  const left = { ...task, left: { allocId: "new", until: 0 } };
  const kindOf = async (allocations: Partial<Allocation>[], hidden: string[] = []) =>
    (await needOnWorkingNode(context(allocations, hidden), left, signal)).kind;
  assertEquals(await kindOf([ended, { id: "new" }]), "unproven");
  assertEquals(await kindOf([ended, { ...ended, id: "new" }]), "not needed");
  assertEquals(await kindOf([ended]), "not needed");
  assertEquals(await kindOf([ended], ["new"]), "unproven");
  assertEquals(await kindOf([], ["old"]), "unproven");
});

Deno.test("Nomad is asked about each allocation once, whatever decides", async () => {
  const next = { ...ended, nextAllocation: "new" };
  const nomad = context([next, { ...ended, id: "new" }]);
  assertEquals((await needOnWorkingNode(nomad, task, signal)).kind, "not needed");
  assertEquals(nomad.asked, ["old", "new"]);
});

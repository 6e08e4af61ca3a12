import { assertEquals, assertRejects } from "@std/assert";
import {
  askedByName,
  leaveOrStop,
  type LeaveVerdict,
  longestChain,
  type PredecessorsAnswer,
  predecessorsOf,
} from "../../../src/driver/hand_over.ts";
import type { Predecessor } from "../../../src/lifecycle/lifecycle.ts";
import type { NomadApi } from "../../../src/nomad/api.ts";
import type { Allocation, NomadNode } from "../../../src/nomad/documents.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { allocationWith, nodeWith } from "../../harness/nomad_documents.ts";

const never = new AbortController().signal;
const old = { allocId: "old", namespace: "default", nodeId: "node-a" };

/** Nomad's API over documents; counts what is asked. */
function apiOf(
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
      return Promise.resolve(triggeredBy === undefined ? "unknown" : { triggeredBy });
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

const drained = allocationWith({
  id: "old",
  desiredStatus: "stop",
  desiredDescription: "alloc is being migrated",
  migrate: true,
  nextAllocation: "new",
});
const replacement = allocationWith({
  id: "new",
  nodeId: "node-b",
  clientStatus: "pending",
  previousAllocation: "old",
});
const draining = [nodeWith({ draining: true }), nodeWith({ id: "node-b" })];

const drainEnded = [nodeWith({ drained: true }), nodeWith({ id: "node-b" })];

const leaving: [string, Allocation[], NomadNode[], LeaveVerdict][] = [
  [
    "a drain leaves the ECS task to a replacement of the same job version",
    [drained, replacement],
    draining,
    { kind: "leave", to: "new" },
  ],
  [
    "a replacement of another job version is no taker",
    [drained, { ...replacement, jobVersion: 4 }],
    draining,
    { kind: "stop" },
  ],
  [
    "a replacement that is stopped already is no taker",
    [drained, { ...replacement, desiredStatus: "stop" }],
    draining,
    { kind: "stop" },
  ],
  [
    "a replacement that has failed is no taker",
    [drained, { ...replacement, clientStatus: "failed" }],
    draining,
    { kind: "stop" },
  ],
  [
    "a replacement on a node whose driver takes nothing over is no taker",
    [drained, replacement],
    [nodeWith({ draining: true }), nodeWith({ id: "node-b", takesOver: false })],
    { kind: "stop" },
  ],
  ["a replacement that the token may not read is no taker", [drained], draining, { kind: "stop" }],
  [
    "a drain without a place to go stops the ECS task",
    [{ ...drained, nextAllocation: undefined }],
    draining,
    { kind: "stop" },
  ],
  ["nomad alloc stop stops the ECS task", [drained, replacement], [nodeWith()], { kind: "stop" }],
  [
    "a drain that is forced, or at its deadline, leaves the ECS task to what the drain has placed",
    [drained, { ...replacement, evalId: "e-drain" }],
    drainEnded,
    { kind: "leave", to: "new" },
  ],
  [
    "nomad alloc stop right after a drain stops the ECS task",
    [drained, { ...replacement, evalId: "e-stop" }],
    drainEnded,
    { kind: "stop" },
  ],
  [
    "a replacement after a drain whose evaluation Nomad has forgotten is no taker",
    [drained, { ...replacement, evalId: "gone" }],
    drainEnded,
    { kind: "stop" },
  ],
  [
    "a drain that placed a replacement is none any more once its node is eligible",
    [drained, { ...replacement, evalId: "e-drain" }],
    [nodeWith(), nodeWith({ id: "node-b" })],
    { kind: "stop" },
  ],
  ["an allocation that Nomad does not show is stopped", [], draining, { kind: "stop" }],
  ["a node that Nomad does not show is no drain", [drained, replacement], [], { kind: "stop" }],
  [
    "a job that ends is stopped, drain or not",
    [{ ...drained, desiredDescription: "alloc not needed due to job update" }, replacement],
    draining,
    { kind: "stop" },
  ],
];

for (const [name, allocations, nodes, expected] of leaving) {
  Deno.test(name, async () => {
    assertEquals(await leaveOrStop(apiOf(allocations, nodes).api, old, never), expected);
  });
}

const over = { desiredStatus: "stop", clientStatus: "complete" };
const own = { allocId: "c", namespace: "default", nodeId: "node-c" };
const c = allocationWith({ id: "c", previousAllocation: "b", clientStatus: "pending" });
const b = allocationWith({ id: "b", previousAllocation: "a", ...over });
const a = allocationWith({ id: "a", ...over });

const whole = (...chain: Predecessor[]) => ({ chain, complete: true, certain: true });
const cut = (...chain: Predecessor[]) => ({ chain, complete: false, certain: true });

const chains: [string, Allocation[], PredecessorsAnswer][] = [
  ["a first allocation has no predecessor", [{ ...c, previousAllocation: undefined }], whole()],
  [
    "an allocation that was placed late replaces those of its name that Nomad does not want, the newest first",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "z", clientStatus: "lost", createIndex: 7 },
      { ...a, id: "y", clientStatus: "lost", createIndex: 9, jobVersion: 2 },
      { ...a, id: "x", clientStatus: "lost", name: "web.group[1]" },
      { ...a, id: "w" },
      { ...a, id: "v", clientStatus: "unknown", desiredStatus: "run" },
    ],
    cut(
      { allocId: "y", runs: "other", lost: true },
      { allocId: "z", runs: "same", lost: true },
      { allocId: "w", runs: "same", lost: false },
    ),
  ],
  [
    "an allocation that was placed late replaces forgotten ones too, which those of its name tell",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "z", createIndex: 9, previousAllocation: "forgotten" },
      { ...a, id: "y", createIndex: 7, previousAllocation: "wanted" },
      { ...a, id: "x", createIndex: 5, previousAllocation: "forgotten" },
      { ...a, id: "wanted", clientStatus: "running", desiredStatus: "run" },
    ],
    cut(
      { allocId: "z", runs: "same", lost: false },
      { allocId: "forgotten", runs: "other", lost: false },
      { allocId: "y", runs: "same", lost: false },
      { allocId: "x", runs: "same", lost: false },
    ),
  ],
  [
    "a chain that ends at a forgotten allocation goes on with what those of its name replace",
    [c, { ...a, id: "z", previousAllocation: "forgotten" }],
    cut(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "z", runs: "same", lost: false },
      { allocId: "forgotten", runs: "other", lost: false },
    ),
  ],
  [
    "an allocation that was placed late, and replaces none, has no predecessor",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "w", name: "web.group[1]" },
    ],
    whole(),
  ],
  [
    "an allocation that users have asked for has no predecessor",
    [
      { ...c, previousAllocation: undefined, evalId: "e-new" },
      { ...a, id: "z", clientStatus: "lost" },
    ],
    whole(),
  ],
  [
    "an allocation may replace lost ones whose evaluation Nomad has forgotten",
    [
      { ...c, previousAllocation: undefined, evalId: "gone" },
      { ...a, id: "z", clientStatus: "lost" },
    ],
    cut({ allocId: "z", runs: "same", lost: true }),
  ],
  [
    "a chain that ends at an allocation which was placed late goes on with those of the name",
    [c, { ...b, evalId: "e-new" }, { ...a, evalId: "e-later" }, { ...a, id: "z" }],
    cut(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "same", lost: false },
      { allocId: "z", runs: "same", lost: false },
    ),
  ],
  [
    "a chain that ends at an allocation which users have asked for reaches the first one",
    [c, b, { ...a, evalId: "e-new" }],
    whole(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "same", lost: false },
    ),
  ],
  [
    "the chain goes back to the first allocation, whose name an ECS task keeps for ever",
    [c, b, a],
    whole(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "same", lost: false },
    ),
  ],
  [
    "a lost client's allocation is told as such",
    [c, { ...b, clientStatus: "lost", previousAllocation: undefined }],
    whole({ allocId: "b", runs: "same", lost: true }),
  ],
  [
    "another version of the job is another task",
    [c, { ...b, jobVersion: 2, previousAllocation: undefined }],
    whole({ allocId: "b", runs: "other", lost: false }),
  ],
  [
    "an allocation that Nomad has forgotten ends the chain, and may not be the same",
    [c, b],
    cut(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "other", lost: false },
    ),
  ],
  [
    "what is known beyond a forgotten one has the same name, and is not to run",
    [
      c,
      { ...a, id: "z", jobVersion: 2 },
      { ...a, id: "y", name: "web.group[1]" },
      { ...a, id: "x", desiredStatus: "run", clientStatus: "running" },
      { ...a, id: "w", jobId: "api" },
    ],
    cut(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "z", runs: "other", lost: false },
    ),
  ],
  [
    "what is known beyond a forgotten one comes newest first",
    [c, { ...a, id: "z", createIndex: 7 }, { ...a, id: "y", createIndex: 9 }],
    cut(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "y", runs: "same", lost: false },
      { allocId: "z", runs: "same", lost: false },
    ),
  ],
  [
    "an allocation that is still being stopped is a predecessor: the one after it never started",
    [c, { ...b, jobVersion: 2 }, { ...a, clientStatus: "running" }],
    whole(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "a", runs: "same", lost: false },
    ),
  ],
  [
    "a disconnected client's allocation that Nomad wants no more is a predecessor",
    [c, { ...b, clientStatus: "unknown", previousAllocation: undefined }],
    whole({ allocId: "b", runs: "same", lost: false }),
  ],
  [
    "a disconnected client's allocation runs beside, and ends the chain",
    [c, { ...b, clientStatus: "unknown", desiredStatus: "run" }, a],
    whole(),
  ],
  [
    "a server that shows the nearest predecessor as running and wanted is behind",
    [c, { ...b, clientStatus: "running", desiredStatus: "run" }, a],
    { chain: [], complete: false, certain: false },
  ],
  [
    "a disconnected client's allocation that came back before its replacement ended stays",
    [c, b, { ...a, clientStatus: "running", desiredStatus: "run" }],
    whole({ allocId: "b", runs: "same", lost: false }),
  ],
];

for (const [name, allocations, expected] of chains) {
  Deno.test(name, async () => {
    assertEquals(await predecessorsOf(apiOf(allocations).api, own, never), expected);
  });
}

Deno.test("an allocation that the token may not read is no answer", async () => {
  await assertRejects(() => predecessorsOf(apiOf([]).api, own, never), NomadError, "does not show");
});

Deno.test("a chain in a circle ends", async () => {
  const circle = [c, { ...b, previousAllocation: "b" }];
  const { api, asked } = apiOf(circle);
  const found = await predecessorsOf(api, own, never);
  assertEquals([found.chain.length, found.complete], [
    longestChain,
    false,
  ]);
  assertEquals(asked.length, longestChain + 1);
});

Deno.test("of many allocations of one name, the newest are asked whom they replace", async () => {
  const own = { ...c, previousAllocation: undefined, evalId: "e-later" };
  const others = Array.from({ length: askedByName + 5 }, (_, index) => ({
    ...a,
    id: `other-${index}`,
    createIndex: index,
  }));
  const { api, asked } = apiOf([own, ...others]);
  const { chain } = await predecessorsOf(api, { ...old, allocId: own.id }, never);
  assertEquals(chain.length, others.length);
  const newest = others.slice(5).map(({ id }) => id).toReversed();
  assertEquals(asked, [own.id, ...newest]);
});

Deno.test("an API that does not answer decides nothing", async () => {
  const error = new NomadError("unreachable", "GET /v1/allocation/old", "no answer");
  const { api } = apiOf([drained, replacement], draining);
  const failing: NomadApi = { ...api, allocation: () => Promise.reject(error) };
  await assertRejects(() => leaveOrStop(failing, old, never), NomadError);
  await assertRejects(() => predecessorsOf(failing, own, never), NomadError);
});

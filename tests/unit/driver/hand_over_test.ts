import { assertEquals, assertRejects } from "@std/assert";
import { leaveOrStop, type LeaveVerdict } from "../../../src/driver/hand_over.ts";
import type { NomadApi } from "../../../src/nomad/api.ts";
import type { Allocation, NomadNode } from "../../../src/nomad/documents.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { allocationWith, apiOf, nodeWith } from "../../harness/nomad_documents.ts";

const never = new AbortController().signal;
const old = { allocId: "old", namespace: "default", nodeId: "node-a" };

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
  [
    "a replacement on a node with another default cluster is no taker",
    [drained, replacement],
    [nodeWith({ draining: true }), nodeWith({ id: "node-b", place: "second" })],
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

Deno.test("an API that does not answer decides nothing", async () => {
  const error = new NomadError("unreachable", "GET /v1/allocation/old", "no answer");
  const { api } = apiOf([drained, replacement], draining);
  const failing: NomadApi = { ...api, allocation: () => Promise.reject(error) };
  await assertRejects(() => leaveOrStop(failing, old, never), NomadError);
});

Deno.test("a task whose node nobody told is stopped, without a question", async () => {
  const { api, asked } = apiOf([drained, replacement], draining);
  assertEquals(await leaveOrStop(api, { ...old, nodeId: "" }, never), { kind: "stop" });
  assertEquals(asked, []);
});

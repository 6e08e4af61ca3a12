import { assertEquals, assertStringIncludes } from "@std/assert";
import type { TaskRow } from "../../../src/cli/tasks.ts";
import { leftTags } from "../../../src/lifecycle/ownership/tags.ts";
import { over, ownedTask, rowsOf, running, type Stage, withStage } from "../../harness/tool.ts";

const cases: Record<string, {
  change: (stage: Stage) => void;
  left?: { allocId: string; until: number };
  orphan: TaskRow["orphan"];
  why: string;
  /** The exit status of the command. */
  status?: number;
}> = {
  "an orphan where its node is down and its allocation is over": {
    change: ({ nomad }) => nomad.nodes.set("node-a", "down").size,
    orphan: "yes",
    why: "its allocation is over (complete)",
  },
  "an orphan where its node works and the client has told the allocation's end": {
    change: () => {},
    orphan: "yes",
    why: "its allocation is over (complete)",
  },
  "an orphan where Nomad has removed its allocation": {
    change: ({ nomad }) => {
      nomad.nodes.set("node-a", "down");
      nomad.allocations.delete("alloc-1");
    },
    orphan: "yes",
    why: "Nomad has removed its allocation",
  },
  "unknown where it was started after Nomad last heard of its node, and Nomad does not know its allocation":
    {
      change: ({ nomad }) => {
        nomad.nodes.set("node-a", "down");
        nomad.missedSince = "2020-01-02T00:00:00Z";
        nomad.allocations.delete("alloc-1");
      },
      orphan: "unknown",
      why: "Nomad has removed its allocation, or never had it",
    },
  "unknown where its node works, and Nomad does not know its allocation": {
    change: ({ nomad }) => nomad.allocations.delete("alloc-1"),
    orphan: "unknown",
    why: "Nomad has removed its allocation, or never had it",
  },
  "an orphan where its successor never came": {
    change: ({ nomad }) => nomad.nodes.set("node-a", "down").size,
    left: { allocId: "alloc-2", until: 1_000 },
    orphan: "yes",
    why: "its allocation is over (complete), and allocation alloc-2 has not taken it over",
  },
  "no orphan while the successor that its tags name waits, however late this host's clock says it is":
    {
      change: ({ nomad }) => {
        nomad.nodes.set("node-a", "down");
        nomad.allocations.set("alloc-2", { ...running, ClientStatus: "pending" });
      },
      left: { allocId: "alloc-2", until: 1_000 },
      orphan: "no",
      why: "allocation alloc-2 waits to take it over",
    },
  "no orphan while its successor waits to start": {
    change: ({ nomad }) => {
      nomad.nodes.set("node-a", "down");
      nomad.allocations.set("alloc-1", { ...over, NextAllocation: "alloc-2" });
      nomad.allocations.set("alloc-2", { ...running, ClientStatus: "pending" });
    },
    orphan: "no",
    why: "allocation alloc-2 waits to take it over",
  },
  "unknown while the client has not told the allocation's end": {
    change: ({ nomad }) =>
      nomad.allocations.set("alloc-1", { ...over, ClientStatus: "running" }).size,
    orphan: "unknown",
    why: "the client of allocation alloc-1 has not told its end (running)",
  },
  "unknown while its allocation's successor may hold it": {
    change: ({ nomad }) => {
      nomad.allocations.set("alloc-1", { ...over, NextAllocation: "alloc-2" });
      nomad.allocations.set("alloc-2", running);
    },
    orphan: "unknown",
    why: "the client of allocation alloc-2 has not told its end (running)",
  },
  "unknown where its node is not this Nomad's": {
    change: ({ nomad }) => {
      nomad.nodes.clear();
      nomad.allocations.clear();
    },
    orphan: "unknown",
    why: "this Nomad does not know its node node-a",
  },
  "unknown where another Nomad's node has left it to a successor that never came": {
    change: ({ nomad }) => {
      nomad.nodes.clear();
      nomad.allocations.clear();
    },
    left: { allocId: "alloc-2", until: 1_000 },
    orphan: "unknown",
    why: "this Nomad does not know its node node-a",
  },
  "unknown where the token may not list the namespace": {
    change: ({ nomad }) => {
      nomad.answer = ({ url }) =>
        url.includes("/v1/nodes")
          ? undefined
          : url.includes("/v1/allocation/")
          ? new Response("alloc not found", { status: 404 })
          : new Response("Permission denied", { status: 403 });
    },
    orphan: "unknown",
    why: "Permission denied",
  },
  "unknown where Nomad does not answer": {
    change: ({ nomad }) => nomad.answer = () => new Response("no leader", { status: 500 }),
    orphan: "unknown",
    why: "no leader",
    status: 3,
  },
};

for (const [name, { change, left, orphan, why, status }] of Object.entries(cases)) {
  Deno.test(`a task is ${name}`, async () => {
    await withStage(async (stage) => {
      stage.nomad.nodes.set("node-a", "ready");
      stage.nomad.allocations.set("alloc-1", over);
      change(stage);
      ownedTask(stage, "alloc-1", "node-a", left === undefined ? [] : leftTags(left));
      const row = (await rowsOf(stage, true, status)).get("alloc-1");
      assertEquals(row?.orphan, orphan);
      assertStringIncludes(row?.why ?? "", why);
    });
  });
}

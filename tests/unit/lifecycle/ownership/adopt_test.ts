import type { Tag } from "@aws-sdk/client-ecs";
import type { DescribedTask } from "../../../../src/lifecycle/ownership/cluster_tasks.ts";
import { assertEquals } from "@std/assert";
import {
  adoptionOf,
  type Predecessor,
  type Predecessors,
} from "../../../../src/lifecycle/ownership/adopt.ts";
import { leftTags, ownerTags } from "../../../../src/lifecycle/ownership/tags.ts";
import { ownerOf } from "../../../harness/world.ts";

const owner = ownerOf("1", "new");
const until = Date.UTC(2026, 0, 1);

function task(arn: string, allocId: string, more: Tag[] = [], name = "main"): DescribedTask {
  const tags = ownerTags({ ...ownerOf("1", allocId), name }, "0.0.0");
  return { taskArn: arn, tags: [...tags, ...more], createdAt: new Date(arn.length) };
}
const left = (to: string) => leftTags({ allocId: to, until });
const chain = (...predecessors: Predecessor[]): Predecessors => ({
  chain: predecessors,
  complete: true,
});
const same: Predecessor = { allocId: "old", runs: "same", lost: false };
const lost: Predecessor = { ...same, lost: true };
const other: Predecessor = { ...same, runs: "other" };

const cases: [string, DescribedTask[], Predecessors, { take?: string; stop?: string[] }][] = [
  ["what was left to the allocation", [task("a", "old", left("new"))], chain(same), { take: "a" }],
  [
    "what was left to it, while Nomad does not answer",
    [task("a", "old", left("new"))],
    { chain: [], complete: false },
    { take: "a" },
  ],
  ["a lost client's", [task("a", "old")], chain(lost), { take: "a" }],
  [
    "what was left to a predecessor that never took it",
    [task("a", "first", left("old"))],
    chain(same, { ...same, allocId: "first" }),
    { take: "a" },
  ],
  [
    "what was left to a predecessor, by one that Nomad has forgotten",
    [task("a", "forgotten", left("old"))],
    chain(same),
    { take: "a" },
  ],
  [
    "nothing that was left to another allocation, which waits for it",
    [task("a", "old", left("somebody"))],
    chain(lost),
    {},
  ],
  [
    "what was left to another allocation that did not take it in time",
    [task("a", "old", leftTags({ allocId: "somebody", until: until - 1_000 }))],
    chain(lost),
    { take: "a" },
  ],
  [
    "nothing that was left to a predecessor of another version",
    [task("a", "forgotten", left("old"))],
    chain(other),
    { stop: ["a"] },
  ],
  ["its own, whose tags have moved already", [task("a", "new")], chain(), { take: "a" }],
  ["of two, the older", [task("bb", "old"), task("a", "old")], chain(lost), {
    take: "a",
    stop: ["bb"],
  }],
  [
    "of two, the one that was left to it, and not an older one that a predecessor did not take",
    [task("a", "first", left("middle")), task("bb", "last", left("new"))],
    chain({ ...same, allocId: "last" }, { ...same, allocId: "middle" }, {
      ...same,
      allocId: "first",
    }),
    { take: "bb", stop: ["a"] },
  ],
  [
    "of two, the one that the nearest predecessor ran on a lost client, and not the one left to that",
    [task("a", "first", left("last")), task("bb", "last")],
    chain({ ...lost, allocId: "last" }, { ...same, allocId: "first" }),
    { take: "bb", stop: ["a"] },
  ],
  [
    "of two of lost clients, the one of the nearer predecessor",
    [task("a", "first"), task("bb", "last")],
    chain({ ...lost, allocId: "last" }, { ...lost, allocId: "first" }),
    { take: "bb", stop: ["a"] },
  ],
  [
    "of two, the one that is its own by its tags",
    [task("a", "old", left("new")), task("bb", "new")],
    chain(same),
    { take: "bb", stop: ["a"] },
  ],
  ["nothing of another job version", [task("a", "old")], chain({ ...other, lost: true }), {
    stop: ["a"],
  }],
  ["nothing that was left to nobody", [task("a", "old")], chain(same), { stop: ["a"] }],
  ["nothing of an allocation that is no predecessor", [task("a", "else")], chain(lost), {}],
  [
    "nothing of another task of the group",
    [task("a", "old", left("new"), "sidecar")],
    chain(same),
    {},
  ],
  ["nothing of a predecessor, while Nomad does not answer", [task("a", "old")], {
    chain: [],
    complete: false,
  }, {}],
];

for (const [name, found, predecessors, expected] of cases) {
  Deno.test(`a new allocation takes over ${name}`, () => {
    const { take, stop } = adoptionOf(found, owner, predecessors, until);
    assertEquals(take?.taskArn, expected.take);
    assertEquals(stop.map(({ taskArn }) => taskArn), expected.stop ?? []);
  });
}

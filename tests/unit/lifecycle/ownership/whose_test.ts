import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EcsError } from "../../../../src/aws/error.ts";
import { ownerInTags, ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { taggedIndex } from "../../../../src/lifecycle/ownership/tags.ts";
import { isDriversTask, whose } from "../../../../src/lifecycle/ownership/whose.ts";
import type { TaskIdentity } from "../../../../src/lifecycle/task_identity.ts";
import { ownerOf } from "../../../harness/world.ts";

const owner = ownerOf();
const other = ownerOf("22222222", "5d3f2a10-1c2b-4a3d-9e8f-7a6b5c4d3e2f");
const tagsOf = (task: TaskIdentity) => ownerTags(task, "0.0.0");
const judge = (by: string | undefined, tags: ReturnType<typeof tagsOf>, claimant = owner) =>
  whose({ startedBy: by, tags }, { owner: claimant, index: startedBy(claimant) }, "DescribeTasks");

const cases: [
  what: string,
  expected: string,
  by: string | undefined,
  tags: ReturnType<typeof tagsOf>,
][] = [
  ["that was started for the allocation", "own", startedBy(owner), tagsOf(owner)],
  ["without tags that was started for the allocation", "own", startedBy(owner), []],
  ["that was handed over to the allocation", "own", startedBy(other), tagsOf(owner)],
  ["whose tags have yet to follow", "another allocation's", startedBy(other), tagsOf(other)],
  ["that was taken over from it", "another allocation's", startedBy(owner), tagsOf(other)],
  ["without tags of another allocation", "another allocation's", startedBy(other), []],
  ["of the Go driver", "another allocation's", "nomad-ecs-driver", []],
  ["of the Go driver that was claimed", "own", "nomad-ecs-driver", tagsOf(owner)],
  ["of an ECS service", "foreign", "ecs-svc/1234567890123456789", []],
  ["of a service whose definition brought our tags", "foreign", "ecs-svc/1", tagsOf(owner)],
  ["that somebody ran by hand", "foreign", undefined, []],
  ["of another task of the group", "foreign", `nomad/${owner.allocId}/sidecar`, []],
  ["of another job", "foreign", startedBy(other), tagsOf({ ...other, jobId: "another" })],
  ["of another group", "foreign", startedBy(other), tagsOf({ ...other, group: "another" })],
  ["of another namespace", "foreign", startedBy(other), tagsOf({ ...other, namespace: "x" })],
];
for (const [what, expected, by, tags] of cases) {
  Deno.test(`a task ${what} is ${expected}`, () => assertEquals(judge(by, tags), expected));
}

const useless: [
  what: string,
  by: string | undefined,
  tags: ReturnType<typeof tagsOf> | undefined,
][] = [
  ["does not tell who started a task with our tags", undefined, tagsOf(owner)],
  ["does not tell the tags of a task that we started", startedBy(owner), undefined],
  ["contradicts itself", startedBy(owner), tagsOf({ ...owner, jobId: "another" })],
];
for (const [what, by, tags] of useless) {
  Deno.test(`a description that ${what} is to be asked for again`, () => {
    const described = { startedBy: by, tags };
    const claimant = { owner, index: startedBy(owner) };
    const error = assertThrows(() => whose(described, claimant, "DescribeTasks"), EcsError);
    assertEquals(error.kind, "unavailable");
  });
}

Deno.test("a task is its allocation's whatever it and its job are called, also as an orphan", () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
  fc.assert(fc.property(fc.uuid(), fc.uuid(), name, name, (first, allocId, name, jobId) => {
    const task = { ...owner, allocId, name, jobId };
    const by = startedBy({ ...task, allocId: first });
    const tags = tagsOf(task);
    assertEquals(judge(by, tags, task), "own");
    const orphan = { owner: ownerInTags(tags), index: taggedIndex(tags, by) };
    assertEquals(whose({ startedBy: by, tags }, orphan, "DescribeTasks"), "own");
  }));
});

Deno.test("a driver's task is told by its startedBy alone", () => {
  assert(isDriversTask(startedBy(owner)) && isDriversTask("nomad-ecs-driver"));
  assert(!isDriversTask(undefined) && !isDriversTask("ecs-svc/1") && !isDriversTask("nomad/x"));
});

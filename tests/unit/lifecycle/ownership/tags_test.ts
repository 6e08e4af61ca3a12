import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  clientToken,
  leftTags,
  leftTo,
  ownerInTags,
  ownerTags,
  shownTo,
  startedBy,
  taggedIndex,
  taggedOwner,
  tagValue,
  takingTags,
} from "../../../../src/lifecycle/ownership/tags.ts";
import { userTagLimit } from "../../../../src/config/task_and_plugin_fields.ts";
import { ownerOf } from "../../../harness/world.ts";

Deno.test("startedBy is what ECS takes, and tells any two tasks apart", () => {
  const index = fc.record({
    allocId: fc.uuid(),
    name: fc.string({ unit: "binary", minLength: 1 }),
  });
  fc.assert(fc.property(index, index, (one, other) => {
    assert(/^[A-Za-z0-9_/-]{1,128}$/.test(startedBy(one)), startedBy(one));
    const same = one.allocId === other.allocId && one.name === other.name;
    assertEquals(startedBy(one) === startedBy(other), same);
  }));
});

Deno.test("a start looks for a task that was handed over where its tags and startedBy say", () => {
  const task = fc.string({ unit: "binary", minLength: 1 });
  fc.assert(fc.property(fc.uuid(), fc.uuid(), task, (first, allocId, task) => {
    const tags = ownerTags({ ...ownerOf(), allocId, name: task }, "0.0.0");
    assertEquals(
      taggedIndex(tags, startedBy({ allocId: first, name: task })),
      startedBy({ allocId, name: task }),
    );
  }));
});

Deno.test("a task without tags, or with a startedBy that no driver wrote, has an index all the same", () => {
  const owner = ownerOf();
  assertEquals(taggedIndex([], startedBy(owner)), startedBy(owner));
  assertEquals(taggedIndex(ownerTags(owner, "0.0.0"), "somebody"), startedBy(owner));
  assertEquals(taggedIndex(ownerTags(owner, "0.0.0"), undefined), startedBy(owner));
});

Deno.test("one run has one client token, and the next run another", () => {
  assertEquals(clientToken("a/b/1"), clientToken("a/b/1"));
  assertNotEquals(clientToken("a/b/1"), clientToken("a/b/2"));
  assert(/^[!-~]{1,64}$/.test(clientToken("a/b/1")));
});

Deno.test("tags are what AWS takes, whatever the job is called", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert(/^[\p{L}\p{N}\p{Z}+\-=._:/@]{0,256}$/u.test(tagValue(text)));
  }));
});

Deno.test("the owner that tags name is the one they were made from", () => {
  const owner = ownerOf();
  assertEquals(taggedOwner(ownerTags(owner, "0.0.0", ["aaaaaaaa", "bbbbbbbb"])), {
    nodeId: owner.nodeId,
    allocId: owner.allocId,
    task: owner.name,
    previous: ["aaaaaaaa", "bbbbbbbb"],
  });
  assertEquals(ownerInTags(ownerTags(owner, "0.0.0")), { ...owner, id: `${owner.allocId}/main` });
});

Deno.test("a task that was handed over and left again has room for its user's tags", () => {
  const left = leftTags({ allocId: "new", until: 0 });
  const first = [...ownerTags(ownerOf("1", "old"), "0.0.0"), ...left];
  const taken = takingTags(first, ownerOf("1", "new"), "0.0.0");
  const keys = new Set([...first, ...taken, ...left].map(({ key }) => key));
  // AWS takes 50 tags of a task.
  assertEquals(keys.size + userTagLimit <= 50, true, String(keys.size));
});

Deno.test("how far logs were shown is told to the allocation that a task is left to, and to no other", () => {
  const tags = leftTags({ allocId: "new", until: 1_767_225_600_000, shown: "17672256100000002" });
  assertEquals(shownTo(tags, "new"), "17672256100000002");
  assertEquals(leftTo(tags), { allocId: "new", until: 1_767_225_600_000 });
  assertEquals(shownTo(tags, "later"), undefined);
  const taken = [...tags, ...ownerTags(ownerOf("1", "new"), "0.0.0")];
  assertEquals(shownTo(taken, "new"), undefined);
  assertEquals(shownTo(leftTags({ allocId: "new", until: 1_000 }), "new"), undefined);
});

Deno.test("a driver that knows nothing of logs reads until when a task is left", () => {
  const tags = leftTags({ allocId: "new", until: 1_767_225_600_000, shown: "9".repeat(238) });
  const value = tags.find(({ key }) => key === "nomad:left_until")?.value ?? "";
  assert(value.length <= 256);
  assert(Math.abs(Number(value) - 1_767_225_600) <= 1, value);
});

import type { Task } from "@aws-sdk/client-ecs";
import { assertEquals } from "@std/assert";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import { findOthers } from "../../../../src/lifecycle/ownership/other_nodes_tasks.ts";
import { leftTags, ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import { cluster, ownerOf } from "../../../harness/world.ts";

const theirs = { ...ownerOf("1", "theirs"), nodeId: "node-b" };
const tasks: Task[] = [
  { taskArn: "ours", tags: ownerTags(ownerOf("1", "ours"), "0.0.0") },
  { taskArn: "theirs", tags: ownerTags(theirs, "0.0.0"), startedBy: startedBy(theirs) },
  {
    taskArn: "left",
    startedBy: startedBy(theirs),
    tags: [...ownerTags(theirs, "0.0.0"), ...leftTags({ allocId: "new", until: 5_000 })],
  },
  { taskArn: "a service's", tags: [], startedBy: "ecs-svc/1" },
  { taskArn: "a service's like theirs", tags: ownerTags(theirs, "0.0.0"), startedBy: "ecs-svc/1" },
  { taskArn: "going", tags: ownerTags(theirs, "0.0.0"), desiredStatus: "STOPPED" },
  { taskArn: "settled", tags: ownerTags(theirs, "0.0.0") },
];

Deno.test("the live tasks of other nodes' drivers are found, and settled ones are not described", async () => {
  const described: string[][] = [];
  const caller = {
    call: (name: string, input: { tasks?: string[] }) => {
      if (name === "listTasks") {
        return Promise.resolve({ taskArns: tasks.map(({ taskArn }) => taskArn) });
      }
      described.push(input.tasks ?? []);
      return Promise.resolve({
        tasks: tasks.filter(({ taskArn = "" }) => input.tasks?.includes(taskArn)),
      });
    },
  } as unknown as EcsCaller;
  const found = await findOthers(
    caller,
    cluster,
    "node-a",
    (arn) => arn === "settled",
    new AbortController().signal,
  );
  assertEquals(found.listed.size, tasks.length);
  assertEquals(described.flat().includes("settled"), false);
  assertEquals(
    found.described.map(({ ref: { arn }, owner, index, left }) => [
      arn,
      owner.allocId,
      index,
      left?.allocId,
    ]),
    [
      ["theirs", "theirs", startedBy(theirs), undefined],
      ["left", "theirs", startedBy(theirs), "new"],
    ],
  );
});

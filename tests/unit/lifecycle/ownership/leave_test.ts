import { assertEquals } from "@std/assert";
import type { EcsCaller } from "../../../../src/aws/caller.ts";
import { leaveTask } from "../../../../src/lifecycle/ownership/leave.ts";
import { leftTo } from "../../../../src/lifecycle/ownership/tags.ts";
import { cluster } from "../../../harness/world.ts";

Deno.test("a task is left by tags that name the allocation and the time", async () => {
  const calls: { name: string; input: { resourceArn?: string; tags?: never } }[] = [];
  const caller = {
    call: (name: string, input: { tags?: never }) => {
      calls.push({ name, input });
      return Promise.resolve({});
    },
  } as unknown as EcsCaller;
  const to = { allocId: "new", until: Date.UTC(2026, 0, 1) };
  await leaveTask(caller, { arn: "arn", cluster }, to, new AbortController().signal);
  assertEquals(calls.map(({ name }) => name), ["tagResource"]);
  assertEquals(calls[0]?.input.resourceArn, "arn");
  assertEquals(leftTo(calls[0]?.input.tags ?? []), to);
});

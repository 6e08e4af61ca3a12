import type { Task } from "@aws-sdk/client-ecs";
import type { DescribedTask } from "../../../../src/lifecycle/ownership/cluster_tasks.ts";
import { assertEquals } from "@std/assert";
import type { OperationName } from "../../../../src/aws/operations.ts";
import type { Predecessors } from "../../../../src/lifecycle/ownership/adopt.ts";
import { createClusterScans } from "../../../../src/lifecycle/ownership/cluster_scan.ts";
import { leftTags, ownerTags, startedBy } from "../../../../src/lifecycle/ownership/tags.ts";
import type { LaunchContext } from "../../../../src/lifecycle/start/context.ts";
import { findPredecessors, moveTags } from "../../../../src/lifecycle/start/predecessors.ts";
import { createVirtualTime } from "../../../simulation/virtual_time.ts";
import { cluster, ownerOf } from "../../../harness/world.ts";

const owner = ownerOf("1", "new");
const asking = { signal: new AbortController().signal, retrying: () => {} };

/** A cluster that runs these tasks, and the calls that were made. */
function contextWith(tasks: Task[]) {
  const calls: { name: OperationName; input: Record<string, unknown> }[] = [];
  const context = {
    cluster,
    clock: createVirtualTime(0).clock({ alive: true }),
    random: () => 0.5,
    driverVersion: "1.2.3",
    scans: createClusterScans(),
    caller: {
      call: (name: OperationName, input: { startedBy?: string; tasks?: string[] }) => {
        calls.push({ name, input });
        if (name === "listTasks") {
          const wanted = tasks.filter(({ startedBy }) =>
            input.startedBy === undefined || input.startedBy === startedBy
          );
          return Promise.resolve({ taskArns: wanted.map(({ taskArn }) => taskArn) });
        }
        return Promise.resolve({
          tasks: tasks.filter(({ taskArn = "" }) => input.tasks?.includes(taskArn)),
        });
      },
    },
  } as unknown as LaunchContext;
  return { context, calls };
}

const old: DescribedTask = {
  taskArn: "old",
  startedBy: startedBy({ allocId: "old", name: "main" }),
  tags: [...ownerTags(ownerOf("1", "old"), "0.0.0"), ...leftTags({ allocId: "new", until: 5_000 })],
};
const known = (complete: boolean, ...allocIds: string[]): Predecessors => ({
  chain: allocIds.map((allocId) => ({ allocId, runs: "same", lost: false })),
  complete,
});
const own = { mayTakeOver: () => true, under: () => [] };

Deno.test("an allocation without predecessors costs no call", async () => {
  const { context, calls } = contextWith([old]);
  const adoption = await findPredecessors(context, owner, known(true), own, asking);
  assertEquals([adoption.take, calls.length], [undefined, 0]);
});

Deno.test("a predecessor's task is found by its startedBy", async () => {
  const { context, calls } = contextWith([old]);
  const { take } = await findPredecessors(context, owner, known(true, "old"), own, asking);
  assertEquals(take?.taskArn, "old");
  assertEquals(calls.map(({ name }) => name), ["listTasks", "describeTasks"]);
});

Deno.test("where Nomad has forgotten the first allocation, the task is found by its tags", async () => {
  const first = { ...old, startedBy: startedBy({ allocId: "forgotten", name: "main" }) };
  const { context } = contextWith([first]);
  const found = await findPredecessors(context, owner, known(false, "old"), own, asking);
  assertEquals(found.take?.taskArn, "old");
  const complete = await findPredecessors(context, owner, known(true, "old"), own, asking);
  assertEquals(complete.take, undefined);
});

Deno.test("starts that look by tags at the same time share a scan", async () => {
  const { context, calls } = contextWith([old]);
  const found = await Promise.all(
    Array.from(
      { length: 100 },
      () => findPredecessors(context, owner, known(false, "old"), own, asking),
    ),
  );
  assertEquals(new Set(found.map(({ take }) => take?.taskArn)), new Set(["old"]));
  assertEquals(calls.map(({ name }) => name), ["listTasks", "describeTasks"]);
});

Deno.test("a list that ignores startedBy names nobody else's task", async () => {
  const { context } = contextWith([{ ...old, startedBy: "somebody" }]);
  const found = await findPredecessors(context, owner, known(true, "old"), own, asking);
  assertEquals(found, { take: undefined, stop: [], ending: [] });
});

Deno.test("a task that this process is stopping is neither taken nor stopped again", async () => {
  const { context } = contextWith([old]);
  const found = await findPredecessors(context, owner, known(true, "old"), {
    ...own,
    mayTakeOver: () => false,
  }, asking);
  assertEquals(found, { take: undefined, stop: [], ending: [old] });
});

Deno.test("taking over moves the tags, and keeps whom the task was taken from", async () => {
  const { context, calls } = contextWith([old]);
  await moveTags(context, old, owner, asking);
  const name = calls[0]?.name;
  const input = calls[0]?.input ?? {};
  const tags = Object.fromEntries(
    (input["tags"] as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
  );
  assertEquals(name, "tagResource");
  assertEquals([tags["nomad:alloc_id"], tags["nomad:left_for"]], ["new", "new"]);
  assertEquals(tags["nomad:previous_allocs"], "old");
});
